/** The shapes of answers, as the API reference shows them and its test checks them. */
import * as v from 'valibot';
import { dueReasons, queueModes } from '../../../actors/events.ts';
import { orderStatusNames } from '../../../actors/protocol.ts';
import { grantedScopes } from '../../operators/scopes.ts';
import { promoStatuses } from '../../shop/promo-state.ts';
import { warningCodes } from '../../shop/promo-warnings.ts';
import { errorCodes } from '../wire/messages.ts';

const integer = () => v.pipe(v.number(), v.integer());
export const id = () => v.pipe(integer(), v.minValue(1));
export const units = () => v.pipe(integer(), v.minValue(0));
const minor = () => v.pipe(integer(), v.minValue(0), v.description('Minor units of currency.'));
export const time = () => v.pipe(v.string(), v.isoTimestamp(), v.description('RFC 3339, UTC.'));

const bought = {
  orderId: v.pipe(v.string(), v.description('<yyyymmdd of placing, UTC>-<itemId>-<n>')),
  itemId: id(),
  promoId: v.pipe(units(), v.description('0: bought at the normal price.')),
  amount: id(),
  unitPrice: minor(),
  total: minor(),
  payBy: time(),
};

export const placed = v.object({
  ...bought,
  status: v.optional(
    v.pipe(v.literal('paid'), v.description('Only where it costs nothing: it is paid at once.')),
  ),
});

/** What the answer to the order alone would have had for its status. */
const http = <S extends v.GenericSchema>(status: S) =>
  v.pipe(status, v.description('The status that the order would have been answered with alone.'));

export const placedResult = v.object({
  http: http(v.picklist([200, 201])),
  status: v.literal('success'),
  data: placed,
});

export const refusedResult = v.object({
  http: http(v.pipe(integer(), v.minValue(400))),
  status: v.literal('fail'),
  data: v.object({
    errCode: v.picklist(errorCodes),
    errMsg: v.string(),
    fields: v.optional(
      v.pipe(
        v.record(v.string(), v.string()),
        v.description('10001: what is wrong with each wrong field.'),
      ),
    ),
  }),
});

export const batchResults = v.object({
  results: v.pipe(
    v.array(v.variant('status', [placedResult, refusedResult])),
    v.description('One for each order, in their order.'),
  ),
});

export const order = v.object({
  ...bought,
  userId: id(),
  status: v.picklist(orderStatusNames),
  createdAt: time(),
  paidAt: v.nullable(time()),
  closedAt: v.nullable(
    v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.description('When it was cancelled, refunded or expired.'),
    ),
  ),
  toRefund: v.pipe(
    units(),
    v.description('Minor units that came for this order and are due back to its buyer.'),
  ),
});

export const delivered = v.object({
  ...order.entries,
  refundDue: v.optional(
    v.pipe(
      v.literal(true),
      v.description('The payment is not that of the order, and must go back.'),
    ),
  ),
});

export const refundDue = v.object({
  id: v.pipe(v.string(), v.description('<itemId>-<number of the refund>')),
  itemId: id(),
  orderId: v.nullable(v.pipe(v.string(), v.description('null: there is no such order.'))),
  userId: v.nullable(id()),
  amount: minor(),
  reference: v.nullable(v.pipe(v.string(), v.description("The payment's, where it has one."))),
  reason: v.picklist(dueReasons),
  at: time(),
  by: v.nullable(v.pipe(v.string(), v.description('Who told of the payment.'))),
  settledAt: v.nullable(time()),
  settledBy: v.nullable(v.string()),
  settledReference: v.nullable(v.string()),
});

export const refundsDue = v.object({
  refundsDue: v.array(refundDue),
  next: v.nullable(v.pipe(v.string(), v.description('The cursor of the next page.'))),
});

export const orders = v.object({
  orders: v.array(order),
  next: v.nullable(v.pipe(v.string(), v.description('The cursor of the next page.'))),
});

export const foundOrder = v.object({
  ...order.entries,
  reference: v.nullable(v.pipe(v.string(), v.description("The payment's, where it has one."))),
  refundedAt: v.nullable(time()),
});

export const foundOrders = v.object({
  orders: v.array(foundOrder),
  next: v.nullable(v.pipe(v.string(), v.description('The cursor of the next page.'))),
});

export const ownSession = v.object({ userId: id(), expiresAt: time() });

export const token = v.object({ token: v.string(), expiresAt: time() });

const label = () =>
  v.pipe(
    v.string(),
    v.description(
      'What stands for the user in the draw of their promo: the SHA-256 of "<promoId>:<userId>:<nonce>", in hex.',
    ),
  );

