/** The client that merchants copy, against a real engine and over a way that loses answers. */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import {
  adminToken,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../testing/engine-process.ts';
import { testPicture } from '../testing/test-pictures.ts';
import { UnsteadyWay } from '../testing/unsteady-way.ts';
import { NoAnswer, type OrderFilters, Refusal, stampede } from './stampede/stampede.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let engine: TestEngine;
let way: UnsteadyWay;
let users = 0;

const clientOf = (more: Partial<Parameters<typeof stampede>[0]> = {}) =>
  stampede({ url: `${way.url}/`, key: adminToken, ...more });
let shop: ReturnType<typeof clientOf>;

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await startTestEngine({ dataDir: folder.path });
  way = new UnsteadyWay(engine.url);
  shop = clientOf();
});

beforeEach(() => {
  way.taken();
  way.next = [];
});

afterAll(async () => {
  await way.stop();
  await engine.stop();
  folder.remove();
});

/** An answer of the engine that it never gave. */
function refused(status: number, errCode: number, retryAfter = 0): Response {
  const body = { status: 'fail', data: { errCode, errMsg: 'told by a test' } };
  return Response.json(body, { status, headers: { 'retry-after': `${retryAfter}` } });
}

const idOf = ({ orderId }: { orderId: string }) => orderId;

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error('it was not refused', { cause: error });
  return error;
}

async function all<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const each of elements) read.push(each);
  return read;
}

const inAnHour = () => new Date(Date.now() + 3_600_000);
const lamp = { title: 'A lamp', description: 'Of paper', price: 1_000, stock: 100 };

async function placed(sale: { itemId: number; promoId: number }) {
  return shop.orders.place({ token: tokenFor(sale, ++users), amount: 1 });
}

test('an item is made, put on sale, sold, paid for and given back', async () => {
  const { id: itemId } = await shop.items.create(lamp);
  await shop.items.change(itemId, { title: 'A lamp of paper' });
  await shop.items.restock(itemId, 5);
  expect(await shop.items.withdraw(itemId, 3)).toMatchObject({ stock: 102 });
  const startAt = new Date(Date.now() - 1_000).toISOString();
  const draft = { itemId, name: 'Lamps', price: 700, startAt, endAt: inAnHour().toISOString() };
  const { id: promoId, warnings } = await shop.promos.create(draft);
  expect(warnings.map(({ code }) => code)).toContain('startInPast');
  await shop.promos.change(promoId, { name: 'Lamps for all' });
  expect(await shop.promos.publish(promoId)).toMatchObject({ status: 'running' });
  expect(await shop.promos.pause(promoId)).toMatchObject({ status: 'paused' });
  expect(await shop.promos.resume(promoId)).toMatchObject({ status: 'running' });
  const { token } = await shop.tokens.mint({ userId: 9, itemId, promoId });
  const { orderId } = await shop.orders.place({ token, amount: 1 });
  expect(await shop.orders.pay(orderId, { reference: 'pay_1' })).toMatchObject({ status: 'paid' });
  expect(await shop.orders.read(orderId)).toMatchObject({ status: 'paid', total: 700, userId: 9 });
  expect(await shop.orders.refund(orderId, { backOnSale: true })).toMatchObject({
    status: 'refunded',
  });
  const cancelled = await placed({ itemId, promoId });
  expect(await shop.orders.cancel(cancelled.orderId)).toMatchObject({ status: 'cancelled' });
  const endAt = new Date(Date.now() + 7_200_000);
  expect(await shop.promos.extend(promoId, endAt)).toMatchObject({ endAt: endAt.toISOString() });
  expect(await shop.promos.end(promoId)).toMatchObject({ status: 'ended' });
  expect(await shop.items.read(itemId)).toMatchObject({ title: 'A lamp of paper', stock: 102 });
  const { items } = await shop.statements();
  expect(items.find((each) => each.itemId === itemId)).toMatchObject({ left: 102, sold: 0 });
});

test('keys, engines, actions, refunds due and pictures are at hand', async () => {
  const { id, key } = await shop.keys.create({ name: 'Back end', scopes: ['orders:read'] });
  expect(await shop.keys.list()).toMatchObject([{ id, name: 'Back end', revokedAt: null }]);
  const itemId = await engine.item(5);
  expect(await refusalOf(clientOf({ key }).items.restock(itemId, 5))).toMatchObject({
    errCode: 20006,
  });
  await shop.keys.revoke(id);
  expect(await refusalOf(clientOf({ key }).statements())).toMatchObject({ errCode: 20006 });
  expect((await shop.engines()).engines).toMatchObject([{ self: true }]);
  expect((await all(shop.actions())).map(({ action }) => action)).toContain('key.revoke');
  const { orderId } = await placed(await engine.sale());
  await shop.orders.cancel(orderId);
  await refusalOf(shop.orders.pay(orderId, { reference: 'pay_late' }));
  const dues = () => all(shop.refunds.due());
  await waitUntil('SQL has it', async () => (await dues()).length > 0);
  const [due] = await dues();
  expect(due).toMatchObject({ orderId, reason: 'cancelled', reference: 'pay_late' });
  await shop.refunds.settle(due!.id, { reference: 'bank_1' });
  await waitUntil('SQL has that too', async () => (await dues()).length === 0);
  const picture = new Blob([new Uint8Array(await testPicture('jpeg', 60, 40))]);
  const { pictures } = await shop.items.addPicture(itemId, picture, 'A red square & a circle');
  expect(pictures).toMatchObject([{ alt: 'A red square & a circle' }]);
  await shop.items.removePicture(itemId, pictures[0]!.id);
  expect((await shop.items.read(itemId)).pictures).toEqual([]);
});

