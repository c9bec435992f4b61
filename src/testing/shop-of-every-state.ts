/**
 * A shop in which there is all that pages can show: sales and orders in every state, titles that are too long for
 * anything, pictures, keys, what is owed, and webhooks that their receiver refuses.
 */
import { waitUntil } from '../../actors/testing/process.ts';
import {
  adminToken,
  mustSucceed,
  type Sale,
  type SaleOptions,
  type TestEngine,
  tokenFor,
} from './engine-process.ts';
import { entrantsFrom, PlantedDraw } from './planted-draw.ts';
import { deliver } from './provider.ts';
import { type Buyer, type Shop, startShop } from './shop.ts';
import { testPicture } from './test-pictures.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const longTitles = {
  english:
    'Aurora headphones in midnight blue, with a stand, a case of felt and three spare cushions each',
  chinese: '极光无线头戴式降噪耳机午夜蓝限量版附赠收纳盒支架与三副备用耳罩套装',
};

const one: SaleOptions = { stock: 1, gateFactor: 1, captcha: false };
const later: SaleOptions = { startsInMs: 3_600_000, endsInMs: 7_200_000 };
const draw: SaleOptions = { ...later, queue: 'draw', queueOpensInMs: -1_000, captcha: false };
const many: SaleOptions = { stock: 40, limitPerUser: 3 };

const terms = {
  running: many,
  pending: later,
  paused: many,
  ended: many,
  withdrawn: later,
  hidden: many,
  /** Its unit is held by an order. */
  soldOut: one,
  /** Its unit is paid for. */
  soldForGood: one,
  /** The buyer stands in line. */
  waiting: one,
  /** The buyer has joined its draw. */
  joining: draw,
  drawn: draw,
} as const;

type SaleState = keyof typeof terms;

const orderStates = ['placed', 'paid', 'refunded', 'cancelled', 'expired'] as const;
type OrderState = (typeof orderStates)[number];

export interface ShopOfEveryState {
  readonly shop: Shop;
  /** Has the orders, and stands in the line and in the draw. */
  readonly buyer: Buyer;
  readonly sales: Readonly<Record<SaleState | 'draft', Sale>>;
  /** Ids of orders. For the one that was cancelled a payment has come: it is due back. */
  readonly orders: Readonly<Record<OrderState, string>>;
  stop(): Promise<void>;
}

/** @param dataDir - has the engine's SQLite tables, into which a draw is planted */
export async function startShopOfEveryState(dataDir: string): Promise<ShopOfEveryState> {
  const receiver = await WebhookReceiver.start();
  receiver.answering = () => ({ status: 422, body: 'who is this customer?' });
  const shop = await startShop({ dataDir, env: receiver.env, words: ['patient-webhooks'] });
  const buyer = await shop.buyer();
  const sales = await makeSales(shop.engine, buyer);
  const orders = await makeOrders(shop.engine, buyer);
  const draw = new PlantedDraw(dataDir, sales.drawn.promoId);
  draw.join([[buyer.userId, 1], ...entrantsFrom(2)]);
  draw.hold();
  await addPictures(shop.engine, sales.running.itemId);
  await makeKeys(shop.engine);
  const stop = async () => {
    await shop.stop();
    await receiver.stop();
  };
  return { shop, buyer, sales, orders, stop };
}

async function makeSales(engine: TestEngine, buyer: Buyer): Promise<ShopOfEveryState['sales']> {
  const states = Object.keys(terms) as SaleState[]; // They are its keys.
  const made: Partial<Record<SaleState, Sale>> = {};
  for (const state of states) made[state] = await engine.sale(terms[state]);
  const sales = made as Record<SaleState, Sale>; // Each was made.
  const edit = async (state: SaleState, changes: object) =>
    mustSucceed(await engine.api('PATCH', `/api/items/${sales[state].itemId}`, changes));
  const control = async (state: SaleState, verb: string) =>
    mustSucceed(await engine.api('POST', `/api/promos/${sales[state].promoId}/${verb}`, {}));
  const buyTheLast = async (state: SaleState) =>
    mustSucceed(await engine.place(tokenFor(sales[state], 1_000_000))).orderId;
  const enter = async (state: SaleState) => {
    const { itemId, promoId } = sales[state];
    mustSucceed(await buyer.api('POST', `/api/items/${itemId}/tokens`, { promoId }));
  };
  await edit('running', { title: longTitles.english });
  await edit('pending', { title: longTitles.chinese });
  await edit('ended', { normalSale: false });
  await edit('soldForGood', { normalSale: false });
  await edit('hidden', { hidden: true });
  await control('paused', 'pause');
  await control('ended', 'end');
  await control('withdrawn', 'withdraw');
  await buyTheLast('soldOut');
  await buyTheLast('waiting');
  const orderId = await buyTheLast('soldForGood');
  mustSucceed(await engine.api('POST', `/api/orders/${orderId}/pay`, {}));
  await enter('waiting');
  await enter('joining');
  return { ...sales, draft: await draftSale(engine) };
}

async function draftSale(engine: TestEngine): Promise<Sale> {
  const itemId = await engine.item(5);
  const fromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const times = { startAt: fromNow(2), endAt: fromNow(3) };
  const draft = { itemId, name: 'An hour of the night', price: 1, ...times };
  const made = await engine.api<{ id: number }>('POST', '/api/promos', draft);
  return { itemId, promoId: mustSucceed(made).id };
}

async function makeOrders(engine: TestEngine, buyer: Buyer): Promise<ShopOfEveryState['orders']> {
  const made: Partial<Record<OrderState, string>> = {};
  for (const state of orderStates) {
    const sale = await engine.sale({ payWindowSeconds: state === 'expired' ? 1 : 900 });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, buyer.userId)));
    const act = async (verb: string) =>
      mustSucceed(await engine.api('POST', `/api/orders/${orderId}/${verb}`, {}));
    if (state === 'paid' || state === 'refunded') await act('pay');
    if (state === 'refunded') await act('refund');
    if (state === 'cancelled') {
      await act('cancel');
      const late = { orderId, amount: 500, reference: 'too-late', status: 'paid' } as const;
      mustSucceed(await deliver(engine, late));
    }
    made[state] = orderId;
  }
  await waitUntil('an order has expired', async () => {
    const { data } = await engine.api('GET', `/api/orders/${made.expired}`);
    return data.status === 'expired';
  });
  return made as Record<OrderState, string>; // Each was made.
}

async function addPictures({ url }: TestEngine, itemId: number): Promise<void> {
  for (const [hue, alt] of ['From the front', 'From the side', ''].entries()) {
    const query = new URLSearchParams({ alt });
    const answer = await fetch(`${url}/api/items/${itemId}/pictures?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}` },
      body: await testPicture('png', 900, 700, hue),
    });
    if (!answer.ok) throw new Error(`a picture was answered ${answer.status}`);
  }
}

/** One for a person, and one for a program, which was revoked. */
async function makeKeys(engine: TestEngine): Promise<void> {
  const make = async (name: string, scopes: string[]) =>
    mustSucceed(await engine.api<{ id: number }>('POST', '/api/admin/keys', { name, scopes })).id;
  await make('Ada', ['admin']);
  const id = await make('till-of-the-shop-at-the-corner', ['mint', 'orders:read', 'items:write']);
  mustSucceed(await engine.api('DELETE', `/api/admin/keys/${id}`));
}
