/**
 * The archivist thread: stores snapshots of the partitions that this engine owns, one after the other, until it is
 * told to drain. It runs at a lower priority than all others.
 *
 * Main starts it with `ArchivistThreadSettings` and may send `drain`; the thread sends `drained` as soon as it has
 * left what it was about.
 */
import { createSteadyClock } from '../clock.ts';
import { isJournalFault } from '../journal/journal.ts';
import { type JournalSettings, openJournal } from '../journal/open.ts';
import { snapshotLookMs, snapshotPauseMs } from '../limits.ts';
import { configureLog, getLogger, type logLevels } from '../log.ts';
import { Positions } from '../memory/positions.ts';
import type { SharedMemory } from '../shared.ts';
import { lowerPriority } from '../thread-priority.ts';
import { Archivist, type ArchivistWorld } from './archivist.ts';
import { SnapshotsUnavailable } from './store.ts';

export interface ArchivistThreadSettings {
  type: 'start';
  partitions: number;
  journal: JournalSettings;
  /** Where this machine keeps its snapshots. */
  snapshotsFolder: string;
  memory: SharedMemory;
  /** How far the engine's steady clock is from this thread's own. */
  clockStepMs: number;
  logLevel: (typeof logLevels)[number];
}

export type ToArchivistThread = ArchivistThreadSettings | { type: 'drain' } | { type: 'crash' };
export type FromArchivistThread = { type: 'drained' };

/** A ninth of the weight of a thread at normal priority. */
const niceness = 10;

declare const self: Worker;

/** The thread is to leave. */
class Leaving extends Error {}

const leaving = Promise.withResolvers<void>();
let draining = false;

async function pace(): Promise<void> {
  if (draining) throw new Leaving();
  await new Promise((resolve) => setImmediate(resolve));
}

/** Sleeps, or returns at once when the thread is to leave. */
async function rest(ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([over.promise, leaving.promise]);
  clearTimeout(timer);
}

/** Returns what was in the way, or null. */
async function takeIfDue(archivist: Archivist): Promise<string | null> {
  if (draining || !archivist.isDue()) return null;
  try {
    await archivist.take();
    return null;
  } catch (error) {
    if (error instanceof Leaving) return null;
    // None of these ends the engine, which does without; what is broken in this thread starts it anew.
    if (error instanceof SnapshotsUnavailable || isJournalFault(error)) return String(error);
    throw error;
  } finally {
    // The state was a mapped file, or is garbage now, and counts as the engine's memory until it is gone.
    Bun.gc(true);
  }
}

async function run(settings: ArchivistThreadSettings): Promise<void> {
  const log = getLogger(['stampede', 'archivist']);
  const report = (state: string) => log.debug(`journal: ${state}`, {});
  const { partitions, snapshotsFolder } = settings;
  const journal = await openJournal(settings.journal, partitions, { readonly: true, report });
  const world: ArchivistWorld = {
    journal,
    snapshots: journal.snapshots(snapshotsFolder),
    positions: new Positions(settings.memory.positions),
    steadyClock: createSteadyClock(settings.clockStepMs),
    pace,
    log: (level, message, details) => log[level](message, details),
  };
  const archivists = Array.from({ length: partitions }, (_, p) => new Archivist(p, world));
  /** What is in the way, which is told once. */
  let troubles: readonly string[] = [];
  while (!draining) {
    const found: string[] = [];
    for (const archivist of archivists) {
      const trouble = await takeIfDue(archivist);
      if (trouble === null) continue;
      if (!troubles.includes(trouble)) log.warning('cannot store a snapshot', { error: trouble });
      found.push(trouble);
    }
    troubles = found;
    await rest(troubles.length === 0 ? snapshotLookMs : snapshotPauseMs);
  }
  await journal.close();
  self.postMessage({ type: 'drained' } satisfies FromArchivistThread);
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