export const admitted = v.object({
  state: v.literal('admitted'),
  token: v.string(),
  expiresAt: v.pipe(
    time(),
    v.description('When the admission lapses, or the sale ends, to the second above.'),
  ),
  label: v.optional(label()),
});

export const place = v.object({
  state: v.picklist(['waiting', 'drawing']),
  place: v.nullable(v.pipe(id(), v.description('From 1; null before a draw.'))),
  ahead: v.nullable(v.pipe(units(), v.description('People before the user; null before a draw.'))),
  entrants: v.optional(v.pipe(id(), v.description('Before a draw: people who have joined it.'))),
  heldUnpaid: v.pipe(units(), v.description('Units that may come back.')),
  etaSeconds: v.nullable(
    v.pipe(
      units(),
      v.description(
        'Until the user is let in, at the rate of the last minute; null where nobody was. Before a draw: until it is held.',
      ),
    ),
  ),
  paused: v.optional(v.pipe(v.literal(true), v.description('The sale is: nobody is let in now.'))),
  label: label(),
});

export const nowhere = v.object({ state: v.literal('none') });

export const itemPromo = v.object({
  id: id(),
  name: v.string(),
  price: minor(),
  startAt: time(),
  endAt: time(),
  status: v.picklist(['pending', 'running', 'paused', 'ended']),
  limitPerUser: id(),
  queue: v.picklist(queueModes),
  queueOpenAt: v.nullable(v.pipe(time(), v.description('Of a draw: from when on users may join.'))),
  drawCommitment: v.nullable(
    v.pipe(v.string(), v.description("The SHA-256 of a draw's secret, in hex.")),
  ),
});

const sizedPicture = {
  url: v.pipe(v.string(), v.description('A path of this site, which may be kept for ever.')),
  width: v.pipe(id(), v.description('Pixels.')),
  height: v.pipe(id(), v.description('Pixels.')),
};

/** For lists. */
export const smallPicture = v.object(sizedPicture);

export const itemPicture = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description('The SHA-256 of its bytes.')),
  ...sizedPicture,
  alt: v.pipe(v.string(), v.description('What it shows, for those who do not see it.')),
  small: smallPicture,
});

export const itemPictures = v.object({ pictures: v.array(itemPicture) });

export const item = v.object({
  id: id(),
  title: v.string(),
  description: v.string(),
  imageUrl: v.pipe(
    v.nullable(v.string()),
    v.description(
      'As the merchant wrote it. Pages show it first, or where it is null the first of `pictures`.',
    ),
  ),
  price: minor(),
  normalSale: v.pipe(
    v.boolean(),
    v.description('Whether it is sold at its normal price while it has no promo.'),
  ),
  limitPerUser: v.pipe(id(), v.description('Units one user may hold or own at the normal price.')),
  hidden: v.pipe(v.boolean(), v.description('Whether lists leave it out.')),
  pictures: v.pipe(v.array(itemPicture), v.description('In the order in which they are shown.')),
  sales: units(),
  stock: v.pipe(units(), v.description('Units left, from the board: durable and up to date.')),
  held: v.pipe(
    units(),
    v.description('Units of orders that are not paid yet: they may come back.'),
  ),
  promo: v.nullable(itemPromo),
});

export const itemList = v.object({
  items: v.array(item),
  next: v.nullable(v.pipe(v.string(), v.description('The cursor of the next page.'))),
  hidden: v.optional(
    v.pipe(v.number(), v.description('Items of this page that cannot be shown while SQL is away.')),
  ),
});

export const promo = v.object({
  id: id(),
  itemId: id(),
  name: v.string(),
  price: minor(),
  startAt: time(),
  endAt: time(),
  limitPerUser: id(),
  gateFactor: id(),
  payWindowSeconds: id(),
  admitSeconds: id(),
  captcha: v.boolean(),
  queue: v.picklist(queueModes),
  queueOpenAt: itemPromo.entries.queueOpenAt,
  drawCommitment: itemPromo.entries.drawCommitment,
  published: v.boolean(),
  status: v.picklist(promoStatuses),
});

export const warning = v.object({
  code: v.picklist(warningCodes),
  text: v.pipe(v.string(), v.description('English, or Chinese where Accept-Language prefers it.')),
});

export const promoDraft = v.object({ ...promo.entries, warnings: v.array(warning) });

const hash = () => v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description('64 hex digits.'));

