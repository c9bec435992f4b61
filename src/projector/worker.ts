/**
 * The projector thread: follows the journal until it is told to drain. It runs at a lower priority
 * than the order path, so that catching up after a pause never takes a core away from orders.
 *
 * Main starts it with `ProjectorThreadSettings` and may send `drain`; the thread sends `drained` when
 * SQL holds every entry of the partitions that this engine still owns.
 *
 * Engines of a cluster that share a database each project what they own. One with a database of its own
 * projects everything into it, whoever owns it.
 */
import { createSteadyClock, wallClock } from '../../actors/clock.ts';
import { JournalCorrupt, JournalUnavailable } from '../../actors/journal/journal.ts';
import { type JournalSettings, openJournal } from '../../actors/journal/open.ts';
import { shortConfirmMs } from '../../actors/limits.ts';
import { configureLog, getLogger, type logLevels } from '../../actors/log.ts';
import { Board } from '../../actors/memory/board.ts';
import { Doorbell } from '../../actors/memory/mailbox.ts';
import { Positions } from '../../actors/memory/positions.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import { lowerPriority } from '../../actors/thread-priority.ts';
import { CatalogVersion } from '../catalog/version.ts';
import { openSql, type SqlSettings } from '../db/open.ts';
import { SqlDamaged, SqlUnavailable } from '../db/sql.ts';
import { openStore, type StoreSettings } from '../store/open.ts';
import { CatalogNews } from './catalog-news.ts';
import { LostRowsLog } from './lost-rows-log.ts';
import { CheckpointAhead, CheckpointDiffers, Projector } from './projector.ts';

export interface ProjectorThreadSettings {
  type: 'start';
  partitions: number;
  journal: JournalSettings;
  sql: SqlSettings;
  memory: SharedMemory;
  store: StoreSettings;
  /** How far the engine's steady clock is from this thread's own. */
  clockStepMs: number;
  logLevel: (typeof logLevels)[number];
}

export type ToProjectorThread = ProjectorThreadSettings | { type: 'drain' } | { type: 'crash' };
export type FromProjectorThread = { type: 'drained' };

/**
 * At most one round of small transactions in this time; after a longer round the next starts at once.
 */
const roundMs = 100;
/** Without new entries the projector looks, and reports that it runs, this often. */
const idleMs = 1_000;
/**
 * How often it checks whether SQL still stands where it left it: a rebuild may have emptied the rows.
 */
const heedMs = 1_000;
/** The pause after SQL or the journal failed to answer. */
const pauseMs = 500;
/** A quarter of the weight of a thread at normal priority. */
const niceness = 6;

const all = Number.POSITIVE_INFINITY;

declare const self: Worker;
let draining = false;

async function run(settings: ProjectorThreadSettings): Promise<void> {
  const { partitions, memory } = settings;
  const log = getLogger(['stampede', 'projector']);
  const bell = new Doorbell(memory.projectorBell);
  const positions = new Positions(memory.positions);
  const report = (state: string) => log.debug(`journal: ${state}`, {});
  const journal = await openJournal(settings.journal, partitions, { readonly: true, report });
  const sql = await openSql(settings.sql);
  const store = await openStore(settings.store, { clock: createSteadyClock(settings.clockStepMs) });
  const news = new CatalogNews(new CatalogVersion(memory.catalogChanges, store));
  const isShared = settings.sql.databaseUrl !== null;
  const projector = new Projector({
    journal,
    projection: sql.projection,
    partitions,
    // Of what others go on writing there is no end that a drain could wait for.
    owns: (partition) => (!isShared && !draining) || positions.owns(partition),
    durable: (partition) =>
      // Readers of a file see entries before the disk has them. While nothing is written, it has all.
      settings.journal.kind === 'log' ? positions.get(partition, 'journalSeq') || all : all,
    onProgress: (partition, sequence) => positions.reached(partition, 'sql', sequence),
    onCatalogChange: () => news.note(),
  });
  const lost = new LostRowsLog(new Board(memory.board), sql);
  let told = '';
  /** Since when the journal has answered short, by `performance.now`. */
  let shortSince: number | null = null;
  let heededAt = performance.now();
  for (;;) {
    const seen = bell.count;
    const startedAt = performance.now();
    // What ends a drain is a round that began after it, and found SQL where it should be.
    const leaving = draining;
    let applied = 0;
    try {
      if (leaving || startedAt - heededAt >= heedMs) {
        await projector.heed();
        heededAt = startedAt;
      }
      // A series may have a long way to come: it goes on after the next start.
      applied = await projector.round(!leaving);
      if (!leaving) await lost.look();
    } catch (error) {
      // All of these may pass, by themselves or with an operator's help; until then readyz reports it.
      if (!waitsFor(error)) throw error;
      shortSince = error instanceof CheckpointAhead ? (shortSince ?? performance.now()) : null;
      // A server may answer short for a moment: nobody shall empty tables because of that.
      const confirmed = shortSince === null || performance.now() - shortSince >= shortConfirmMs;
      if (confirmed && String(error) !== told)
        log.error('projector waits', { error: String(error) });
      if (confirmed) told = String(error);
      await Bun.sleep(pauseMs);
      if (draining) break;
      continue;
    }
    told = '';
    shortSince = null;
    positions.projectorBeatAt = wallClock();
    if (applied === 0) {
      if (leaving) break;
      if (!draining) await bell.wait(seen, idleMs);
    }
    // The bell rings for the entries of other engines, too, of which there may be nothing to write.
    await Bun.sleep(Math.max(0, startedAt + (draining ? 0 : roundMs) - performance.now()));
  }
  await news.tell();
  await store.close();
  await sql.close();
  await journal.close();
  self.postMessage({ type: 'drained' } satisfies FromProjectorThread);
}

function waitsFor(error: unknown): boolean {
  const journalErrors = [JournalUnavailable, JournalCorrupt, CheckpointAhead, CheckpointDiffers];
  return [SqlUnavailable, SqlDamaged, ...journalErrors].some((kind) => error instanceof kind);
}

self.onmessage = ({ data }: MessageEvent<ToProjectorThread>) => {
  switch (data.type) {
    case 'start':
      configureLog(data.logLevel, 'projector');
      lowerPriority(niceness);
      run(data).catch((error) => {
        getLogger(['stampede', 'projector']).fatal('projector failed', { error: String(error) });
        process.exit(1);
      });
      break;
    case 'drain':
      draining = true;
      break;
    case 'crash':
      throw new Error('told to crash');
  }
};
