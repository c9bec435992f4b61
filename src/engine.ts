/**
 * The engine: shared memory, the threads around it, and the order in which they start and stop. HTTP
 * threads begin last and stop first, so that no request meets a missing actor.
 */

import {
  type Clock,
  ClockWatch,
  clockDrift,
  createSteadyClock,
  wallClock,
} from '../actors/clock.ts';
import { newestTimes } from '../actors/journal/newest-time.ts';
import { type JournalSettings, openJournal, thisJournal } from '../actors/journal/open.ts';
import { clockLookMs, clockStepMs } from '../actors/limits.ts';
import { getLogger } from '../actors/log.ts';
import { Board } from '../actors/memory/board.ts';
import { Positions } from '../actors/memory/positions.ts';
import { makePrivateFolder } from '../actors/private-files.ts';
import { makeSharedMemory } from '../actors/shared.ts';
import { ArchivistWatch } from './archivist-watch.ts';
import { watchFilter } from './buyer-filter-watch.ts';
import { CatalogVersion } from './catalog/version.ts';
import { ClaimedPort } from './claims.ts';
import { openSql, type SqlSettings, thisSql } from './db/open.ts';
import { SqlUnavailable } from './db/sql.ts';
import { quietMsMax } from './departure.ts';
import type { EngineCluster } from './engine-cluster.ts';
import {
  type ActorThread,
  type ArchivistThread,
  type EngineSettings,
  EngineThreads,
  type HttpThread,
  type ProjectorThread,
  type WebhookThread,
} from './engine-threads.ts';
import { requireTime, setTimesBack } from './journal-time.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { journalSettings, sqlSettings, storeSettings } from './parts-settings.ts';
import { snapshotTermsOf } from './rehearsal.ts';
import { openStore } from './store/open.ts';
import { WebhookFigures } from './webhooks/figures.ts';

export interface Engine {
  host: string;
  port: number;
  /** Makes one thread throw, for tests of supervision. */
  crash(kind: 'http' | 'actor' | 'projector' | 'webhooks'): void;
  /** Stops accepting, empties the mailboxes, commits, lets the projector catch up. */
  drain(): Promise<void>;
}

type EngineThread = HttpThread | ActorThread | ArchivistThread | ProjectorThread | WebhookThread;

/** How long a kind of thread may take to drain before the engine goes on without it. */
const drainMs = 3_100;
/** A thread that has not said that it is quiet this long after it should be is not waited for. */
const quietGraceMs = 500;

/** Starts every thread and resolves when the engine listens. */
export async function startEngine(settings: EngineSettings): Promise<Engine> {
  makePrivateFolder(settings.dataDir);
  const claimed = await ClaimedPort.claim(settings.host, settings.port);
  const { port } = claimed;
  const memory = makeSharedMemory(settings.httpThreads, settings.actorThreads);
  const positions = new Positions(memory.positions);
  // In a cluster its coordinator says whether all engines know what that is.
  positions.archives = settings.natsUrl === null;
  const steadyClock = createSteadyClock();
  const startedAt = wallClock();
  const writer = Bun.randomUUIDv7();
  const { journal, sql, journalPromise } = await prepare(settings, positions, writer);
  let http: HttpThread[] = [];
  let actors: ActorThread[] = [];
  // Before any thread is there: what it is to do stands in the shared memory.
  const cluster =
    journal.kind === 'jetstream'
      ? await joinCluster(journal, settings, {
          ...{ positions, steadyClock, writer, port, startedAt },
          toActor: (partition, message) => actors[partition % settings.actorThreads]?.post(message),
          toActors: (message) => each(actors, message),
          toHttp: (message) => each(http, message),
        })
      : null;
  const threads = new EngineThreads({
    settings,
    port,
    memory,
    journal,
    sql,
    journalPromise,
    steadyClock,
    requestMetrics: new SharedArrayBuffer(RequestMetrics.bytes(settings.httpThreads)),
    webhookFigures: new SharedArrayBuffer(WebhookFigures.bytes),
    ...{ writer, startedAt, cluster },
  });
  const actorDied = (actor: number) => {
    // The dead thread cannot say so itself, and the next may die of its start.
    for (let partition = actor; partition < settings.partitions; partition += settings.actorThreads)
      positions.setMode(partition, 'recovering');
    for (const each of http) each.post({ type: 'actor died', actor });
  };
  actors = times(settings.actorThreads, (thread) => threads.actor(thread, actorDied));
  // They load what they need while the actors read the journal.
  http = times(settings.httpThreads, (thread) => threads.http(thread));
  await Promise.all(actors.map((actor) => actor.says('recovered')));
  // Its silence counts from here: one that has yet to load its script is not one that writes nothing.
  positions.projectorBeatAt = wallClock();
  const projector = threads.projector();
  const webhooks = threads.webhooks();
  const terms = snapshotTermsOf(settings.rehearsal);
  const { buyers } = new Board(memory.board);
  const { partitions } = settings;
  const watchingFilter = watchFilter({ buyers, positions, partitions });
  const archivist = new ArchivistWatch(settings.partitions, positions, terms, (idle) =>
    threads.archivist(idle),
  );
  await cluster?.settled();
  await claimed.listenOn(() => {
    for (const each of http) each.begin();
    return Promise.all(http.map((each) => each.says('listening')));
  });
  cluster?.started();
  const watching = watchClock(steadyClock);

  return {
    host: settings.host,
    port,
    crash: (kind) => {
      const thread = { http: http[0]!, actor: actors[0]!, projector, webhooks }[kind];
      thread?.post({ type: 'crash' });
    },
    drain: async () => {
      clearInterval(watching);
      clearInterval(watchingFilter);
      if (cluster !== null && !cluster.isAlone) await leave(cluster, http);
      await drain(http);
      // What the archivist is about it leaves, and starts anew when there is time.
      archivist.stop();
      await drain([...actors, ...(archivist.thread === null ? [] : [archivist.thread])]);
      await drain([projector, ...(webhooks === null ? [] : [webhooks])]);
      await cluster?.close();
    },
  };
}

