import { afterEach, beforeEach, expect, test } from 'bun:test';
import { code, orderStatus } from './protocol.ts';
import { type NatsServer, startNats } from './testing/nats.ts';
import { waitUntil } from './testing/process.ts';
import { ThreadRig } from './testing/thread-rig.ts';

const item = 42;
const patienceMs = 20_000;

let rig: ThreadRig;

beforeEach(() => {
  rig = new ThreadRig();
});

afterEach(() => rig.remove());

/** Keeps the journal of the rig where other engines may write it. */
async function shareJournal(): Promise<NatsServer> {
  const nats = await startNats();
  await rig.remove();
  rig = new ThreadRig({ kind: 'jetstream', url: nats.url, replicas: 1 });
  return nats;
}

async function start(): Promise<void> {
  rig.start();
  await rig.said('recovered');
}

async function open(units: number): Promise<void> {
  await start();
  expect(await rig.ask({ type: 'open', item, price: 100, units })).toMatchObject({ code: code.ok });
}

function place(user: number, promo = 0) {
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600;
  return rig.ask({ type: 'place', item, user, promo, amount: 1, nonce: user, expiresAt });
}

test('a hold with a short pay window ends on time after its partition was fenced and recovered (I11)', async () => {
  const nats = await shareJournal();
  await open(9);
  const payWindowMs = 1_000;
  await rig.ask({
    ...{ type: 'publish', item, promo: 1, price: 50, startAt: 0, endAt: Date.now() + 3_600_000 },
    ...{ limit: 1, gateFactor: 5, payWindowMs },
  });
  const { order } = await place(1, 1);
  await rig.writeBeside([`{"type":"restocked","item":${item},"units":1}`]);
  await waitUntil('it is fenced', () => rig.positions.mode(0) === 'fenced', patienceMs);
  await waitUntil('it is ready', () => rig.positions.mode(0) === 'ready', patienceMs);
  const expired = async () =>
    (await rig.entries()).find((each) => each.events[0]?.type === 'expired');
  await waitUntil('the hold has ended', async () => (await expired()) !== undefined, patienceMs);
  // By then the pay window was over for longer than the other engine was silent.
  expect((await expired())!.at).toBeGreaterThan(order!.payBy);
  const read = await rig.ask({ type: 'read', item, n: 1, user: 1 });
  expect(read.order?.status).toBe(orderStatus.expired);
  await nats.remove();
}, 240_000);

test('a thread that has died bars what it may have left on its way, and only then', async () => {
  await open(9);
  const before = await rig.entries();
  expect(before.map(({ events }) => events.length)).toEqual([0, 1]);
  await rig.crash();
  await start();
  expect((await rig.entries()).map(({ events }) => events.length)).toEqual([0, 1, 0]);
  expect(await place(1)).toMatchObject({ code: code.ok, order: { n: 1 } });
});

test('a broken invariant in a recovery ends the thread, with its own name', async () => {
  await open(9);
  await rig.crash();
  rig.start([new URL('./testing/broken-board.ts', import.meta.url).pathname]);
  await rig.ended();
  expect(rig.thrown).toContain('BrokenInvariant: the row of item 42 is not what it was');
  // Without the bug, its next life serves.
  await start();
  expect(await place(1)).toMatchObject({ code: code.ok });
});

test('a drain writes open tallies and ends, on a journal that is not as quick as a file', async () => {
  const nats = await shareJournal();
  await open(0);
  expect(await place(1)).toMatchObject({ code: code.outOfStock });
  await rig.drain();
  // The partition's first entry, the opening, and the tally.
  expect(rig.positions.get(0, 'journalSeq')).toBe(3);
  await nats.remove();
});