export const draw = v.object({
  commitment: v.pipe(hash(), v.description('SHA-256(secret): public from the publication on.')),
  secret: v.pipe(v.nullable(hash()), v.description('Null until the draw was held.')),
  seed: v.pipe(
    v.nullable(hash()),
    v.description('SHA-256(secret + ":" + SHA-256(labels, joined by ",")); null until drawn.'),
  ),
  labels: v.pipe(
    v.array(hash()),
    v.description(
      'SHA-256("promoId:userId:nonce") of all who joined before the draw, in order of joining.',
    ),
  ),
  order: v.pipe(
    v.nullable(v.array(hash())),
    v.description('The labels by SHA-256(seed + ":" + label), ascending; null until drawn.'),
  ),
});

export const user = v.object({
  id: id(),
  telephone: v.pipe(v.string(), v.description('E.164')),
  name: v.string(),
  gender: v.picklist(['m', 'f', 'x']),
  age: units(),
});

export const session = v.object({ ...token.entries, user: user });

export const picture = v.object({
  captchaId: v.string(),
  image: v.pipe(
    v.string(),
    v.description('With CAPTCHA=picture: a data URL to show. The answer is the text in it.'),
  ),
});

export const proof = v.object({
  captchaId: v.string(),
  challenge: v.pipe(
    v.object({
      parameters: v.object({
        algorithm: v.literal('SHA-256'),
        cost: v.pipe(v.number(), v.description('Hashes a guess.')),
        data: v.object({ captchaId: v.string(), userId: id(), promoId: id() }),
        expiresAt: v.pipe(v.number(), v.description('Seconds since 1970 UTC.')),
        keyLength: v.pipe(v.number(), v.description('How many bytes of the hash are looked at.')),
        keyPrefix: v.pipe(v.string(), v.description('How the hash must begin, in hex.')),
        nonce: v.pipe(v.string(), v.description('In hex.')),
        salt: v.pipe(v.string(), v.description('In hex.')),
      }),
      signature: v.pipe(v.string(), v.description('By this server, of the parameters.')),
    }),
    v.description(
      'By default: a proof of work as ALTCHA (version 2) defines it, which its clients solve. To find: the counter, from 0 on, whose hash begins with keyPrefix; see the answer in POST /api/items/:id/tokens.',
    ),
  ),
});

export const captcha = v.union([proof, picture]);

const keyName = v.pipe(
  v.string(),
  v.description("A key's name and number, or `admin` for ADMIN_TOKEN."),
);

export const keys = v.object({
  keys: v.array(
    v.object({
      id: id(),
      name: v.string(),
      scopes: v.array(v.picklist(grantedScopes)),
      createdAt: time(),
      createdBy: keyName,
      lastUsedAt: v.nullable(v.pipe(time(), v.description('Within a minute.'))),
      revokedAt: v.nullable(time()),
      revokedBy: v.nullable(keyName),
    }),
  ),
});

export const madeKey = v.object({ id: id(), key: v.string() });

export const actions = v.object({
  actions: v.array(
    v.object({
      id: id(),
      at: time(),
      by: keyName,
      action: v.pipe(v.string(), v.description('Such as promo.pause.')),
      target: v.nullable(v.pipe(v.string(), v.description('What it was done to.'))),
      details: v.pipe(v.record(v.string(), v.unknown()), v.description('What was said with it.')),
      status: v.pipe(integer(), v.description('Of the answer.')),
    }),
  ),
  next: v.nullable(v.string()),
});

export const statement = v.object({
  itemId: id(),
  loaded: units(),
  sold: units(),
  held: units(),
  left: units(),
  admitted: v.pipe(units(), v.description('Users who were ever let in to a sale of the item.')),
  waiting: v.pipe(units(), v.description('People in the queue of its promo, or before its draw.')),
  refused: v.pipe(
    v.record(v.string(), units()),
    v.description('By errCode, at all engines, each since it started.'),
  ),
  journalSeq: units(),
  sqlSeq: units(),
  replicaSeq: units(),
});

export const statements = v.object({
  items: v.array(statement),
  refusedBy: v.object({
    engines: v.pipe(id(), v.description('How many engines there are: `refused` is their sum.')),
    silent: v.pipe(
      v.array(v.string()),
      v.description('Ids of those that did not say in time how often they refused.'),
    ),
  }),
});

export const engineTime = v.object({ now: time() });
export const alive = v.object({ alive: v.literal(true) });
const readiness = {
  degraded: v.pipe(v.boolean(), v.description('Something is in trouble, but buyers can buy here.')),
  reasons: v.pipe(v.array(v.string()), v.description('What is in trouble; empty when nothing is.')),
  journal: v.pipe(v.string(), v.description('What an acknowledgement of the journal means.')),
};
export const ready = v.object({ ready: v.literal(true), ...readiness });
export const notReady = v.object({ ready: v.literal(false), ...readiness });
export const nothing = v.null();
