import { afterEach, beforeEach, expect, test } from 'bun:test';
import { Positions } from '../actors/memory/positions.ts';
import { snapshotTerms } from '../actors/snapshot/due.ts';
import { waitUntil } from '../actors/testing/process.ts';
import { ArchivistWatch } from './archivist-watch.ts';
import type { ArchivistThread } from './engine-threads.ts';

const terms = { ...snapshotTerms, tailEvents: 100, lookMs: 1 };

let positions: Positions;
let watch: ArchivistWatch;
/** Threads that were started: how often each was told to leave, and how it says that it is idle. */
let threads: { thread: ArchivistThread; left: number; idle(): void }[];

beforeEach(() => {
  threads = [];
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  positions.setMode(1, 'ready');
  watch = new ArchivistWatch(2, positions, terms, (idle) => {
    const started = { left: 0, idle, thread: {} as ArchivistThread };
    // The watch does nothing else with it.
    started.thread = { leave: () => started.left++ } as unknown as ArchivistThread;
    threads.push(started);
    return started.thread;
  });
});

afterEach(() => watch.stop());

const lefts = () => threads.map(({ left }) => left);

async function untilStarted(count: number): Promise<void> {
  positions.set(1, 'journalEvents', terms.tailEvents);
  await waitUntil(`${count} threads were started`, () => threads.length === count);
  positions.set(1, 'journalEvents', 0);
}

test('an archivist is there from when a snapshot is due until it says that none is', async () => {
  await Bun.sleep(20 * terms.lookMs);
  expect(threads).toEqual([]);
  expect(watch.thread).toBeNull();
  await untilStarted(1);
  expect(watch.thread).toBe(threads[0]!.thread);
  await Bun.sleep(20 * terms.lookMs);
  expect(lefts()).toEqual([0]);
  threads[0]!.idle();
  expect(lefts()).toEqual([1]);
  expect(watch.thread).toBeNull();
});

test('one that says twice that it is idle takes no other along', async () => {
  await untilStarted(1);
  threads[0]!.idle();
  await untilStarted(2);
  threads[0]!.idle();
  expect(lefts()).toEqual([1, 0]);
  expect(watch.thread).toBe(threads[1]!.thread);
});

test('none is started once the engine leaves', async () => {
  watch.stop();
  positions.set(1, 'journalEvents', terms.tailEvents);
  await Bun.sleep(20 * terms.lookMs);
  expect(threads).toEqual([]);
});
