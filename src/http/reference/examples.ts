/** One example of everything the API takes and returns; a test checks them against their schemas. */
const telephone = '+8613800000000';

export const place = {
  token: 'st1.42.1.7.1795550400.2631410889913087.MP3FSDvWb5GSGGhHLN5Txw',
  amount: 1,
};

export const placed = {
  orderId: '20261127-1-1001',
  itemId: 1,
  promoId: 7,
  amount: 1,
  unitPrice: 9_900,
  total: 9_900,
  payBy: '2026-11-27T12:15:00.000Z',
};

export const batch = {
  orders: [
    place,
    { token: 'st1.43.1.7.1795550400.7102938847561029.0Jx2mV7cT5kQeYwB9uZr1A', amount: 1 },
  ],
};

export const batchResults = {
  results: [
    { http: 201, status: 'success', data: placed },
    { http: 409, status: 'fail', data: { errCode: 30_001, errMsg: 'out of stock' } },
  ],
};

export const order = {
  ...placed,
  userId: 42,
  status: 'placed',
  createdAt: '2026-11-27T12:00:00.000Z',
  paidAt: null,
  closedAt: null,
  toRefund: 0,
};

export const paid = { ...order, status: 'paid', paidAt: '2026-11-27T12:03:20.000Z' };
export const cancelled = { ...order, status: 'cancelled', closedAt: '2026-11-27T12:03:20.000Z' };

export const refunded = { ...paid, status: 'refunded', closedAt: '2026-11-28T09:00:00.000Z' };

export const delivery = {
  orderId: order.orderId,
  amount: order.total,
  reference: 'pay_8Fq2',
  status: 'paid',
};

const refundDue = {
  id: '1-3',
  itemId: 1,
  orderId: order.orderId,
  userId: order.userId,
  amount: order.total,
  reference: delivery.reference,
  reason: 'cancelled',
  at: '2026-11-27T12:04:00.000Z',
  by: 'webhook',
  settledAt: null,
  settledBy: null,
  settledReference: null,
};
export const refundsDue = { refundsDue: [refundDue], next: null };
export const settlement = { reference: 'bank-1047' };
export const settled = {
  ...refundDue,
  settledAt: '2026-11-28T09:00:00.000Z',
  settledBy: 'admin',
  settledReference: settlement.reference,
};

export const newKey = { name: 'Shop back end', scopes: ['mint', 'orders:read'] };
export const madeKey = { id: 3, key: 'stampede_w0J8nQ4mJ2cUe1YxkqV7s5Rz9tBfGhLpN6aDoXiKuE0' };
export const keys = {
  keys: [
    {
      ...{ id: madeKey.id, ...newKey, createdAt: '2026-11-26T09:00:00.000Z', createdBy: 'admin' },
      ...{ lastUsedAt: '2026-11-27T12:00:01.000Z', revokedAt: null, revokedBy: null },
    },
  ],
};
export const actions = {
  actions: [
    {
      ...{ id: 17, at: '2026-11-27T12:03:00.000Z', by: 'Anna #2', action: 'item.restock' },
      ...{ target: '1', details: { units: 100 }, status: 200 },
    },
  ],
  next: null,
};

const foundOrder = { ...paid, reference: delivery.reference, refundedAt: null };
export const foundOrders = { orders: [foundOrder], next: null };
export const jsonLine = JSON.stringify(foundOrder);
export const csv =
  'order_id,item_id,item,promo_id,promo,user_id,amount,unit_price,total,to_refund,currency,unit_price_minor,total_minor,to_refund_minor,status,created_at,pay_by,paid_at,closed_at,refunded_at,reference\r\n' +
  `20261127-1-1001,1,Aurora headphones,7,Midnight,42,1,99.00,99.00,0.00,CNY,9900,9900,0,paid,2026-11-27T12:00:00.000Z,2026-11-27T12:15:00.000Z,2026-11-27T12:03:20.000Z,,,${delivery.reference}\r\n`;

export const newItem = {
  title: 'Aurora headphones',
  description: 'Wireless, thirty hours of music.',
  price: 89_900,
  stock: 1_000,
  imageUrl: 'https://shop.example/aurora.jpg',
  normalSale: true,
  limitPerUser: 5,
  hidden: false,
};