test('lists are read to their end, page after page', async () => {
  const made: number[] = [];
  for (let count = 0; count < 60; count++) made.push(await engine.item(1));
  way.taken();
  const ids = (await all(shop.items.list({ sort: 'newest' }))).map(({ id }) => id);
  expect(ids.slice(0, made.length)).toEqual(made.reverse());
  expect(new Set(ids).size).toBe(ids.length);
  expect(way.taken().length).toBeGreaterThan(1);
});

test('orders are listed and exported by filters, and what breaks off says so', async () => {
  const sale = await engine.sale({ promoPrice: 500 });
  const orders: string[] = [];
  for (let count = 0; count < 3; count++) orders.push((await placed(sale)).orderId);
  await shop.orders.pay(orders[0]!);
  const of = async (filters: OrderFilters) => (await all(shop.orders.list(filters))).map(idOf);
  const item = sale.itemId;
  await waitUntil('SQL has them', async () => (await of({ item, status: 'paid' })).length === 1);
  expect(await of({ item, promo: sale.promoId, from: new Date(0), to: inAnHour() })).toEqual(
    orders.toReversed(),
  );
  expect(await of({ item, promo: 0 })).toEqual([]);
  expect(await of({ item, to: new Date(1_000) })).toEqual([]);
  expect(await of({ q: orders[1]! })).toEqual([orders[1]!]);
  expect(await of({ item, user: users })).toEqual([orders[2]!]);
  const exported = await all(shop.orders.export({ item, status: 'placed' }));
  expect(exported.map(idOf)).toEqual([orders[2]!, orders[1]!]);
  const csv = await new Response(await shop.orders.exportCsv({ item })).text();
  expect(csv.split('\r\n').filter((line) => line.includes(`-${item}-`))).toHaveLength(3);

  const breaking = createServer((_, response) => {
    response.write(`${JSON.stringify(exported[0])}\n`, () => response.destroy());
  });
  await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
  const { port } = breaking.address() as AddressInfo; // It listens.
  const read: string[] = [];
  const reading = async () => {
    const url = `http://127.0.0.1:${port}`;
    for await (const order of clientOf({ url }).orders.export()) read.push(order.orderId);
  };
  await expect(reading()).rejects.toBeInstanceOf(NoAnswer);
  expect(read.length).toBeLessThanOrEqual(1);
  breaking.close();
  way.next = [refused(429, 10003, 120)];
  expect(await refusalOf(all(shop.orders.export()))).toMatchObject({ errCode: 10003 });
  for await (const order of shop.orders.export({ item })) {
    expect(order.orderId).toBe(orders[2]!);
    break;
  }
});

test('a refusal says why, and is not asked again', async () => {
  const { itemId, promoId } = await engine.sale({ stock: 1 });
  await placed({ itemId, promoId });
  way.taken();
  expect(await refusalOf(placed({ itemId, promoId }))).toMatchObject({
    errCode: 30001,
    status: 409,
  });
  const wrong = await refusalOf(shop.items.create({ ...lamp, price: -1 }));
  expect(wrong).toMatchObject({ errCode: 10001, fields: { price: expect.any(String) } });
  expect(wrong.message).toContain('price');
  const inChinese = clientOf({ language: 'zh' }).orders.read('20261127-1-1');
  expect((await refusalOf(inChinese)).message).toBe('10005 对象不存在');
  expect(way.taken()).toHaveLength(3);
});

test('what was done and not answered is done once, under one name', async () => {
  way.next = ['lost', refused(503, 10004)];
  const item = await shop.items.create(lamp);
  const tries = way.taken();
  expect(new Set(tries.map(({ key }) => key)).size).toBe(1);
  expect(tries).toHaveLength(3);
  expect(await engine.item(1)).toBe(item.id + 1);

  way.next = ['lost'];
  expect(await shop.items.restock(item.id, 7)).toMatchObject({ stock: 107 });
  await shop.items.restock(item.id, 7);
  expect(await shop.items.read(item.id)).toMatchObject({ stock: 114 });
  const idempotencyKey = 'delivery-9';
  await shop.items.restock(item.id, 1, { idempotencyKey });
  await shop.items.restock(item.id, 1, { idempotencyKey });
  expect(await shop.items.read(item.id)).toMatchObject({ stock: 115 });
});

