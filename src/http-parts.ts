/** What an HTTP thread opens for its routes, and closes again. */
import { createSteadyClock, wallClock } from '../actors/clock.ts';
import type { Courier } from '../actors/cluster/courier.ts';
import type { ThreadPartSettings } from '../actors/cluster/thread-part.ts';
import { type JournalSettings, openJournal } from '../actors/journal/open.ts';
import { getLogger, type logLevels } from '../actors/log.ts';
import { Board } from '../actors/memory/board.ts';
import { Positions } from '../actors/memory/positions.ts';
import { ThreadDelays } from '../actors/memory/thread-delays.ts';
import type { Command } from '../actors/protocol.ts';
import { version } from '../package.json' with { type: 'json' };
import { keyedHash } from './accounts/keyed-hash.ts';
import { KnownDevices } from './accounts/known-devices.ts';
import { OneTimePasswords } from './accounts/one-time-passwords.ts';
import { Passwords, rehearsalCost } from './accounts/passwords.ts';
import { Sessions } from './accounts/sessions.ts';
import { type SmsSettings, smsSender } from './accounts/sms.ts';
import { smsBudget } from './accounts/sms-budget.ts';
import type { CaptchaKind, Captchas } from './admission/captcha.ts';
import { PictureCaptchas } from './admission/picture-captcha.ts';
import { ProofCaptchas } from './admission/proof-captcha.ts';
import { purchaseTokens } from './admission/purchase-token.ts';
import { RateLimits } from './admission/rate-limits.ts';
import { CachedCatalog } from './catalog/catalog.ts';
import { openSql, type SqlSettings } from './db/open.ts';
import type { Sql } from './db/sql.ts';
import { Dispatch, type DispatchSettings } from './dispatch/dispatch.ts';
import { InStep } from './dispatch/in-step.ts';
import { RefusalTally } from './dispatch/refusal-tally.ts';
import { AdminSessions } from './http/guard/admin-sessions.ts';
import { TrustedProxies } from './http/guard/client-address.ts';
import { LoadShedding } from './http/guard/load-shedding.ts';
import { Site } from './http/guard/site.ts';
import type { AppParts } from './http/parts.ts';
import { countedRoutes } from './http/reference/described-routes.ts';
import { AdminFeed } from './http/wire/admin-feed.ts';
import { LiveFeed } from './http/wire/live-feed.ts';
import { StreamPlaces, streamsByAddressMax } from './http/wire/stream-places.ts';
import { countingPayments } from './metrics/payment-metrics.ts';
import type { MetricsParts } from './metrics/registry.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { ActionsLog } from './operators/actions-log.ts';
import { Keyring } from './operators/keyring.ts';
import { OrderReader } from './order-reader/order-reader.ts';
import { PaymentDeliveries } from './payments/deliveries.ts';
import { DemoProvider } from './payments/demo-provider.ts';
import type { PaymentsMode } from './payments/modes.ts';
import { PictureFiles } from './pictures/files.ts';
import { PictureMaker } from './pictures/maker.ts';
import type { Rehearsal } from './rehearsal.ts';
import { Reporter } from './reports/reporter.ts';
import { KnownEngines, type OwnFacts } from './shop/cluster/known-engines.ts';
import { RefusalCounts } from './shop/cluster/refusal-counts.ts';
import { Draws } from './shop/draw/draws.ts';
import { ItemLists } from './shop/list-items.ts';
import { ReadinessCheck } from './shop/readiness.ts';
import { AwaitedSales } from './shop/reminders/awaited-sales.ts';
import { KeptAnswers } from './store/kept-answers.ts';
import { openStore, type StoreSettings } from './store/open.ts';
import type { KeyValueStore } from './store/store.ts';
import { WebhookFigures } from './webhooks/figures.ts';

export interface HttpThreadSettings extends DispatchSettings {
  type: 'start';
  host: string;
  port: number;
  journal: JournalSettings;
  tokenSecret: string;
  adminToken: string;
  /** Null where anyone may read metrics. */
  metricsToken: string | null;
  sql: SqlSettings;
  store: StoreSettings;
  sms: SmsSettings;
  payments: PaymentsMode;
  paymentWebhookSecret: string;
  captcha: CaptchaKind;
  currency: string;
  timeZone: string;
  trustedProxies: string;
  allowedOrigins: string;
  idleTimeoutSeconds: number;
  liveStreams: number;
  rehearsal: Rehearsal;
  journalPromise: string;
  requestMetrics: SharedArrayBuffer;
  webhookFigures: SharedArrayBuffer;
  /** Host and port of who is told of orders; null where nobody is. */
  webhookHost: string | null;
  /** How far the wall clock has been set since the engine started. */
  clockStepMs: number;
  /** When the engine started, milliseconds since 1970 UTC. */
  startedAt: number;
  /** Null where the engine is alone. */
  cluster: ThreadPartSettings | null;
  /** What main knows of the engines of a cluster, as in its messages; null before it knows any. */
  members: string | null;
  logLevel: (typeof logLevels)[number];
}

