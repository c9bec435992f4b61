/** Batches of orders, against a real engine. What comes of replies that fail is in `order-batch-replies.test.ts`. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { batchOrdersMax, bodyBytesMax, orderUnitsMax } from '../../../actors/limits.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { purchaseTokenLengthMax } from '../../admission/purchase-token.ts';
import { inParallel } from '../../testing/crowd.ts';
import {
  mustSucceed,
  type OrderData,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path, env: { ACTOR_THREADS: '2' } });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface Result {
  http: number;
  status: string;
  data: OrderData & { errCode?: number; errMsg?: string };
}

const path = '/api/orders/batch';

const send = (body: unknown, headers: Record<string, string> = {}) =>
  engine.api<{ results: Result[] }>('POST', path, body, { headers, admin: false });

/** The results of a batch that was taken. */
const resultsOf = async (orders: readonly unknown[], headers: Record<string, string> = {}) =>
  mustSucceed(await send({ orders }, headers)).results;

/** By place: the error code, or the status of what was sold. */
const outcomesOf = async (orders: readonly unknown[]) =>
  (await resultsOf(orders)).map(({ http, data }) => data.errCode ?? http);

const order = (sale: Sale, userId: number, amount = 1) => ({
  token: tokenFor(sale, userId),
  amount,
});

/** Orders that spend nothing, each of which is refused for a reason of its own. */
async function refusedOrders(): Promise<unknown[]> {
  const sale = await engine.sale({ stock: 5, limitPerUser: 2 });
  const spent = order(sale, 1, 2);
  mustSucceed(await engine.place(spent.token, spent.amount));
  const soldOut = await engine.sale({ stock: 1 });
  mustSucceed(await engine.place(tokenFor(soldOut, 1)));
  const pausing = await engine.sale();
  mustSucceed(await engine.api('POST', `/api/promos/${pausing.promoId}/pause`, {}));
  const ending = await engine.sale();
  mustSucceed(await engine.api('POST', `/api/promos/${ending.promoId}/end`, {}));
  const past = Math.floor(Date.now() / 1_000) - 10;
  const { token } = order(sale, 3);
  return [
    ...[order(soldOut, 1), order(soldOut, 2), order(sale, 4, 4)],
    order(await engine.sale({ startsInMs: 60_000 }), 1),
    ...[order(pausing, 1), order(ending, 1), order(sale, 1)],
    { token: `${token}x`, amount: 1 },
    { token: tokenFor(sale, 3, { expiresAt: past }), amount: 1 },
    order({ itemId: 131_071, promoId: 0 }, 1),
    { ...spent, amount: 1 },
    order({ ...sale, promoId: 0 }, 3),
    ...[{}, { token }, { token, amount: 0 }, { token, amount: '1' }, { token: 1, amount: 1.5 }],
    ...[{ token: 't'.repeat(purchaseTokenLengthMax + 1), amount: 1 }, null, [], 'order', 7, [[]]],
    JSON.parse(`{"token":"${token}","amount":1,"__proto__":{}}`),
    JSON.parse(`{"token":"${token}","amount":1,"more":[{"__proto__":1}]}`),
    JSON.parse('{"__proto__":{"amount":1}}'),
  ];
}

