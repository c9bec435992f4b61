/**
 * The engine: shared memory, the threads around it, and their order of coming and going. HTTP
 * threads come last and leave first, so that no request meets an actor that is not there.
 */
import { mkdirSync } from 'node:fs';
import { type Clock, clockStep, createClock } from '../actors/clock.ts';
import { newestTime } from '../actors/journal/newest-time.ts';
import { type JournalSettings, openJournal } from '../actors/journal/open.ts';
import { getLogger } from '../actors/log.ts';
import { Positions } from '../actors/memory/positions.ts';
import { makeSharedMemory } from '../actors/shared.ts';
import type { FromActorThread, ToActorThread } from '../actors/worker.ts';
import type { Config } from './config.ts';
import { openSql, type SqlSettings } from './db/open.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { ownScript } from './own-files.ts';
import { journalSettings, sqlSettings, storeSettings } from './parts-settings.ts';
import type { FromProjectorThread, ToProjectorThread } from './projector/worker.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { FromHttpThread, ToHttpThread } from './server.ts';
import { openStore } from './store/open.ts';
import { Thread } from './supervisor.ts';

export interface EngineSettings extends Config {
  tokenSecret: string;
  adminToken: string;
  rehearsal?: Rehearsal;
}

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

/** Corrections of a wall clock between two starts come to less than this, and are not worth a word. */
const clockWarningMs = 1_000;

/** Starts every thread and resolves when the engine listens. */
export async function startEngine(settings: EngineSettings): Promise<Engine> {
  const { httpThreads, actorThreads, partitions, logLevel } = settings;
  mkdirSync(settings.dataDir, { recursive: true });
  const port = freePort(settings.host, settings.port);
  const memory = makeSharedMemory(httpThreads, actorThreads);
  const requestMetrics = new SharedArrayBuffer(RequestMetrics.bytes(httpThreads));
  const journal = journalSettings(settings);
  const sql = sqlSettings(settings);
  const prepared = await prepare(settings, journal, sql, new Positions(memory.positions));
  const { journalPromise } = prepared;
  const clock = clockNotBefore(prepared.newestAt);
  const writer = Bun.randomUUIDv7();
  const common = () => ({ memory, partitions, logLevel, clockStepMs: clockStep(clock) });
  const threadsOf = <T>(count: number, make: (thread: number) => T) =>
    Array.from({ length: count }, (_, thread) => make(thread));

  const httpOf = (thread: number) =>
    new Thread<ToHttpThread, FromHttpThread>({
      name: `http-${thread}`,
      script: ownScript('src/server.ts'),
      start: (life) => ({
        type: 'start',
        ...common(),
        thread,
        life,
        actorThreads,
        host: settings.host,
        port,
        tokenSecret: settings.tokenSecret,
        adminToken: settings.adminToken,
        journal,
        sql,
        store: storeSettings(settings),
        trustedProxies: settings.trustedProxies,
        sms: { webhookUrl: settings.smsWebhookUrl, webhookSecret: settings.smsWebhookSecret },
        rehearsal: settings.rehearsal ?? {},
        journalPromise,
        requestMetrics,
      }),
    });
  let http: ReturnType<typeof httpOf>[] = [];

  const actors = threadsOf(
    actorThreads,
    (thread) =>
      new Thread<ToActorThread, FromActorThread>({
        name: `actor-${thread}`,
        script: ownScript('actors/worker.ts'),
        start: () => ({
          type: 'start',
          ...common(),
          thread,
          actorThreads,
          writer,
          journal,
          redisUrl: settings.redisUrl,
        }),
        died: () => {
          for (const each of http) each.post({ type: 'actor died', actor: thread });
        },
      }),
  );
  await Promise.all(actors.map((actor) => actor.says('recovered')));

  const projector = new Thread<ToProjectorThread, FromProjectorThread>({
    name: 'projector',
    script: ownScript('src/projector/worker.ts'),
    start: () => ({ type: 'start', ...common(), journal, sql }),
  });
  http = threadsOf(httpThreads, httpOf);
  await Promise.all(http.map((each) => each.says('listening')));

  return {
    host: settings.host,
    port,
    crash: (kind) => {
      const thread = { http: http[0]!, actor: actors[0]!, projector }[kind];
      thread.post({ type: 'crash' });
    },
    drain: async () => {
      for (const threads of [http, actors, [projector]]) {
        const drained = threads.map((thread) => thread.says('drained'));
        for (const thread of threads) thread.leave({ type: 'drain' });
        await Promise.race([Promise.all(drained), Bun.sleep(drainMs)]);
      }
    },
  };
}

/**
 * Makes what is missing, and reads how far SQL has come: a journal that ends before has lost data.
 * Returns what the journal's acknowledgement means, and the latest time in it.
 */
async function prepare(
  settings: EngineSettings,
  journalAt: JournalSettings,
  sqlAt: SqlSettings,
  positions: Positions,
): Promise<{ journalPromise: string; newestAt: number }> {
  const log = getLogger(['stampede', 'engine']);
  const report = (state: string) => log.warning(`journal: ${state}`, {});
  const journal = await openJournal(journalAt, settings.partitions, { report });
  const { text } = journal.acknowledgement();
  log.info(text, {});
  const newestAt = await newestTime(journal, settings.partitions);
  await journal.close();
  const sql = await openSql(sqlAt);
  for (const [partition, { seq }] of await sql.projection.checkpoints()) {
    positions.set(partition, 'sqlSeq', seq);
  }
  await sql.close();
  const store = await openStore(storeSettings(settings));
  await store.close();
  return { journalPromise: text, newestAt };
}

/**
 * The engine's clock. Where the wall clock is behind the journal, it goes on from the journal's time:
 * actors would stand still until the wall clock has caught up, and no hold would end meanwhile.
 */
function clockNotBefore(at: number): Clock {
  const clock = createClock();
  const behindMs = at - clock();
  if (behindMs <= 0) return clock;
  const log = getLogger(['stampede', 'engine']);
  if (behindMs > clockWarningMs) log.warning('the clock is behind the journal', { behindMs });
  return createClock(-behindMs);
}

/**
 * The port to listen on; 0 asks for a free one. HTTP threads share their port, and so would a second
 * engine by mistake: binding it alone first finds that out. @throws when the port is taken.
 */
function freePort(hostname: string, port: number): number {
  try {
    const probe = Bun.listen({
      hostname,
      port,
      exclusive: true,
      socket: { data: () => undefined },
    });
    const free = probe.port;
    probe.stop(true);
    return free;
  } catch (cause) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'the port is taken',
      EADDRNOTAVAIL: 'the host is not an address of this machine',
      EACCES: 'the port needs more rights',
    };
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new Error(`cannot listen on ${hostname}:${port}: ${reasons[code] ?? cause}`, { cause });
  }
}