function each<In>(threads: readonly { post(message: In): void }[], message: In): void {
  for (const thread of threads) thread.post(message);
}

function times<T>(count: number, make: (thread: number) => T): T[] {
  return Array.from({ length: count }, (_, thread) => make(thread));
}

async function drain(threads: readonly EngineThread[]) {
  const drained = threads.map((thread) => thread.says('drained'));
  for (const thread of threads) thread.leave({ type: 'drain' });
  await Promise.race([Promise.all(drained), Bun.sleep(drainMs)]);
}

/** An engine that is alone does not load what there is to a cluster. */
async function joinCluster(
  ...asked: Parameters<typeof EngineCluster.join>
): Promise<EngineCluster> {
  const { EngineCluster } = await import('./engine-cluster.ts');
  return EngineCluster.join(...asked);
}

/** Hands over what this engine owns, and goes on answering until its traffic goes to the others. */
async function leave(cluster: EngineCluster, http: readonly HttpThread[]): Promise<void> {
  const quiet = http.map((thread) => thread.says('quiet'));
  each(http, { type: 'leaving' });
  await cluster.leave();
  await Promise.race([Promise.all(quiet), Bun.sleep(quietMsMax + quietGraceMs)]);
}

interface Prepared {
  /** What the threads open: the very files that are there now, not what may replace them. */
  journal: JournalSettings;
  sql: SqlSettings;
  /** What the journal's acknowledgement means. */
  journalPromise: string;
}

/**
 * Makes what is missing, and reads how far SQL has come: a journal that ends earlier has lost data.
 * @throws ClockBehindJournal unless the settings say that time is to be set back.
 */
async function prepare(
  settings: EngineSettings,
  positions: Positions,
  writer: string,
): Promise<Prepared> {
  const log = getLogger(['stampede', 'engine']);
  const report = (state: string) => log.warning(`journal: ${state}`, {});
  const journal = await openJournal(journalSettings(settings), settings.partitions, { report });
  const { text } = journal.acknowledgement();
  log.info(text, {});
  const times = await newestTimes(journal, settings.partitions);
  if (settings.setTimeBack !== true) requireTime(times, wallClock());
  const made = thisJournal(journalSettings(settings));
  const isSqlKnown = await readHowFarSqlIs(settings, positions);
  if (settings.setTimeBack === true) {
    // Without SQL no one tells whether a partition that is to be written has lost what it had.
    if (!isSqlKnown) throw new Error('--set-time-back needs SQL, which is away: start it first');
    const built = (partition: number) => positions.get(partition, 'sqlSeq');
    const now = wallClock();
    for (const { partition, at } of await setTimesBack(journal, times, built, { writer, now }))
      log.warning('time was set back', { partition, from: at, to: now });
  }
  await journal.close();
  const store = await openStore(storeSettings(settings), { check: true });
  // The database may have been restored since: what the store remembers of its catalogue is not its own.
  await new CatalogVersion(new SharedArrayBuffer(CatalogVersion.bytes), store).change();
  await store.close();
  return { journal: made, sql: thisSql(sqlSettings(settings)), journalPromise: text };
}

/**
 * Makes the tables that are missing, and notes each partition's checkpoint. False where SQL is away:
 * orders need none of it, so the engine starts all the same, and the projector looks when SQL is back.
 */
async function readHowFarSqlIs(settings: EngineSettings, positions: Positions): Promise<boolean> {
  const sql = await openSql(sqlSettings(settings), { check: true });
  try {
    const checkpoints = await sql.projection.checkpoints();
    for (let partition = 0; partition < settings.partitions; partition++)
      positions.reached(partition, 'sql', checkpoints.get(partition)?.seq ?? 0);
    return true;
  } catch (error) {
    if (!(error instanceof SqlUnavailable)) throw error;
    getLogger(['stampede', 'engine']).warning(
      'SQL is away: orders go on, accounts and lists wait, and a journal that ends before what SQL has is not noticed until SQL is back',
      { error: error.message },
    );
    return false;
  } finally {
    await sql.close();
  }
}

/** Says when the wall clock was set, or the machine slept: sales follow it at once. */
function watchClock(steadyClock: Clock): Timer {
  const log = getLogger(['stampede', 'engine']);
  const watch = new ClockWatch(() => clockDrift(steadyClock), clockStepMs);
  return setInterval(() => {
    const stepMs = watch.look();
    if (stepMs !== 0)
      log.warning('the wall clock was set, or the machine slept: sales follow it', { stepMs });
  }, clockLookMs);
}
