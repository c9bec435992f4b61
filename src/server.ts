/**
 * An HTTP thread: the whole Hono application behind a port that all HTTP threads share (`reusePort`).
 * Main starts it with `HttpThreadSettings`, tells it when an actor thread has died and what it knows of
 * other engines, says `leaving` before it hands over what it owns, and may send `drain`; the thread sends
 * `listening`, `quiet` when nobody asks a leaving one any more, and `drained`.
 */
import type { Courier } from '../actors/cluster/courier.ts';
import { requestArrivalMs } from '../actors/limits.ts';
import { configureLog, getLogger } from '../actors/log.ts';
import { Departure } from './departure.ts';
import type { Dispatch } from './dispatch/dispatch.ts';
import type { ToClusterHttp } from './engine-cluster.ts';
import { createApp } from './http/app.ts';
import type { AppParts } from './http/parts.ts';
import { cameAs } from './http/wire/copies.ts';
import { unknownError } from './http/wire/envelope.ts';
import { type HttpThreadSettings, openParts } from './http-parts.ts';
import type { KnownEngines } from './shop/cluster/known-engines.ts';

export type ToHttpThread =
  | HttpThreadSettings
  | { type: 'actor died'; actor: number }
  | ToClusterHttp
  | { type: 'leaving' }
  | { type: 'drain' }
  | { type: 'crash' };
export type FromHttpThread = { type: 'listening' } | { type: 'quiet' } | { type: 'drained' };

/** How long requests in progress may take once the engine was asked to leave. */
const drainMs = 3_000;

/** The runtime's timer moves in such steps, and may so end a connection one step early. */
const timerStepSeconds = 4;

declare const self: Worker;

type Fetch = (request: Request) => Response | Promise<Response>;

interface HttpThread {
  dispatch: Dispatch;
  courier: Courier | null;
  engines: KnownEngines;
  /** In a cluster: goes on answering by way of the others, and resolves once nobody asks any more. */
  leave(): Promise<void>;
  drain(): Promise<void>;
}

async function start(settings: HttpThreadSettings): Promise<HttpThread> {
  const log = getLogger(['stampede', 'http']);
  let draining = false;
  const departure = new Departure();
  const idleSeconds = settings.idleTimeoutSeconds + timerStepSeconds;
  const opened = await openParts(settings, {
    peerOf: (request) => server.requestIP(cameAs(request))?.address ?? 'unknown',
    keepOpen: (request) => server.timeout(request, 0),
    mayIdle: (request) => server.timeout(request, idleSeconds),
    draining: () => draining || departure.isLeaving,
    logError: (message, details) => log.error(message, details),
    logWarning: (message, details) => log.warning(message, details),
  });
  const { parts, engines, dispatch, courier } = opened;
  dispatch.start();
  const { fetch } = createApp(parts);
  const server = serve(settings, fetch, parts.logError);

  async function drain(): Promise<void> {
    draining = true;
    parts.live.stop();
    parts.adminFeed.stop();
    parts.tally.stop();
    void server.stop();
    const end = performance.now() + drainMs;
    while ((server.pendingRequests > 0 || dispatch.inFlight > 0) && performance.now() < end) {
      await Bun.sleep(5);
    }
    await server.stop(true);
    dispatch.stop();
    await opened.close();
  }

  function leave(): Promise<void> {
    const closing = (request: Request) => departure.closing(request, fetch(request));
    server.reload(handlersOf(closing, parts.logError));
    return departure.leave();
  }

  return { dispatch, courier, engines, leave, drain };
}

function serve({ host, port }: HttpThreadSettings, fetch: Fetch, logError: AppParts['logError']) {
  return Bun.serve({
    hostname: host,
    port,
    reusePort: true,
    // For requests that are not whole; `mayIdle` gives the others more.
    idleTimeout: requestArrivalMs / 1000,
    // The application refuses bodies that are too long, in the envelope: Bun holds what it does not
    // read back at the socket, and drops it once the answer is sent; it never gathers in memory.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    ...handlersOf(fetch, logError),
  });
}

function handlersOf(fetch: Fetch, logError: AppParts['logError']) {
  return {
    fetch,
    // Nothing answers with a stack trace, whatever escapes the application.
    development: false,
    error(error: Error) {
      logError('request failed', { error: error.stack ?? String(error) });
      return unknownError();
    },
  };
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
    case 'members':
      (await running)?.engines.heard(data.text);
      break;
    case 'owners':
      (await running)?.dispatch.setOwners(data.owners);
      break;
    case 'nats server':
      (await running)?.courier?.moveTo(data.place);
      break;
    case 'leaving':
      await (await running)?.leave();
      self.postMessage({ type: 'quiet' } satisfies FromHttpThread);
      break;
    case 'drain':
      await (await running)?.drain().catch(fail);
      self.postMessage({ type: 'drained' } satisfies FromHttpThread);
      break;
    case 'crash':
      throw new Error('told to crash');
  }
};