/** What the routes need from the server that serves them. */
export interface ServedBy extends Pick<AppParts, 'logError' | 'logWarning'> {
  /** True from the moment the engine is asked to stop. */
  draining(): boolean;
  /** The address at the other end of a request's socket. */
  peerOf(request: Request): string;
  /** Disables the idle time-out of a request's socket. */
  keepOpen(request: Request): void;
  /** See `AppParts`. */
  mayIdle(request: Request): void;
}

export interface OpenedParts {
  parts: AppParts;
  engines: KnownEngines;
  dispatch: Dispatch;
  /** By which other engines are reached; null where an engine is alone. */
  courier: Courier | null;
  close(): Promise<void>;
}

/**
 * How an operator's search reads the journal: it writes nothing, and does not wait long for a server.
 */
const journalReading = { readonly: true, patienceMs: 2_000 };

/** Opens SQL and the store, and makes everything that the routes are given. */
export async function openParts(
  settings: HttpThreadSettings,
  server: ServedBy,
): Promise<OpenedParts> {
  const { memory, partitions } = settings;
  const board = new Board(memory.board);
  const positions = new Positions(memory.positions);
  const clock = wallClock;
  const steadyClock = createSteadyClock(settings.clockStepMs);
  const requests = new RequestMetrics(settings.requestMetrics, settings.thread, countedRoutes);
  const watching = new ThreadDelays(memory.threadDelays).watch(settings.thread);
  const { courier, dispatch } = await openDispatch(settings, board, requests);
  const shedding = await LoadShedding.open();
  const sql = await openSql(settings.sql);
  const store = await openStore(settings.store, { clock: steadyClock });
  const catalog = new CachedCatalog(sql.catalog, store, memory.catalogChanges);
  const proxies = new TrustedProxies(settings.trustedProxies);
  const site = new Site(proxies, settings.allowedOrigins, server.peerOf);
  const actions = new ActionsLog(sql.actions);
  const engines = enginesOf(settings);
  const webhooks = webhooksPart(settings);
  const refusals = new RefusalCounts({ ...settings, board, engines, courier });
  const known = { board, positions, partitions, clock, steadyClock, engines, webhooks };
  const readiness = new ReadinessCheck({ ...known, sql, store, draining: server.draining });
  const serving = readiness.watch();
  const send = (command: Command) => dispatch.send(command);
  const parts: AppParts = {
    ...known,
    refusals,
    requests,
    shedding,
    ...{ sql, catalog, ...listsOf({ board, catalog, clock, sql }) },
    ...partsOfSql(sql, board),
    ...{ actions, keys: new Keyring(sql.apiKeys, settings.adminToken, clock) },
    ...{ send, post: dispatch.post.bind(dispatch) },
    sendOfMoney: countingPayments(send, requests),
    tally: new RefusalTally(send),
    inStep: new InStep({ send, sendings: () => dispatch.sendings, partitions }),
    live: new LiveFeed(board, clock, placesOf(settings, requests), server.keepOpen),
    adminFeed: new AdminFeed({ board, positions, partitions, clock, refusals }, server.keepOpen),
    openJournal: () => openJournal(settings.journal, partitions, journalReading),
    addressOf: (request) => site.addressOf(request),
    site,
    mayIdle: server.mayIdle,
    ...asSet(settings),
    ...{ readiness, ...logging(server) },
    orderReader: new OrderReader(settings, server.logError),
    reports: new Reporter(settings.sql.dataDir, clock, server.logError),
    metrics: metricsOnceAsked({
      ...known,
      ...{ memory, requests, readiness },
      replicated: settings.store.redisUrl !== null,
      startedAt: settings.startedAt,
    }),
    ...paymentParts(settings),
    ...admissionParts(settings, store, requests),
  };
  return {
    parts,
    engines,
    dispatch,
    courier,
    close: async () => {
      await courier?.close();
      await actions.close();
      clearInterval(serving);
      shedding.close();
      clearInterval(watching);
      parts.orderReader.close();
      parts.reports.close();
      await sql.close();
      await store.close();
    },
  };
}

/** What reads the board and the catalogue together. */
function listsOf(from: Pick<AppParts, 'board' | 'catalog' | 'clock' | 'sql'>) {
  return { lists: new ItemLists(from), awaited: new AwaitedSales(from) };
}

/** Nobody may ever ask this thread for metrics, and to load them would hold up its start. */
function metricsOnceAsked(parts: MetricsParts): AppParts['metrics'] {
  let registry: ReturnType<AppParts['metrics']> | undefined;
  const open = async () => (await import('./metrics/registry.ts')).metricsRegistry(parts);
  return () => {
    registry ??= open();
    return registry;
  };
}

