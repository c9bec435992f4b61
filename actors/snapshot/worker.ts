/**
 * The archivist thread: stores snapshots of the partitions that this engine owns, one after the other, as long as some
 * are due. It runs at a lower priority than all others.
 *
 * Main starts it with `ArchivistThreadSettings` when one is due, so that its memory is taken only then. The thread
 * sends `idle` when none was for a while. Main sends `drain` at any time; the thread sends `drained` as soon as it
 * has left what it was about, and ends.
 */
import { wallClock } from '../clock.ts';
import { isJournalFault } from '../journal/journal.ts';
import { type JournalSettings, openJournal } from '../journal/open.ts';
import { configureLog, getLogger, type logLevels } from '../log.ts';
import { Positions } from '../memory/positions.ts';
import type { SharedMemory } from '../shared.ts';
import { lowerPriority } from '../thread-priority.ts';
import { type ArchivistWorld, takeSnapshot } from './archivist.ts';
import { dueSnapshots, type SnapshotTerms } from './due.ts';
import { SnapshotAbandoned, SnapshotsUnavailable } from './store.ts';

export interface ArchivistThreadSettings {
  type: 'start';
  partitions: number;
  journal: JournalSettings;
  /** Where this machine keeps its snapshots. */
  snapshotsFolder: string;
  terms: SnapshotTerms;
  memory: SharedMemory;
  logLevel: (typeof logLevels)[number];
}

export type ToArchivistThread = ArchivistThreadSettings | { type: 'drain' } | { type: 'crash' };
export type FromArchivistThread = { type: 'idle' } | { type: 'drained' };

/** A ninth of the weight of a thread at normal priority. */
const niceness = 10;

/**
 * Rest to work, and the longest rest: a state of a gigabyte is stored within a minute. What is written is in the way of
 * the journal on the disk; reading only takes a core, and must be faster than buyers are.
 */
const restShares = { writing: 8, reading: 2 };
const restMsMax = 100;

declare const self: Worker;

const leaving = Promise.withResolvers<void>();
let draining = false;

let resumedAt = performance.now();

/** Rests longer than it has worked since the last rest: orders share cores, caches and the disk with this thread. */
async function restAfter(what: keyof typeof restShares): Promise<void> {
  if (draining) throw new SnapshotAbandoned();
  const workedMs = performance.now() - resumedAt;
  await Bun.sleep(Math.min(restMsMax, workedMs * restShares[what]));
  resumedAt = performance.now();
}

/** Sleeps, or returns at once when the thread is to leave. */
async function rest(ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([over.promise, leaving.promise]);
  clearTimeout(timer);
}

async function run(settings: ArchivistThreadSettings): Promise<void> {
  const log = getLogger(['stampede', 'archivist']);
  const report = (state: string) => log.debug(`journal: ${state}`, {});
  const { partitions, snapshotsFolder, memory, terms } = settings;
  const journal = await openJournal(settings.journal, partitions, { readonly: true, report });
  const snapshots = journal.snapshots(snapshotsFolder);
  const positions = new Positions(memory.positions);
  const toLog: ArchivistWorld['log'] = (level, message, details) => log[level](message, details);
  const world: ArchivistWorld = {
    ...{ journal, snapshots, positions, log: toLog },
    pace: () => restAfter('writing'),
    readingPace: () => restAfter('reading'),
  };
  /** What is in the way, which is told once. */
  let troubles: readonly string[] = [];
  let workedAt = performance.now();
  while (!draining) {
    const due = dueSnapshots(partitions, positions, wallClock, terms);
    if (due.length > 0) workedAt = performance.now();
    else if (performance.now() - workedAt >= terms.idleMs) tellMain({ type: 'idle' });
    const found: string[] = [];
    for (const partition of due) {
      const trouble = await takeUnlessDraining(partition, world);
      if (trouble === null || found.includes(trouble)) continue;
      if (!troubles.includes(trouble)) log.warning('cannot store a snapshot', { error: trouble });
      found.push(trouble);
    }
    troubles = found;
    await rest(troubles.length === 0 ? terms.lookMs : terms.pauseMs);
  }
  await journal.close();
  tellMain({ type: 'drained' });
  // It would wait for messages as long as the engine runs, and the next one has a thread of its own.
  process.exit(0);
}

/** Returns what was in the way, or null. */
async function takeUnlessDraining(
  partition: number,
  world: ArchivistWorld,
): Promise<string | null> {
  if (draining) return null;
  try {
    await takeSnapshot(partition, world);
    return null;
  } catch (error) {
    if (error instanceof SnapshotAbandoned) return null;
    // None of these ends the engine, which does without; what is broken in this thread starts it anew.
    if (error instanceof SnapshotsUnavailable || isJournalFault(error)) return String(error);
    throw error;
  } finally {
    // The state was a mapped file, or is garbage now, and counts as the engine's memory until it is gone.
    Bun.gc(true);
  }
}

function tellMain(message: FromArchivistThread): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToArchivistThread>) => {
  switch (data.type) {
    case 'start':
      configureLog(data.logLevel, 'archivist');
      lowerPriority(niceness);
      run(data).catch((error) => {
        // The supervisor takes it for a crash, and starts the thread again.
        getLogger(['stampede', 'archivist']).error('archivist failed', { error: String(error) });
        setImmediate(() => {
          throw error;
        });
      });
      break;
    case 'drain':
      draining = true;
      leaving.resolve();
      break;
    case 'crash':
      throw new Error('told to crash');
  }
};