test('an order whose answer was lost is placed once, and so is it cancelled, paid and refunded', async () => {
  const sale = await engine.sale();
  way.next = ['lost'];
  const { orderId } = await placed(sale);
  way.next = ['lost'];
  expect(await shop.orders.cancel(orderId)).toMatchObject({ orderId, status: 'cancelled' });
  // Whoever cancels it again is told that it was, as the first try may have been another's.
  expect(await refusalOf(shop.orders.cancel(orderId))).toMatchObject({ errCode: 30011 });
  const other = await placed(sale);
  way.next = ['lost'];
  await shop.orders.pay(other.orderId);
  way.next = ['lost'];
  expect(await shop.orders.cancel(other.orderId).catch(({ errCode }) => errCode)).toBe(30011);
  way.next = ['lost'];
  expect(await shop.orders.refund(other.orderId)).toMatchObject({ status: 'refunded' });
  const { itemId } = sale;
  const startAt = inAnHour().toISOString();
  const endAt = new Date(Date.now() + 7_200_000).toISOString();
  const { id } = await shop.promos.create({ itemId, name: 'Later', price: 1, startAt, endAt });
  way.next = ['lost'];
  await shop.promos.remove(id);
  expect(await refusalOf(shop.promos.remove(id))).toMatchObject({ errCode: 10005 });
});

test('of many orders each has its outcome, and those that found the engine busy are sent again', async () => {
  const sale = await engine.sale({ stock: 2 });
  const tokens = [1, 2, 3].map((user) => tokenFor(sale, user));
  const orders = [tokens[0]!, 'st1.wrong', tokens[1]!, tokens[2]!].map((token) => ({
    token,
    amount: 1,
  }));
  const busy = { http: 503, status: 'fail', data: { errCode: 30003, errMsg: 'too busy' } };
  const told = { http: 403, status: 'fail', data: { errCode: 30007, errMsg: 'invalid' } };
  const results = [busy, told, busy, busy];
  way.next = [Response.json({ status: 'success', data: { results } }), 'lost'];
  const outcomes = await shop.orders.placeBatch(orders);
  expect(
    outcomes.map((each) => (each.status === 'success' ? each.data.itemId : each.data.errCode)),
  ).toEqual([sale.itemId, 30007, sale.itemId, 30001]);
  expect(way.taken()).toHaveLength(3);
  way.next = [Response.json({ status: 'success', data: { results } })];
  const [first] = await clientOf({ patienceMs: 0 }).orders.placeBatch(orders);
  expect(first).toMatchObject({ http: 503, data: { errCode: 30003 } });
});

test('a pause that is longer than its patience is not waited for', async () => {
  way.next = [refused(429, 10003, 120)];
  expect(await refusalOf(shop.engines())).toMatchObject({ errCode: 10003, afterUnknown: false });
  way.next = [refused(503, 30003), refused(503, 10004, 120)];
  expect(await refusalOf(shop.engines())).toMatchObject({ errCode: 10004 });
  expect(way.taken()).toHaveLength(3);
});

test('a call ends when it is told to, before it asks, while it asks and while it waits', async () => {
  const why = new Error('the buyer has gone');
  await expect(shop.engines({ signal: AbortSignal.abort(why) })).rejects.toBe(why);
  const waiting = new AbortController();
  way.taken();
  way.next = [refused(503, 30003, 20)];
  const waits = shop.engines({ signal: waiting.signal });
  await waitUntil('it was asked', () => way.seen.length > 0);
  waiting.abort(why);
  await expect(waits).rejects.toBe(why);
  const never = Promise.withResolvers<Response>().promise;
  const silent = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => never });
  const asking = new AbortController();
  const asks = clientOf({ url: `http://127.0.0.1:${silent.port}` }).engines({
    signal: asking.signal,
  });
  await waitUntil('it is asked', () => silent.pendingRequests > 0);
  asking.abort(why);
  await expect(asks).rejects.toBe(why);
  const url = `http://127.0.0.1:${silent.port}`;
  await expect(clientOf({ url, timeoutMs: 50, patienceMs: 0 }).engines()).rejects.toBeInstanceOf(
    NoAnswer,
  );
  await silent.stop(true);
  expect(way.taken()).toHaveLength(1);
});

test('nobody there, and whoever is not the engine, are no answer', async () => {
  const nobody = clientOf({ url: 'http://127.0.0.1:1', patienceMs: 0 });
  await expect(nobody.engines()).rejects.toBeInstanceOf(NoAnswer);
  way.next = [new Response('<h1>Not here</h1>', { status: 404 })];
  await expect(shop.engines()).rejects.toThrow('answer 404 is not the engine');
  expect(() => clientOf({ url: 'localhost:3000' })).toThrow('url is none');
});
