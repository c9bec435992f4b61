/**
 * The chaos test: buyers place, repeat and cancel orders, a provider and the merchant pay and refund them,
 * while the engine is killed with SIGKILL again and again. Everything anyone was told must stay true for ever.
 */
import { afterEach, expect, test } from 'bun:test';
import type { Item } from '../../../actors/item/item.ts';
import { orderStatusNames } from '../../../actors/protocol.ts';
import { startProcess, temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { parseOrderId } from '../../order-id.ts';
import { inParallel, startCrowd } from '../crowd.ts';
import {
  type Answer,
  engineEnvironment,
  type OrderData,
  root,
  type Sale,
  spawnEngine,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';
import { itemsInJournalAndSql, orderIn } from '../items-in-journal.ts';
import { deliver } from '../provider.ts';
import { randomOf } from '../random.ts';

const kills = 12;
const buyers = 24;
const seed = Math.floor(Math.random() * 2 ** 32);
const random = randomOf(seed);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const folder = temporaryFolder();
const env = { HTTP_THREADS: '2', ACTOR_THREADS: '2', LOG_LEVEL: 'error' };
let engine: TestEngine;

afterEach(async () => {
  await engine.kill();
  folder.remove();
});

/** What a buyer wants with one token, and what they have been told. */
interface Purchase {
  token: string;
  userId: number;
  amount: number;
  order: OrderData | null;
  /** When it was paid, which stays true of an order that was refunded. */
  paidAt: string | null;
  /** That it was cancelled or refunded, and when: nothing comes after that. */
  closed: { status: string; at: string } | null;
  /** The provider was told that its payment is due back. */
  owed: boolean;
}

/** Answers that promise nothing. */
const openAnswers = [10004, 30002, 30003];

/** No answer at all counts as an open one: the engine is dead, or starting. */
async function ask<T>(request: Promise<Answer<T>>): Promise<Answer<T> | null> {
  try {
    const answer = await request;
    return answer.errCode !== null && openAnswers.includes(answer.errCode) ? null : answer;
  } catch (error) {
    if (error instanceof Error && error.message.includes('envelope')) throw error;
    await Bun.sleep(20);
    return null;
  }
}

const call = () => ({ signal: AbortSignal.timeout(10_000) });

async function place(purchase: Purchase): Promise<void> {
  const known = purchase.order;
  const answer = await ask(engine.place(purchase.token, purchase.amount, call()));
  if (answer === null) return;
  if (answer.errCode !== null) {
    // A request may have been refused before another one with the same token was served.
    expect([known, [30001, 30006].includes(answer.errCode)]).toEqual([null, true]);
    return;
  }
  if (known !== null) expect(answer.status).toBe(200);
  purchase.order ??= answer.data;
  expect(answer.data).toEqual(purchase.order);
}

async function settle(purchase: Purchase, verb: 'pay' | 'cancel' | 'refund'): Promise<void> {
  const path = `/api/orders/${purchase.order!.orderId}/${verb}`;
  const answer = await ask(engine.api<OrderData>('POST', path, {}, call()));
  if (answer === null || answer.errCode === 30011 || answer.errCode === 30012) return;
  expect(answer.errCode).toBeNull();
  note(purchase, answer.data);
}

/** The provider tells of a payment, always by the same name. */
async function pay(purchase: Purchase): Promise<void> {
  const { orderId, total } = purchase.order!;
  const delivery = { orderId, amount: total, reference: `p-${orderId}`, status: 'paid' } as const;
  const answer = await ask(deliver(engine, delivery));
  if (answer === null) return;
  expect(answer.errCode).toBeNull();
  note(purchase, answer.data);
  if (answer.data.refundDue === true) purchase.owed = true;
}

/** Compares what is told of an order with what was told before, and keeps it. */
function note(purchase: Purchase, { status, paidAt, closedAt }: OrderData): void {
  if (paidAt !== null) purchase.paidAt ??= paidAt;
  if (paidAt !== null) expect(paidAt).toBe(purchase.paidAt!);
  if (status !== 'cancelled' && status !== 'refunded') return;
  const closed = { status, at: closedAt! };
  purchase.closed ??= closed;
  expect(closed).toEqual(purchase.closed);
}

async function read(purchase: Purchase): Promise<void> {
  const { order, paidAt, closed, userId } = purchase;
  const answer = await ask(
    engine.api<OrderData>('GET', `/api/orders/${order!.orderId}`, undefined, call()),
  );
  if (answer === null) return;
  expect(answer.data).toMatchObject({ ...order!, userId });
  note(purchase, answer.data);
  // What had been told before it was asked is still so.
  if (paidAt !== null) expect(answer.data.paidAt).toBe(paidAt);
  if (closed !== null) expect(answer.data.status).toBe(closed.status);
}

/** One visit of a buyer, or now and then of the merchant. */
async function visit(number: number, sales: Sale[], purchases: Purchase[]): Promise<void> {
  const lot = random();
  // Mostly recent orders, whose pay window is open.
  const placed = pick(random() < 0.7 ? purchases.slice(-100) : purchases);
  if (lot < 0.4 || placed === undefined) {
    const userId = Math.floor(number / 3) + 1;
    const token = tokenFor(pick(sales), userId);
    const amount = random() < 0.8 ? 1 : 2;
    const told = { order: null, paidAt: null, closed: null, owed: false };
    const purchase: Purchase = { token, userId, amount, ...told };
    purchases.push(purchase);
    const times = random() < 0.3 ? 3 : 1;
    await Promise.all(Array.from({ length: times }, () => place(purchase)));
  } else if (lot < 0.6) await place(placed);
  else if (lot < 0.605) {
    const { itemId } = pick(sales);
    await ask(engine.api('POST', `/api/items/${itemId}/restock`, { units: 10 }, call()));
  } else if (placed.order === null) await place(placed);
  else if (lot < 0.7) await settle(placed, 'pay');
  else if (lot < 0.8) await pay(placed);
  else if (lot < 0.87) await settle(placed, 'cancel');
  else if (lot < 0.92) await settle(placed, 'refund');
  else await read(placed);
}

/** Kills the engine at a random moment of its work, or of its start, and starts it again. */
async function killAndRestart(kill: number): Promise<void> {
  await Bun.sleep(100 + random() * 900);
  await engine.kill();
  if (kill % 4 === 3) {
    const start = spawnEngine({ dataDir: folder.path, env });
    await Bun.sleep(random() * 600);
    await start.kill();
  }
  engine = await startTestEngine({ dataDir: folder.path, env });
}

async function live(): Promise<Purchase[]> {
  engine = await startTestEngine({ dataDir: folder.path, env });
  const terms = { stock: 300, limitPerUser: 2, payWindowSeconds: 1 };
  const sales = [await engine.sale(terms), await engine.sale(terms), await engine.sale(terms)];
  const purchases: Purchase[] = [];
  const crowd = startCrowd(buyers, (number) => visit(number, sales, purchases));
  for (let kill = 0; kill < kills; kill++) await killAndRestart(kill);
  const before = purchases.length;
  await waitUntil('buyers are back', () => purchases.length > before + 100);
  await crowd.stop();
  // Every buyer asks once more, now that nothing is killed any more.
  await inParallel(purchases.length, buyers, (index) => place(purchases[index]!));
  return purchases;
}

/** Compares what buyers were told with the journal and with SQL. */
async function check(purchases: Purchase[]): Promise<void> {
  const items = await itemsInJournalAndSql(folder.path);
  const orders = new Set<string>();
  for (const { token, order, userId, amount, paidAt, closed, owed } of purchases) {
    if (order === null) continue;
    orders.add(order.orderId);
    const stored = orderIn(items, order.orderId);
    expect(stored).toMatchObject({ user: userId, amount, nonce: Number(token.split('.')[5]) });
    const status: string = orderStatusNames[stored.status]!;
    if (closed !== null) expect(status).toBe(closed.status);
    else if (paidAt !== null) expect(['paid', 'refunded']).toContain(status);
    if (owed) expect(owedOf(items, order.orderId)).toBeGreaterThan(0);
  }
  const stored = [...items.values()].reduce((sum, item) => sum + item.orders.count, 0);
  // As many orders as tokens that bought: none was lost, and none was placed twice.
  expect([orders.size, stored]).toEqual([
    purchases.filter((each) => each.order).length,
    orders.size,
  ]);
  const statuses = new Set(
    [...items.values()].flatMap(({ orders }) =>
      Array.from(orders.numbers(), (n) => orders.statusOf(n)),
    ),
  );
  expect(statuses.size).toBe(orderStatusNames.length);
}

/** Refunds due of an order, settled or not, as the journal has them. */
function owedOf(items: Map<number, Item>, orderId: string): number {
  const { item, n } = parseOrderId(orderId)!;
  return items.get(item)!.dues.filter((due) => due.n === n).length;
}

async function replay(): Promise<void> {
  const command = [process.execPath, 'src/main.ts', 'replay'];
  const replaying = startProcess({ command, cwd: root, env: engineEnvironment(folder.path) });
  expect([await replaying.ended, replaying.output()]).toEqual([0, expect.any(String)]);
}

test('everything buyers were told stays true, however often the engine is killed', async () => {
  try {
    const purchases = await live();
    expect(await engine.stop()).toBe(0);
    await check(purchases);
    await replay();
  } catch (error) {
    console.error(`the moments were picked with seed ${seed}`);
    throw error;
  }
}, 240_000);
