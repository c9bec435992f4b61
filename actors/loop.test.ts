import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { Fenced } from './journal/journal.ts';
import {
  admissionsPerEntryMax,
  drawStrideEntrants,
  payWindowDefaultMs,
  sleepMsMax,
  tickMs,
} from './limits.ts';
import { Loop } from './loop.ts';
import { item, newRig, type Rig, start } from './testing/partition-rig.ts';

/** A doorbell that only a ring ends: its sleeper never wakes by itself. */
class LastingBell {
  count = 0;
  /** How long the loop would have slept, each time. */
  readonly sleepsMs: number[] = [];
  #wake: (() => void) | null = null;

  ring(): void {
    this.count++;
    this.#wake?.();
  }

  wait(seen: number, timeoutMs: number): Promise<void> {
    this.sleepsMs.push(timeoutMs);
    if (seen !== this.count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

let b: Rig;
let bell: LastingBell;
let loop: Loop;
let now: number;
let ended: boolean;

beforeEach(async () => {
  b = newRig();
  await b.open(1);
  bell = new LastingBell();
  now = start;
  loop = new Loop({
    clock: () => now,
    bell,
    partitions: [b.partition],
    drainMailboxes: () => true,
    flush: () => true,
    breathe: () => setImmediate(undefined),
  });
  b.loop = loop;
});

afterEach(async () => {
  loop.drain();
  await comeToRest();
});

/** Starts the loop over what the partition holds, and lets it fall asleep. */
async function run(): Promise<void> {
  ended = false;
  void loop.run().then(() => {
    ended = true;
  });
  await comeToRest();
}

async function comeToRest(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

describe('the loop of an actor thread', () => {
  test('sleeps until something is due, and never so long that it misses a clock that was set', async () => {
    b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    now = start + payWindowDefaultMs - 30;
    await run();
    expect(bell.sleepsMs.at(-1)).toBe(30);
    now = start + payWindowDefaultMs - 1;
    bell.ring();
    await comeToRest();
    expect(bell.sleepsMs.at(-1)).toBe(tickMs);
    now = start;
    bell.ring();
    await comeToRest();
    expect(bell.sleepsMs.at(-1)).toBe(sleepMsMax);
  });

  test('wakes when a partition has recovered, and decides what fell due meanwhile (I11)', async () => {
    b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    b.journal.readable = false;
    await b.partition.recover('start');
    await run();
    expect(b.partition.mode).toBe('unavailable');
    now = start + payWindowDefaultMs;
    b.journal.readable = true;
    await b.wakeAll();
    await comeToRest();
    await b.journal.acknowledgeAll();
    expect(b.journal.entries.at(-1)?.events).toEqual([
      { type: 'expired', item, n: 1, amount: 1, placedAt: start },
    ]);
  });

  test('wakes when a partition is fenced', async () => {
    await run();
    b.place(1);
    b.partition.commit();
    const turns = bell.sleepsMs.length;
    await b.journal.refuse(new Fenced(0, 1));
    await comeToRest();
    expect(bell.sleepsMs.length).toBeGreaterThan(turns);
  });

  /** A sale of item 42 with this many units that opens in a second, and users who join its draw. */
  async function joinDraw(units: number, users: number): Promise<void> {
    b.submit({ type: 'restock', item, units: units - 1, key: 0 });
    b.submit({
      ...{ type: 'publish', item, promo: 7, price: 1, startAt: start + 1_000, endAt: start + 1e6 },
      ...{ limit: 1, gateFactor: 1, payWindowMs: 60_000, queue: 'draw', admitMs: 60_000 },
      ...{ queueOpenAt: start, secret: 'ab'.repeat(32) },
    });
    for (let user = 1; user <= users; user++) {
      b.submit({ type: 'join', item, user, promo: 7, nonce: user });
    }
    b.partition.commit();
    await b.journal.acknowledgeAll();
  }

  test('lets a long queue in by entries of so many, one as soon as the other is durable', async () => {
    const waves = 3;
    const users = waves * admissionsPerEntryMax;
    await joinDraw(users, users);
    const before = b.journal.entries.length;
    now = start + 1_000;
    await run();
    await b.journal.acknowledgeAll();
    const admitted = b.journal.entries
      .slice(before)
      .map(({ events }) => events.filter(({ type }) => type === 'admitted').length)
      .filter((count) => count > 0);
    expect(admitted).toEqual(Array(waves).fill(admissionsPerEntryMax));
  });

  test('puts a long draw in order stride by stride, without a sleep between them', async () => {
    await joinDraw(1, 3 * drawStrideEntrants);
    now = start + 1_000;
    const sleeps = bell.sleepsMs.length;
    await run();
    expect(bell.sleepsMs.length).toBe(sleeps + 1);
    await b.journal.acknowledgeAll();
    await comeToRest();
    const types = b.journal.entries.at(-1)!.events.map(({ type }) => type);
    expect(types.slice(-1)).toEqual(['admitted']);
  });

  test('ends a drain with open tallies as soon as the journal has them', async () => {
    b.place(1, 2);
    await run();
    loop.drain();
    await comeToRest();
    expect(ended).toBe(false);
    await b.journal.acknowledge();
    await comeToRest();
    expect(ended).toBe(true);
    expect(b.journal.entries.at(-1)?.events).toEqual([
      { type: 'refused', item, count: 1, amount: 2 },
    ]);
  });

  test('ends a drain when the journal fails instead', async () => {
    b.place(1, 2);
    await run();
    loop.drain();
    await comeToRest();
    b.journal.readable = false;
    await b.journal.refuse(new Fenced(0, 1));
    await comeToRest();
    expect(ended).toBe(true);
  });
});