describe('a batch of orders', () => {
  test('answers each of them with the envelope that it gets alone, in order and in the same language', async () => {
    const orders = await refusedOrders();
    for (const language of ['en', 'zh-CN,zh;q=0.9']) {
      const headers = { 'accept-language': language };
      const together = await resultsOf(orders, headers);
      const codes = new Set<number>();
      for (const [at, each] of orders.entries()) {
        const body = JSON.stringify(each);
        const asked = { ...headers, 'content-type': 'application/json' };
        const url = `${engine.url}/api/orders`;
        const alone = await fetch(url, { method: 'POST', headers: asked, body });
        const envelope = (await alone.json()) as Omit<Result, 'http'>; // Compared right below.
        expect([body, together[at]!]).toEqual([body, { http: alone.status, ...envelope }]);
        codes.add(envelope.data.errCode!);
      }
      const refusals = [30001, 30004, 30005, 30006, 30007, 30008, 30013, 30014, 30015, 30016];
      expect([...codes].sort()).toEqual([10001, ...refusals]);
    }
  });

  test('places what can be sold, among whatever cannot', async () => {
    const sale = await engine.sale({ stock: 10, promoPrice: 450 });
    const free = await engine.sale({ promoPrice: 0 });
    const more = { ...order(sale, 3), note: 'fields that nobody knows are ignored' };
    const orders = [order(sale, 1), 'nothing', order(free, 2), more];
    const results = await resultsOf(orders);
    expect(results.map(({ http }) => http)).toEqual([201, 400, 201, 201]);
    const [first, , second] = results.map(({ data }) => data) as [OrderData, unknown, OrderData];
    expect(first).toMatchObject({ ...sale, amount: 1, unitPrice: 450, total: 450 });
    expect(second).toMatchObject({ ...free, total: 0, status: 'paid' });
    const { data } = await engine.api<OrderData>('GET', `/api/orders/${first.orderId}`);
    expect(data).toMatchObject({ userId: 1, status: 'placed' });
  });

  test('sent again gets the same orders: 200 for each, alone or in another batch', async () => {
    const sale = await engine.sale({ stock: 3 });
    const orders = [1, 2, 3].map((user) => order(sale, user));
    const first = await resultsOf(orders);
    const again = first.map((result) => ({ ...result, http: 200 }));
    expect(await resultsOf(orders)).toEqual(again);
    expect(await resultsOf(orders.toReversed())).toEqual(again.toReversed());
    const alone = await engine.place(orders[0]!.token);
    expect([alone.status, alone.data]).toEqual([200, first[0]!.data]);
  });

  test('has one order for a token that it names more than once', async () => {
    const sale = await engine.sale({ stock: 10, limitPerUser: 3 });
    const twice = order(sale, 1);
    const results = await resultsOf([twice, order(sale, 2), twice, { ...twice, amount: 2 }, twice]);
    expect(results.map(({ http }) => http)).toEqual([201, 201, 200, 422, 200]);
    expect([results[2]!.data, results[4]!.data]).toEqual([results[0]!.data, results[0]!.data]);
    const { data } = await engine.api('GET', `/api/items/${sale.itemId}`);
    expect(data).toMatchObject({ stock: 8, held: 2 });
  });

  test('reaches items of every partition, and so of every actor thread', async () => {
    const sales: Sale[] = [];
    for (let made = 0; made < 8; made++) sales.push(await engine.sale());
    const results = await resultsOf([...sales, ...sales].map((sale, at) => order(sale, at + 1)));
    expect(results.map(({ data }) => data.itemId)).toEqual(
      [...sales, ...sales].map(({ itemId }) => itemId),
    );
    expect(results.map(({ http }) => http)).toEqual(new Array(16).fill(201));
  });

  test('sells exactly what there is to a crowd, and tells each buyer the same again', async () => {
    const [units, batches, each] = [700, 40, 50];
    const sale = await engine.sale({ stock: units });
    const crowd = Array.from({ length: batches }, (_, b) =>
      Array.from({ length: each }, (_, n) => order(sale, b * each + n + 1)),
    );
    const answered = await inParallel(batches, 16, (at) => outcomesOf(crowd[at]!));
    const outcomes = answered.flat();
    const sold = outcomes.filter((outcome) => outcome === 201);
    expect([sold.length, outcomes.length]).toEqual([units, batches * each]);
    expect(outcomes.filter((outcome) => outcome === 30001)).toHaveLength(batches * each - units);
    const again = await inParallel(batches, 16, (at) => outcomesOf(crowd[at]!));
    expect(again.flat()).toEqual(outcomes.map((outcome) => (outcome === 201 ? 200 : outcome)));
    const { data } = await engine.api('GET', `/api/items/${sale.itemId}`);
    expect(data).toMatchObject({ stock: 0, held: units });
  });
});