export const itemChanges = { price: 84_900, normalSale: false };

export const newPromo = {
  itemId: 1,
  name: 'Opening hour',
  price: 9_900,
  startAt: '2026-11-27T12:00:00Z',
  endAt: '2026-11-27T13:00:00Z',
  limitPerUser: 1,
  gateFactor: 5,
  payWindowSeconds: 900,
  admitSeconds: 300,
  captcha: true,
  queue: 'draw',
  queueOpenAt: '2026-11-27T11:30:00Z',
};

const draft = {
  id: 7,
  ...newPromo,
  startAt: '2026-11-27T12:00:00.000Z',
  endAt: '2026-11-27T13:00:00.000Z',
  queueOpenAt: '2026-11-27T11:30:00.000Z',
  drawCommitment: null,
  published: false,
  status: 'draft',
};

export const promoDraft = {
  ...draft,
  warnings: [
    {
      code: 'overlaps',
      text: 'It is at the same time as promo 6 (Preview) of the item, a draft: not both can be published. Move one of them.',
    },
  ],
};

export const promoChanges = { name: 'Opening hour', queue: 'draw' };

export const promo = {
  ...draft,
  drawCommitment: 'b6e726205aa1bfd54043684fd67fc965b344d7301d8c4ceababf4da1c6502403',
  published: true,
  status: 'pending',
};

/** Users 42, 43 and 44 with the nonces 11, 12 and 13, and a secret of 64 characters `a`. */
export const draw = {
  commitment: 'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb',
  secret: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  seed: 'a2bd94fb3703c048d8e24954f6320968b332d66b0d1b02c34fa8002c7dd62912',
  labels: [
    '199f5c838bb9e03815d4a06b2885d44e5e79410cd7b65ddcccded6497f3c53ba',
    '7c3aed7481b17f63388441c8e7e720c153335b87b1ad71eba11c760edbfdf880',
    'b29e37b4fcdde4cf01030b58e46768a5a5239ef06858cfd930b1f5e695cf5463',
  ],
  order: [
    'b29e37b4fcdde4cf01030b58e46768a5a5239ef06858cfd930b1f5e695cf5463',
    '199f5c838bb9e03815d4a06b2885d44e5e79410cd7b65ddcccded6497f3c53ba',
    '7c3aed7481b17f63388441c8e7e720c153335b87b1ad71eba11c760edbfdf880',
  ],
};

const picture = {
  id: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  url: '/pictures/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae.webp',
  width: 1_600,
  height: 1_200,
  alt: 'Black headphones on a wooden table',
  small: {
    url: '/pictures/fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9.webp',
    width: 480,
    height: 360,
  },
};
export const itemPictures = { pictures: [picture] };
export const pictureChanges = { alt: picture.alt, position: 1 };

export const item = {
  id: 1,
  title: newItem.title,
  description: newItem.description,
  imageUrl: newItem.imageUrl,
  price: newItem.price,
  normalSale: newItem.normalSale,
  limitPerUser: newItem.limitPerUser,
  hidden: newItem.hidden,
  pictures: [picture],
  sales: 640,
  stock: 112,
  held: 48,
  promo: {
    id: 7,
    name: newPromo.name,
    price: newPromo.price,
    startAt: promo.startAt,
    endAt: promo.endAt,
    status: 'running',
    limitPerUser: 1,
    queue: promo.queue,
    queueOpenAt: promo.queueOpenAt,
    drawCommitment: promo.drawCommitment,
  },
};

export const registration = {
  telephone,
  otp: '314159',
  name: 'Lin',
  gender: 'x',
  age: 33,
  password: 'a long and private phrase',
};

export const user = { id: 42, telephone, name: 'Lin', gender: 'x', age: 33 };

const label = 'b37b985035a45f76c41969d1c079854c2507e4f50095a61d21f4893f66478027';

export const admitted = {
  state: 'admitted',
  token: place.token,
  expiresAt: '2026-11-27T12:05:00.000Z',
  label,
};

