/**
 * An HTTP thread: the whole Hono application behind a socket that it shares with its sisters
 * (`reusePort`). Main starts it with `HttpThreadSettings`, tells it when an actor thread has died,
 * and may say `drain`; it says `listening` and `drained`.
 */

import { createClock } from '../actors/clock.ts';
import { type JournalSettings, openJournal } from '../actors/journal/open.ts';
import { idleTimeoutMs } from '../actors/limits.ts';
import { configureLog, getLogger, type logLevels } from '../actors/log.ts';
import { Board } from '../actors/memory/board.ts';
import { Positions } from '../actors/memory/positions.ts';
import { ThreadDelays } from '../actors/memory/thread-delays.ts';
import { OneTimePasswords } from './accounts/one-time-passwords.ts';
import { Passwords } from './accounts/passwords.ts';
import { Sessions } from './accounts/sessions.ts';
import { type SmsSettings, smsSender } from './accounts/sms.ts';
import { Admissions } from './admission/admissions.ts';
import { Captchas } from './admission/captcha.ts';
import { purchaseTokens } from './admission/purchase-token.ts';
import { RateLimits } from './admission/rate-limits.ts';
import { CachedCatalog } from './catalog/catalog.ts';
import { openSql, type SqlSettings } from './db/open.ts';
import { Dispatch, type DispatchSettings } from './dispatch/dispatch.ts';
import { RefusalTally } from './dispatch/refusal-tally.ts';
import { createApp } from './http/app.ts';
import { AdminSessions } from './http/guard/admin-sessions.ts';
import { TrustedProxies } from './http/guard/client-address.ts';
import { LoadShedding } from './http/guard/load-shedding.ts';
import { countedRoutes } from './http/reference/described-routes.ts';
import { AdminFeed } from './http/wire/admin-feed.ts';
import { LiveFeed } from './http/wire/live-feed.ts';
import { failures } from './http/wire/messages.ts';
import { metricsRegistry } from './metrics/registry.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import type { Rehearsal } from './rehearsal.ts';
import { openStore, type StoreSettings } from './store/open.ts';

export interface HttpThreadSettings extends DispatchSettings {
  type: 'start';
  host: string;
  port: number;
  journal: JournalSettings;
  tokenSecret: string;
  adminToken: string;
  sql: SqlSettings;
  store: StoreSettings;
  sms: SmsSettings;
  trustedProxies: string;
  rehearsal: Rehearsal;
  journalPromise: string;
  requestMetrics: SharedArrayBuffer;
  clockStepMs: number;
  logLevel: (typeof logLevels)[number];
}

export type ToHttpThread =
  | HttpThreadSettings
  | { type: 'actor died'; actor: number }
  | { type: 'drain' }
  | { type: 'crash' };
export type FromHttpThread = { type: 'listening' } | { type: 'drained' };

/** How long requests that are under way may take once the engine was asked to leave. */
const drainMs = 3_000;

const forwardedFor = 'x-forwarded-for';

/** How an operator's search reads the journal: it writes nothing, and waits for no server for long. */
const journalReading = { readonly: true, patienceMs: 2_000 };

declare const self: Worker;

interface HttpThread {
  dispatch: Dispatch;
  drain(): Promise<void>;
}

async function start(settings: HttpThreadSettings): Promise<HttpThread> {
  const { memory, partitions } = settings;
  const log = getLogger(['stampede', 'http']);
  const board = new Board(memory.board);
  const clock = createClock(settings.clockStepMs);
  const positions = new Positions(memory.positions);
  const requests = new RequestMetrics(settings.requestMetrics, settings.thread, countedRoutes);
  const watching = new ThreadDelays(memory.threadDelays).watch(settings.thread);
  const dispatch = new Dispatch(settings, board, requests);
  dispatch.start();
  const shedding = await LoadShedding.open();
  const tally = new RefusalTally((command) => dispatch.send(command));
  const live = new LiveFeed(board, clock, (request) => server.timeout(request, 0));
  const sql = await openSql(settings.sql);
  const store = await openStore(settings.store);
  const { tokenSecret, adminToken, rehearsal } = settings;
  const adminSessions = new AdminSessions(store, adminToken);
  const adminFeed = new AdminFeed({ board, positions, partitions, clock }, (request) =>
    server.timeout(request, 0),
  );
  const proxies = new TrustedProxies(settings.trustedProxies);
  const peerOf = (request: Request) => server.requestIP(request)?.address ?? 'unknown';
  let draining = false;
  const app = createApp({
    board,
    positions,
    partitions,
    clock,
    send: (command) => dispatch.send(command),
    tally,
    shedding,
    live,
    tokens: purchaseTokens(tokenSecret),
    adminToken,
    adminSessions,
    adminFeed,
    openJournal: () => openJournal(settings.journal, partitions, journalReading),
    sql,
    catalog: new CachedCatalog(sql.catalog, store, memory.catalogChanges),
    sessions: new Sessions(store),
    passwords: new Passwords(),
    oneTimePasswords: new OneTimePasswords(store, smsSender(settings.sms), tokenSecret),
    captchas: new Captchas(store, tokenSecret, rehearsal.captchaText),
    admissions: new Admissions(store, clock),
    limits: new RateLimits(store, rehearsal.rates),
    addressOf: (request) => proxies.clientOf(peerOf(request), request.headers.get(forwardedFor)),
    journalPromise: settings.journalPromise,
    requests,
    metrics: metricsRegistry({ memory, board, positions, partitions, clock, requests }),
    draining: () => draining,
    logError: (message, details) => log.error(message, details),
  });
  const server = Bun.serve({
    hostname: settings.host,
    port: settings.port,
    reusePort: true,
    idleTimeout: idleTimeoutMs / 1000,
    // The application refuses bodies that are too long, in the envelope: what it does not read, Bun
    // holds back at the socket, and drops once the answer has gone; it never gathers in memory.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: app.fetch,
    // Nothing answers with a stack trace, whatever is thrown past the application.
    development: false,
    error(error) {
      log.error('request failed', { error: error.stack ?? String(error) });
      return Response.json(
        { status: 'fail', data: { errCode: 10002, errMsg: failures[10002].en } },
        { status: 500 },
      );
    },
  });

  async function drain(): Promise<void> {
    draining = true;
    live.stop();
    adminFeed.stop();
    tally.stop();
    void server.stop();
    const end = performance.now() + drainMs;
    while ((server.pendingRequests > 0 || dispatch.inFlight > 0) && performance.now() < end) {
      await Bun.sleep(5);
    }
    await server.stop(true);
    dispatch.stop();
    shedding.close();
    clearInterval(watching);
    await sql.close();
    await store.close();
  }

  return { dispatch, drain };
}

let running: Promise<HttpThread> | undefined;

function fail(error: unknown): never {
  getLogger(['stampede', 'http']).fatal('HTTP thread failed', { error: String(error) });
  process.exit(1);
}

self.onmessage = async ({ data }: MessageEvent<ToHttpThread>) => {
  switch (data.type) {
    case 'start':
      configureLog(data.logLevel, `http-${data.thread}`);
      running = start(data);
      await running.catch(fail);
      self.postMessage({ type: 'listening' } satisfies FromHttpThread);
      break;
    case 'actor died':
      (await running)?.dispatch.actorDied(data.actor);
      break;
    case 'drain':
      await (await running)?.drain().catch(fail);
      self.postMessage({ type: 'drained' } satisfies FromHttpThread);
      break;
    case 'crash':
      throw new Error('told to crash');
  }
};