describe('what is no batch is refused as a whole', () => {
  const few = `must be a list of 1 to ${batchOrdersMax} orders`;

  test.each([
    ['{', { body: 'is not JSON' }],
    ['', { orders: 'is missing' }],
    ['{}', { orders: 'is missing' }],
    ['null', { body: 'must be a JSON object' }],
    ['[]', { body: 'must be a JSON object' }],
    ['[{"token":"x","amount":1}]', { body: 'must be a JSON object' }],
    ['{"token":"x","amount":1}', { orders: 'is missing' }],
    ['{"orders":[]}', { orders: few }],
    ['{"orders":null}', { orders: few }],
    ['{"orders":{"0":{}}}', { orders: few }],
    ['{"orders":"[]"}', { orders: few }],
    ['{"orders":[{}],"__proto__":{}}', { body: 'must not have a field __proto__' }],
    ['{"orders":[{}],"a":[{"b":{"__proto__":1}}]}', { body: 'must not have a field __proto__' }],
    ['{"__proto__":{"orders":[{}]}}', { body: 'must not have a field __proto__' }],
  ])('%s', async (text, fields) => {
    const { status, data, errCode } = await send(text);
    expect([status, errCode, data]).toEqual([400, 10001, expect.objectContaining({ fields })]);
  });

  test('in the language that it prefers', async () => {
    const { errMsg } = await send({ orders: [] }, { 'accept-language': 'zh' });
    expect(errMsg).toStartWith('参数不合法: orders');
  });

  test('more than 256 orders, while as many are taken', async () => {
    const sale = await engine.sale({ stock: 1_000 });
    const orders = Array.from({ length: batchOrdersMax + 1 }, (_, user) => order(sale, user + 1));
    expect(await send({ orders })).toMatchObject({ status: 400, errCode: 10001 });
    const { data } = await engine.api('GET', `/api/items/${sale.itemId}`);
    expect(data.stock).toBe(1_000);
    expect(await outcomesOf(orders.slice(1))).toEqual(new Array(batchOrdersMax).fill(201));
    expect(await outcomesOf(orders.slice(0, 1))).toEqual([201]);
  });

  test('more than 64 KiB, into which 256 of the longest orders fit: 10006', async () => {
    const token = 't'.repeat(purchaseTokenLengthMax);
    const longest = { orders: new Array(batchOrdersMax).fill({ token, amount: orderUnitsMax }) };
    const text = JSON.stringify(longest, null, 2);
    expect(text.length).toBeLessThan(bodyBytesMax);
    const results = mustSucceed(await send(text)).results.map(({ data }) => data.errCode);
    expect(results).toEqual(new Array(batchOrdersMax).fill(30007));
    const padded = text + ' '.repeat(bodyBytesMax - text.length);
    expect((await send(padded)).status).toBe(200);
    expect(await send(`${padded} `)).toMatchObject({ status: 413, errCode: 10006 });
  });

  test('no other path is taken for it', async () => {
    for (const other of ['/api/orders/batches', '/api/orders/20261127-1-1', `${path}/1`]) {
      const answer = await engine.api('POST', other, { orders: [{}] });
      expect([other, answer.status, answer.errCode]).toEqual([other, 404, 10005]);
    }
  });
});

test('orders count by what each was answered, and for the time of their batch', async () => {
  const sale = await engine.sale({ stock: 2 });
  const before = await counts();
  const twice = order(sale, 1);
  await resultsOf([twice, order(sale, 2), twice, order(sale, 3), { token: 'x', amount: 1 }, {}]);
  await send({ orders: [] });
  await engine.place(twice.token);
  const after = await counts();
  const grown = [...after].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0);
    return more === 0 ? [] : [[name, more] as const];
  });
  const requests = 'stampede_http_requests_total{method="POST",route=';
  expect(Object.fromEntries(grown)).toEqual({
    [`${requests}"/api/orders/batch",status="200"}`]: 1,
    [`${requests}"/api/orders/batch",status="400"}`]: 1,
    [`${requests}"/api/orders",status="200"}`]: 1,
    // How many the board refuses depends on how soon it shows what was sold.
    'stampede_commands_total{type="place"}': expect.any(Number),
    'stampede_orders_total{status="201"}': 2,
    'stampede_orders_total{status="200"}': 2,
    'stampede_orders_total{status="409"}': 1,
    'stampede_orders_total{status="403"}': 1,
    // One has no fields, and the batch without orders counts as one.
    'stampede_orders_total{status="400"}': 2,
    stampede_order_duration_seconds_count: 8,
  });
});

/** What the metrics count of orders. */
async function counts(): Promise<Map<string, number>> {
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  const orders =
    /^(stampede_(?:orders_total|http_requests_total.*"\/api\/orders|order_duration_seconds_count|commands_total\{type="place").*) (\d+)$/gm;
  return new Map([...text.matchAll(orders)].map(([, name = '', count]) => [name, Number(count)]));
}