/** The lanes to the actors: those of this engine and, with a journal on NATS, of every other on it. */
async function openDispatch(settings: HttpThreadSettings, board: Board, metrics: RequestMetrics) {
  const { cluster, thread } = settings;
  const log = getLogger(['stampede', 'dispatch']);
  const report = (what: string) => log.warning(what, {});
  if (cluster === null) {
    return {
      courier: null,
      dispatch: new Dispatch(settings, { board, metrics, courier: null, report }),
    };
  }
  const { Courier } = await import('../actors/cluster/courier.ts');
  const courier = new Courier(cluster.nats, {
    name: `stampede http-${thread}`,
    report: (state) => report(`courier: ${state}`),
    lost: () => dispatch.courierLost(),
  });
  if (cluster.server !== null) courier.moveTo(cluster.server);
  const dispatch: Dispatch = new Dispatch(settings, { board, metrics, courier, report });
  dispatch.setOwners(cluster.owners);
  return { courier, dispatch };
}

function logging({ logError, logWarning }: ServedBy) {
  return { logError, logWarning };
}

/** What pages say as the settings have it. */
function asSet({ journalPromise, currency, timeZone }: HttpThreadSettings) {
  return { journalPromise, currency, timeZone };
}

function partsOfSql(sql: Sql, board: Board) {
  return {
    draws: new Draws(sql, board),
    pictureFiles: new PictureFiles(sql.pictures),
    pictureMaker: new PictureMaker(),
  };
}

/** Whose word it is that money has come, and who plays a provider where there is none. */
function paymentParts({ payments, paymentWebhookSecret, host, port }: HttpThreadSettings) {
  const deliveries = new PaymentDeliveries(paymentWebhookSecret);
  const demoProvider =
    payments === 'demo' ? new DemoProvider(ownUrl(host, port), deliveries) : null;
  return { deliveries, demoProvider };
}

/** Where an engine is alone, nobody else tells of it. */
function ownFacts({ writer, host, port, startedAt, actorThreads }: HttpThreadSettings): OwnFacts {
  return { id: writer, address: ownUrl(host, port), version, startedAt, actorThreads };
}

/** Null where nobody is told of orders. */
function webhooksPart({ webhookHost: host, webhookFigures }: HttpThreadSettings) {
  return host === null ? null : { host, figures: new WebhookFigures(webhookFigures) };
}

/** What this engine knows of the others, at the start of a thread. */
function enginesOf(settings: HttpThreadSettings): KnownEngines {
  const engines = new KnownEngines(ownFacts(settings));
  if (settings.members !== null) engines.heard(settings.members);
  return engines;
}

/** How a program on this machine reaches the engine. */
function ownUrl(host: string, port: number): string {
  const anyAddress: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  const name = anyAddress[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${name}:${port}`;
}

function placesOf(
  { liveStreams, rehearsal }: HttpThreadSettings,
  requests: RequestMetrics,
): StreamPlaces {
  const byAddressMax = rehearsal.streamsByAddressMax ?? streamsByAddressMax;
  return new StreamPlaces({ byAddressMax, max: liveStreams }, requests);
}

function passwordsOf(requests: RequestMetrics, { quickPasswords = false }: Rehearsal): Passwords {
  const cost = quickPasswords ? rehearsalCost : undefined;
  return new Passwords(() => requests.note('passwordsBusy'), undefined, cost);
}

/** Who may do what: accounts, captchas, limits and tokens, as far as the store keeps them. */
function admissionParts(
  settings: HttpThreadSettings,
  store: KeyValueStore,
  requests: RequestMetrics,
) {
  const { tokenSecret, adminToken, metricsToken, sms, rehearsal } = settings;
  return {
    tokens: purchaseTokens(tokenSecret),
    metricsToken,
    adminSessions: new AdminSessions(store, adminToken),
    sessions: new Sessions(store),
    passwords: passwordsOf(requests, rehearsal),
    devices: new KnownDevices(tokenSecret),
    telephoneHash: keyedHash(tokenSecret, 'erased telephones'),
    oneTimePasswords: new OneTimePasswords(
      store,
      smsSender(sms),
      tokenSecret,
      smsBudget(sms.perMinute, requests),
    ),
    captchas: captchasOf(settings, store),
    answers: new KeptAnswers(store),
    limits: new RateLimits(store, rehearsal.rates),
  };
}

function captchasOf(
  { captcha, tokenSecret, rehearsal }: HttpThreadSettings,
  store: KeyValueStore,
): Captchas {
  return captcha === 'picture'
    ? new PictureCaptchas(store, tokenSecret, rehearsal.captchaText)
    : new ProofCaptchas(store, tokenSecret, rehearsal.captchaWork);
}
