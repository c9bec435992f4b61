/**
 * The engine: shared memory, the threads around it, and the order in which they start and stop. HTTP
 * threads start last and stop first, so that no request meets a missing actor.
 */

import { type Clock, createClock } from '../actors/clock.ts';
import { newestTime } from '../actors/journal/newest-time.ts';
import { type JournalSettings, openJournal, thisJournal } from '../actors/journal/open.ts';
import { getLogger } from '../actors/log.ts';
import { Positions } from '../actors/memory/positions.ts';
import { makePrivateFolder } from '../actors/private-files.ts';
import { makeSharedMemory } from '../actors/shared.ts';
import { ClaimedPort } from './claims.ts';
import { openSql } from './db/open.ts';
import {
  type ActorThread,
  type EngineSettings,
  EngineThreads,
  type HttpThread,
  type ProjectorThread,
} from './engine-threads.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { journalSettings, sqlSettings, storeSettings } from './parts-settings.ts';
import { openStore } from './store/open.ts';

export interface Engine {
  host: string;
  port: number;
  /** Makes one thread throw, for tests of supervision. */
  crash(kind: 'http' | 'actor' | 'projector'): void;
  /** Stops accepting, empties the mailboxes, commits, lets the projector catch up. */
  drain(): Promise<void>;
}

/** How long a kind of thread may take to drain before the engine goes on without it. */
const drainMs = 3_100;

/** The wall clock may be corrected by this much between two starts; less is not worth a warning. */
const clockWarningMs = 1_000;

/** Starts every thread and resolves when the engine listens. */
export async function startEngine(settings: EngineSettings): Promise<Engine> {
  makePrivateFolder(settings.dataDir);
  const claimed = await ClaimedPort.claim(settings.host, settings.port);
  const { port } = claimed;
  const memory = makeSharedMemory(settings.httpThreads, settings.actorThreads);
  const positions = new Positions(memory.positions);
  const { journal, journalPromise, newestAt } = await prepare(settings, positions);
  const threads = new EngineThreads({
    settings,
    port,
    memory,
    journal,
    journalPromise,
    clock: clockNotBefore(newestAt),
    requestMetrics: new SharedArrayBuffer(RequestMetrics.bytes(settings.httpThreads)),
    writer: Bun.randomUUIDv7(),
  });

  let http: HttpThread[] = [];
  const actorDied = (actor: number) => {
    // The dead thread cannot say so itself, and the next may die of its start.
    for (let partition = actor; partition < settings.partitions; partition += settings.actorThreads)
      positions.setMode(partition, 'recovering');
    for (const each of http) each.post({ type: 'actor died', actor });
  };
  const actors = times(settings.actorThreads, (thread) => threads.actor(thread, actorDied));
  await Promise.all(actors.map((actor) => actor.says('recovered')));
  const projector = threads.projector();
  await claimed.listenOn(() => {
    http = times(settings.httpThreads, (thread) => threads.http(thread));
    return Promise.all(http.map((each) => each.says('listening')));
  });

  return {
    host: settings.host,
    port,
    crash: (kind) => {
      const thread = { http: http[0]!, actor: actors[0]!, projector }[kind];
      thread.post({ type: 'crash' });
    },
    drain: async () => {
      await drain(http);
      await drain(actors);
      await drain([projector]);
    },
  };
}

function times<T>(count: number, make: (thread: number) => T): T[] {
  return Array.from({ length: count }, (_, thread) => make(thread));
}

async function drain(threads: readonly (HttpThread | ActorThread | ProjectorThread)[]) {
  const drained = threads.map((thread) => thread.says('drained'));
  for (const thread of threads) thread.leave({ type: 'drain' });
  await Promise.race([Promise.all(drained), Bun.sleep(drainMs)]);
}

/**
 * Makes what is missing, and reads how far SQL has come: a journal that ends earlier has lost data.
 * Returns the journal that the threads open, what its acknowledgement means, and the latest time in it.
 */
async function prepare(
  settings: EngineSettings,
  positions: Positions,
): Promise<{ journal: JournalSettings; journalPromise: string; newestAt: number }> {
  const log = getLogger(['stampede', 'engine']);
  const report = (state: string) => log.warning(`journal: ${state}`, {});
  const journal = await openJournal(journalSettings(settings), settings.partitions, { report });
  const { text } = journal.acknowledgement();
  log.info(text, {});
  const newestAt = await newestTime(journal, settings.partitions);
  const made = thisJournal(journalSettings(settings));
  await journal.close();
  const sql = await openSql(sqlSettings(settings));
  for (const [partition, { seq }] of await sql.projection.checkpoints()) {
    positions.set(partition, 'sqlSeq', seq);
  }
  await sql.close();
  const store = await openStore(storeSettings(settings), { check: true });
  await store.close();
  return { journal: made, journalPromise: text, newestAt };
}

/**
 * The engine's clock. Where the wall clock is behind the journal, it goes on from the journal's time:
 * otherwise actors would stand still until the wall clock caught up, and no hold would end meanwhile.
 */
function clockNotBefore(at: number): Clock {
  const clock = createClock();
  const behindMs = at - clock();
  if (behindMs <= 0) return clock;
  const log = getLogger(['stampede', 'engine']);
  if (behindMs > clockWarningMs) log.warning('the clock is behind the journal', { behindMs });
  return createClock(-behindMs);
}
