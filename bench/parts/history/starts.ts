/** Starts of an engine with a history: how long until it is ready, and what memory it then takes. */
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { atMost, median, reported, type Target, thousands } from '../../report/report.ts';
import { startEngineServer } from '../../servers/servers.ts';
import { residentNow } from '../memory.ts';
import type { GrownHistory } from './grown-history.ts';

/** Where figures are to be reached: fewer orders say little of many. */
const ordersOfMany = 10_000_000;
/** Fewer would not show beside what a process takes anyway. */
const ordersMeasurable = 1_000_000;

const secondsMax = 1.5;
const secondsOfArchivedMax = 0.6;
const mibOfArchivedMax = 150;
const bytesMax = 200;
const bytesOfSnapshotMax = 150;
const roundsOfShort = 3;

export interface Start {
  /** From the start of the process until it is ready. */
  seconds: number;
  /** Resident memory right then, in bytes. */
  bytes: number;
}

/** Starts the engine, waits until it is ready, and ends it. */
async function startOnce(folder: TemporaryFolder): Promise<Start> {
  const startedAt = performance.now();
  const engine = await startEngineServer({ folder });
  try {
    await waitUntil('the engine is ready', async () => (await fetch(`${engine.url}/readyz`)).ok);
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, bytes: residentNow(engine.process.pid) };
  } finally {
    await engine.stop();
  }
}

/** An engine that has never sold anything. */
export async function startEmpty(): Promise<Start> {
  const folder = temporaryFolder();
  try {
    return await startOften(folder);
  } finally {
    folder.remove();
  }
}

/** Medians. */
async function startOften(folder: TemporaryFolder): Promise<Start & { each: string }> {
  const starts: Start[] = [];
  for (let round = 0; round < roundsOfShort; round++) starts.push(await startOnce(folder));
  return {
    seconds: median(starts.map(({ seconds }) => seconds)),
    bytes: median(starts.map(({ bytes }) => bytes)),
    each: starts.map(({ seconds }) => seconds.toFixed(2)).join(', '),
  };
}

/** Starts after snapshots that are `behind` orders old, and without any. */
export async function startsOf(
  history: GrownHistory,
  behind: number,
  empty: Start,
): Promise<Target[]> {
  const { folder, orders } = history;
  const with_ = await startOften(folder);
  const without = await history.without(['snapshots'], () => startOnce(folder));
  const name = `start, ${thousands(orders)} orders`;
  const after = `${name}, a snapshot ${thousands(behind)} orders old`;
  const judged = orders >= ordersOfMany;
  const note = `process start included; each: ${with_.each}; SQL has all of it`;
  return [
    judged
      ? atMost(`${after}: until ready`, with_.seconds, secondsMax, ' s', note)
      : reported(`${after}: until ready`, with_.seconds, ' s', note),
    reported(`${name}, from the first entry: until ready`, without.seconds, ' s', 'the same'),
    ...memoryOf(orders, name, without, empty, bytesMax),
    ...memoryOf(orders, after, with_, empty, bytesOfSnapshotMax),
  ];
}

function memoryOf(orders: number, name: string, { bytes }: Start, empty: Start, most: number) {
  if (orders < ordersMeasurable) return [];
  const note = `resident when ready, ${mib(bytes)} MiB, without the ${mib(empty.bytes)} of an engine that has sold nothing`;
  const each = (bytes - empty.bytes) / orders;
  return [atMost(`${name}: memory of the process, for each order`, each, most, ' bytes', note)];
}

/** Starts when all but these orders have left the memory, and a snapshot says so. */
export async function startsArchived(history: GrownHistory, kept: number): Promise<Target[]> {
  const { seconds, bytes, each } = await startOften(history.folder);
  const name = `start, ${thousands(history.orders)} orders, all but ${thousands(kept)} archived`;
  const note = `after a snapshot; each: ${each}`;
  const memory = mib(bytes);
  if (history.orders < ordersOfMany) {
    return [
      reported(`${name}: until ready`, seconds, ' s', note),
      reported(`${name}: resident when ready`, memory, ' MiB'),
    ];
  }
  return [
    atMost(`${name}: until ready`, seconds, secondsOfArchivedMax, ' s', note),
    atMost(`${name}: resident when ready`, memory, mibOfArchivedMax, ' MiB'),
  ];
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
