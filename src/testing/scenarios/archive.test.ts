/** Orders that have left the memory: whoever asks for one gets the answer they would have got before. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { adminToken, mustSucceed, type Sale, tokenFor } from '../engine-process.ts';
import { replay } from '../persistent-buyers.ts';
import { type DeliveredOrder, deliver } from '../provider.ts';
import { type Buyer, type Shop, startShop } from '../shop.ts';

setDefaultTimeout(240_000);

type ReadOrder = Omit<DeliveredOrder, 'refundDue'>;

const price = 500;
let folder: TemporaryFolder;
let shop: Shop;
let buyer: Buyer;
let sale: Sale;
let tokens: string[];
/** Paid, cancelled, expired, and refunded: as they were before they left the memory. */
let before: ReadOrder[];

async function start(): Promise<void> {
  shop = await startShop({ dataDir: folder.path, words: ['retain=500'] });
}

async function kept(): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const text = await (await fetch(`${shop.engine.url}/metrics`, { headers })).text();
  const samples = [...text.matchAll(/^stampede_orders_kept\{.*\} (\d+)$/gm)];
  expect(samples.length).toBeGreaterThan(0);
  return samples.reduce((sum, [, count]) => sum + Number(count), 0);
}

const read = async (orderId: string) =>
  mustSucceed(await buyer.api<ReadOrder>('GET', `/api/orders/${orderId}`));

const listed = async () =>
  mustSucceed(await buyer.api<{ orders: ReadOrder[] }>('GET', '/api/orders')).orders;

const paidBy = (reference: string, orderId: string, amount = price) =>
  deliver(shop.engine, { orderId, amount, reference, status: 'paid' });

beforeAll(async () => {
  folder = temporaryFolder();
  await start();
  buyer = await shop.buyer();
  const { engine } = shop;
  sale = await engine.sale({
    ...{ promoPrice: price, limitPerUser: 4, payWindowSeconds: 1, captcha: false },
  });
  tokens = Array.from({ length: 4 }, () => tokenFor(sale, buyer.userId));
  const ids: string[] = [];
  for (const token of tokens) ids.push(mustSucceed(await engine.place(token)).orderId);
  const [paid = '', cancelled = '', expired = '', refunded = ''] = ids;
  mustSucceed(await paidBy('p-1', paid));
  mustSucceed(await buyer.api('POST', `/api/orders/${cancelled}/cancel`, {}));
  mustSucceed(await paidBy('p-4', refunded));
  mustSucceed(await engine.api('POST', `/api/orders/${refunded}/refund`, {}));
  await waitUntil('the third has expired', async () => (await read(expired)).status === 'expired');
  expect(await kept()).toBe(4);
  // Whoever was let in and has not bought by its end keeps nothing in memory.
  const idler = await shop.buyer();
  const { itemId, promoId } = sale;
  const admitted = await idler.api('POST', `/api/items/${itemId}/tokens`, { promoId });
  expect(mustSucceed(admitted)).toMatchObject({ token: expect.any(String) });
  before = await Promise.all(ids.map(read));
  mustSucceed(await engine.api('POST', `/api/promos/${sale.promoId}/end`, {}));
  await waitUntil('all orders have left the memory', async () => (await kept()) === 0, 60_000);
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

test('their buyer reads them, and lists them, as they were', async () => {
  expect(before.map(({ status }) => status)).toEqual(['paid', 'cancelled', 'expired', 'refunded']);
  for (const order of before) expect(await read(order.orderId)).toEqual(order);
  expect(await listed()).toEqual(before.toReversed());
});

test('the administrator finds them, and nobody else does', async () => {
  const { engine } = shop;
  const stranger = await shop.buyer();
  for (const { orderId, ...order } of before) {
    const path = `/api/orders/${orderId}`;
    expect(mustSucceed(await engine.api('GET', path))).toMatchObject(order);
    expect((await stranger.api('GET', path)).errCode).toBe(10005);
  }
  // The same number under another day is no order.
  const [, item, n] = before[0]!.orderId.split('-');
  expect((await engine.api('GET', `/api/orders/20200101-${item}-${n}`)).errCode).toBe(10005);
});

test('they can be neither cancelled nor refunded, and their tokens buy nothing', async () => {
  const { engine } = shop;
  for (const { orderId, status } of before) {
    const cancelled = await buyer.api('POST', `/api/orders/${orderId}/cancel`, {});
    expect([status, cancelled.errCode]).toEqual([status, 30011]);
    const refunded = await engine.api('POST', `/api/orders/${orderId}/refund`, {});
    // What was refunded is so, and being told so again changes nothing.
    expect([status, refunded.errCode]).toEqual([status, status === 'refunded' ? null : 30011]);
  }
  for (const token of tokens) expect((await engine.place(token)).errCode).toBe(30005);
  expect((await engine.place(tokenFor(sale, buyer.userId, { expiresAt: 1_000 }))).errCode).toBe(
    30005,
  );
});

test('a payment that is told again has paid; one that is new is due back, once, until it has gone back', async () => {
  const { engine } = shop;
  const [paid, cancelled] = before;
  const again = mustSucceed(await paidBy('p-1', paid!.orderId));
  expect(again).toMatchObject({ status: 'paid', toRefund: 0 });
  expect(again.refundDue).toBeUndefined();
  const late = { status: 'cancelled', refundDue: true };
  for (const _ of ['first', 'second'])
    expect(mustSucceed(await paidBy('p-2', cancelled!.orderId))).toMatchObject(late);
  expect(mustSucceed(await paidBy('p-5', paid!.orderId)).refundDue).toBe(true);
  await waitUntil('SQL has both', async () => (await read(paid!.orderId)).toRefund === price);
  expect((await read(cancelled!.orderId)).toRefund).toBe(price);
  type Dues = { refundsDue: { id: string; orderId: string; reason: string; amount: number }[] };
  const dues = async () =>
    mustSucceed(await engine.api<Dues>('GET', '/api/admin/refunds-due')).refundsDue;
  expect((await dues()).map(({ orderId, reason }) => [orderId, reason]).toSorted()).toEqual([
    [paid!.orderId, 'archived'],
    [cancelled!.orderId, 'archived'],
  ]);
  const due = (await dues()).find(({ orderId }) => orderId === cancelled!.orderId)!;
  mustSucceed(await engine.api('POST', `/api/admin/refunds-due/${due.id}/settle`, {}));
  expect((await read(cancelled!.orderId)).toRefund).toBe(0);
  // Or by the reference of the payment.
  const back = { reference: 'p-5' };
  mustSucceed(await engine.api('POST', `/api/orders/${paid!.orderId}/refund`, back));
  expect(await read(paid!.orderId)).toEqual(paid!);
  expect(await dues()).toEqual([]);
});

test('all of it is so after a start, and the books are whole', async () => {
  await shop.stop();
  await start();
  buyer = await shop.logIn(buyer.telephone);
  expect(await kept()).toBe(0);
  for (const order of before) expect(await read(order.orderId)).toEqual(order);
  for (const token of tokens) expect((await shop.engine.place(token)).errCode).toBe(30005);
  type Statements = { items: { loaded: number; sold: number; held: number; left: number }[] };
  const { items } = mustSucceed(await shop.engine.api<Statements>('GET', '/api/admin/statements'));
  // One that was refunded left the books, as nothing was said of putting it on sale again.
  expect(items).toMatchObject([{ loaded: 9, sold: 1, held: 0, left: 8 }]);
  await shop.stop();
  expect(await replay(folder.path)).toMatchObject({ code: 0 });
  await start();
});