export const waiting = {
  state: 'waiting',
  place: 41,
  ahead: 40,
  heldUnpaid: 48,
  etaSeconds: 95,
  label,
};

export const token = { token: place.token, expiresAt: '2026-11-27T13:00:00.000Z' };

export const session = {
  token: 'sXbA0q4cK1S3mM0B2lq1dYv8Qk9u7nFJ2m5Jc3h1wA4',
  expiresAt: '2026-11-27T13:00:00.000Z',
  user,
};

export const ownSession = { userId: 42, expiresAt: '2026-11-27T13:00:00.000Z' };

export const newPassword = { telephone, otp: '314159', password: 'another long phrase' };

export const captcha = {
  captchaId: 'mB0yT2xw1hUqv3sJ5nK9dA',
  challenge: {
    parameters: {
      algorithm: 'SHA-256',
      cost: 1,
      data: { captchaId: 'mB0yT2xw1hUqv3sJ5nK9dA', promoId: 7, userId: 42 },
      expiresAt: 1_795_781_100,
      keyLength: 32,
      keyPrefix: 'b6e726205aa1bfd54043684fd67fc965',
      nonce: '5764616b3b2772d93fc3827a2e203d29',
      salt: '31a8a582f933a256b300246106fe14a5',
    },
    signature: '6f4bef09a41e26b2f59adfdd6a0a27a0d6ca1d9b842a7252f482c81808fda1cb',
  },
};

const solution = {
  counter: 41_563,
  derivedKey: 'b6e726205aa1bfd54043684fd67fc965b344d7301d8c4ceababf4da1c6502403',
};

/** The answer to the captcha. */
export const captchaAnswer = Buffer.from(
  JSON.stringify({ challenge: captcha.challenge, solution }),
).toString('base64');

export const statements = {
  items: [
    {
      itemId: 1,
      loaded: 1_000,
      sold: 640,
      held: 248,
      left: 112,
      admitted: 4_021,
      waiting: 1_877,
      refused: { '30006': 17, '30010': 933 },
      journalSeq: 5_120,
      sqlSeq: 5_118,
      replicaSeq: 5_120,
    },
  ],
  refusedBy: { engines: 3, silent: [] },
};

const engineId = '01935f6e-5d8a-7000-9c1f-2b1e5a7c9d10';
const otherId = '01935f6e-7b21-7000-8a44-f0c3d2b6e911';
const exampleEngine = {
  id: engineId,
  address: 'http://10.0.0.1:3000',
  version: '0.5.0',
  startedAt: '2026-11-27T11:00:00.000Z',
  actorThreads: 2,
  state: 'alive',
  self: true,
  heardMsAgo: 0,
  owned: 1,
};

export const engines = {
  engines: [
    exampleEngine,
    { ...exampleEngine, id: otherId, address: 'http://10.0.0.2:3000', self: false, heardMsAgo: 84 },
  ],
  partitions: [
    {
      partition: 0,
      owner: engineId,
      mode: 'ready',
      since: '2026-11-27T11:00:02.120Z',
      journalSeq: 5_120,
      sqlSeq: 5_118,
      replicaSeq: 5_120,
      webhookSeq: 5_117,
      copy: null,
    },
    {
      partition: 1,
      owner: otherId,
      mode: 'ready',
      since: '2026-11-27T11:04:40.300Z',
      journalSeq: 811,
      sqlSeq: 811,
      replicaSeq: 811,
      webhookSeq: null,
      copy: { mode: 'following', seq: 811, entriesBehind: 0, behindMs: 84, answers: true },
    },
  ],
  warnings: [],
};

export const ready = {
  ready: true,
  degraded: false,
  reasons: [],
  journal:
    'Files: an acknowledged entry is on the disk of this machine; it survives the end of the process and a power cut, and is lost with the disk.',
};

export const notReady = {
  ...ready,
  ready: false,
  degraded: true,
  reasons: ['draining'],
};

export const live =
  'event: stock\ndata: {"left":112,"held":248,"sold":640,"status":"running","endAt":"2026-11-27T20:00:00.000Z"}\n\n';
export const metrics = '# TYPE stampede_orders_shed_total counter\nstampede_orders_shed_total 2\n';
