import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { ClusterRig, type Member } from '../cluster-rig.ts';
import {
  type Answer,
  mustSucceed,
  type OrderData,
  type Sale,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';

const frozenMs = 10_000;

let rig: ClusterRig;

beforeEach(async () => {
  rig = await ClusterRig.on(await startNats());
  for (let engine = 1; engine <= 3; engine++) await rig.add();
  await rig.sell();
}, 240_000);

afterEach(() => rig.remove(), 60_000);

/** Answers that promise nothing, as an engine may give that has just woken. */
const openCodes = [10004, 30002, 30003];
const isOpen = ({ errCode }: Answer<unknown>) => errCode !== null && openCodes.includes(errCode);

/** A small sale in a partition that an engine owns. */
async function smallSaleIn(owned: readonly number[], engine: TestEngine): Promise<Sale> {
  for (;;) {
    const sale = await engine.sale({ stock: 2, limitPerUser: 2 });
    if (owned.includes(sale.itemId % rig.sales.length)) return sale;
  }
}

/** What happened elsewhere while the engine was frozen, and what is to be asked of it. */
interface Meanwhile {
  soldOut: Sale;
  restocked: Sale;
  /** Placed before, and paid meanwhile. */
  paid: OrderData;
  /** A token that has bought meanwhile, and its order. */
  token: string;
  order: OrderData;
  /** Three that have not, for the three units that were added. */
  fresh: string[];
}

/** Before an engine is frozen: one sale has units left, and one has none. */
async function before({ engine }: Member, owned: readonly number[]) {
  const [soldOut, restocked] = [await smallSaleIn(owned, engine), await smallSaleIn(owned, engine)];
  const paid = mustSucceed(await engine.place(tokenFor(soldOut, 1)));
  mustSucceed(await engine.place(tokenFor(restocked, 1), 2));
  expect((await engine.place(tokenFor(restocked, 2))).errCode).toBe(30001);
  return { soldOut, restocked, paid };
}

/** At another engine: the first is sold out, the other gets units, and an order is paid. */
async function meanwhile(
  { engine }: Member,
  { soldOut, restocked, paid }: Awaited<ReturnType<typeof before>>,
): Promise<Meanwhile> {
  const token = tokenFor(soldOut, 2);
  const order = mustSucceed(await engine.place(token));
  mustSucceed(await engine.api('POST', `/api/items/${restocked.itemId}/restock`, { units: 3 }));
  mustSucceed(await engine.api('POST', `/api/orders/${paid.orderId}/pay`, {}));
  const fresh = [10, 11, 12].map((user) => tokenFor(restocked, user));
  return { soldOut, restocked, paid, token, order, fresh };
}

/** Requests that wait in the sockets of an engine that is frozen: it answers them as it wakes. */
function askFrozen({ engine }: Member, { soldOut, paid, token, fresh }: Meanwhile) {
  const times = <T>(ask: () => Promise<Answer<T>>) => Promise.all(Array.from({ length: 8 }, ask));
  return Promise.all([
    times(() => engine.place(token)),
    times(() => engine.place(tokenFor(soldOut, 3))),
    times(() => engine.api<OrderData>('GET', `/api/orders/${paid.orderId}`)),
    Promise.all(fresh.map((each) => engine.place(each))),
  ]);
}

test('an engine is frozen for ten seconds under load: the others sell on, and as it wakes it tells the truth', async () => {
  const { member: frozen, owned } = await rig.busiest();
  const other = rig.members.find((member) => member !== frozen)!;
  const seen = await before(frozen, owned);
  const frozenAt = performance.now();
  await rig.freeze(frozen);
  await rig.sellingAgain('frozen', frozenAt, owned);
  const now = await meanwhile(other, seen);
  await Bun.sleep(frozenMs - 500 - (performance.now() - frozenAt));
  const asked = askFrozen(frozen, now);
  await Bun.sleep(500);
  rig.thaw(frozen);
  const [again, late, read, fresh] = await asked;
  for (const answer of again.filter((each) => !isOpen(each))) {
    expect([answer.status, answer.data]).toEqual([200, now.order]);
  }
  for (const answer of late.filter((each) => !isOpen(each))) expect(answer.errCode).toBe(30001);
  for (const answer of read.filter((each) => !isOpen(each)))
    expect(answer.data.status).toBe('paid');
  for (const answer of fresh.filter((each) => !isOpen(each))) expect(answer.errCode).toBe(null);
  const counts = [again, late, read, fresh].map((answers) => answers.filter(isOpen).length);
  console.log(`told to ask again as it woke: ${counts.join(', ')} of 8, 8, 8 and 3`);
  await rig.untilShared();
  for (const token of now.fresh) mustSucceed(await frozen.engine.place(token));
  // Two before it was frozen, one meanwhile, and the three.
  await rig.expectKept(6);
}, 240_000);
