import { afterEach, beforeEach, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { Chain } from '../../../actors/journal/codec.ts';
import { SqliteJournal } from '../../../actors/journal/sqlite.ts';
import type { Event } from '../../../actors/protocol.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, type OrderData, type Sale, tokenFor } from '../engine-process.ts';
import { FaultRig } from '../fault-rig.ts';

const hourMs = 3_600_000;
const holdMs = 2_000;
/** How late a test on a busy machine may notice what the engine did in time. */
const slackMs = 10_000;

let rig: FaultRig;
let clock: Float64Array;

beforeEach(() => {
  rig = new FaultRig({}, { script: 'src/testing/clock-engine.ts' });
  const path = rig.folder.file('clock');
  writeFileSync(path, new Uint8Array(8));
  clock = new Float64Array(Bun.mmap(path, { shared: true }).buffer);
  rig.env.CLOCK_FILE = path;
});

afterEach(() => rig.remove());

const setClock = (aheadMs: number) => {
  clock[0] = aheadMs;
};

interface TimedEvent {
  event: Event;
  at: number;
}

/** All events of the journal in order, by partition, with their times. */
async function timedEvents(): Promise<TimedEvent[][]> {
  const journal = new SqliteJournal(rig.folder.file('journal.db'), { readonly: true });
  const all: TimedEvent[][] = [];
  for (let partition = 0; partition < journal.partitions; partition++) {
    const chain = new Chain(partition);
    const events: TimedEvent[] = [];
    for await (const { sequence, bytes } of journal.read(partition, 1)) {
      const entry = chain.next(sequence, bytes);
      for (const event of entry.events) events.push({ event, at: event.at ?? entry.at });
    }
    all.push(events);
  }
  await journal.close();
  return all;
}

async function expectNeverBackwards(): Promise<TimedEvent[]> {
  const partitions = await timedEvents();
  for (const events of partitions) {
    for (const [index, { at }] of events.entries()) {
      expect(at).toBeGreaterThanOrEqual(events[index - 1]?.at ?? 0);
    }
  }
  return partitions.flat();
}

/** Places an order and expects its hold to end when it should, by a clock that nothing sets. */
async function expectHoldKeeps(sale: Sale, user: number): Promise<void> {
  const order = mustSucceed(await rig.engine.place(tokenFor(sale, user)));
  const placedAt = performance.now();
  const path = `/api/orders/${order.orderId}`;
  let placedUntil = placedAt;
  await waitUntil(
    'the hold ends',
    async () => {
      const askedAt = performance.now();
      const { status } = mustSucceed(await rig.engine.api<OrderData>('GET', path));
      if (status === 'placed') placedUntil = askedAt;
      return status === 'expired';
    },
    holdMs + slackMs,
  );
  expect(performance.now() - placedAt).toBeGreaterThan(holdMs - 500);
  expect(placedUntil - placedAt).toBeLessThan(holdMs + slackMs);
}

/** What a restarted engine says of a thread that has died, in its own wall time. */
function loggedAt(message: string): number {
  const line = rig.engine.process
    .output()
    .split('\n')
    .findLast((each) => each.includes(message))!;
  return Date.parse(JSON.parse(line)['@timestamp']);
}

test('a clock set an hour forward and back while the sale runs: times never go backwards, holds end when they should', async () => {
  const begunAt = Date.now();
  await rig.sell();
  const sale = await rig.engine.sale({ stock: 100, payWindowSeconds: holdMs / 1_000 });
  let user = 0;
  for (const aheadMs of [hourMs, -hourMs]) {
    const across = expectHoldKeeps(sale, ++user);
    await rig.buyers.buy(20);
    setClock(aheadMs);
    await rig.buyers.buy(20);
    // A restarted thread takes the engine's time, whatever the wall clock shows by then.
    const { refusedForNow } = rig.buyers;
    rig.engine.process.input('actor\n');
    await waitUntil('the thread dies', () => rig.buyers.refusedForNow > refusedForNow);
    expect(Math.abs(loggedAt('thread died') - Date.now() - aheadMs)).toBeLessThan(slackMs);
    await across;
    await rig.untilReady();
    await expectHoldKeeps(sale, ++user);
  }
  await rig.expectKept(user);
  for (const { at } of await expectNeverBackwards()) {
    expect(at).toBeGreaterThan(begunAt - 5_000);
    expect(at).toBeLessThan(Date.now() + 5_000);
  }
}, 120_000);

test('an engine started again with its clock an hour behind the journal: it sells on, times never go backwards, holds end when they should', async () => {
  await rig.sell();
  const sale = await rig.engine.sale({ stock: 100, payWindowSeconds: holdMs / 1_000 });
  const order = mustSucceed(await rig.engine.place(tokenFor(sale, 1)));
  await rig.engine.kill();
  setClock(-hourMs);
  await rig.start();
  expect(rig.engine.process.output()).toContain('the clock is behind the journal');
  await rig.buyers.buy(100);
  await expectHoldKeeps(sale, 2);
  const { data } = await rig.engine.api<OrderData>('GET', `/api/orders/${order.orderId}`);
  expect(data.status).toBe('expired');
  expect(Date.parse(data.closedAt!)).toBeGreaterThanOrEqual(Date.parse(data.payBy));
  await rig.engine.kill();
  setClock(0);
  await rig.start();
  await rig.buyers.buy(100);
  await expectHoldKeeps(sale, 3);
  await rig.expectKept(3);
  await expectNeverBackwards();
}, 60_000);
