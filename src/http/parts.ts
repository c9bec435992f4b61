/** What the application needs besides what the shop does, handed in by the thread that serves it. */
import type { Registry } from 'prom-client';
import type { Command } from '../../actors/protocol.ts';
import type { Captchas } from '../admission/captcha.ts';
import type { PurchaseTokens } from '../admission/purchase-token.ts';
import type { InStep } from '../dispatch/in-step.ts';
import type { Resolve } from '../dispatch/lane.ts';
import type { RefusalTally } from '../dispatch/refusal-tally.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { ActionsLog } from '../operators/actions-log.ts';
import type { Keyring } from '../operators/keyring.ts';
import type { OrderReader } from '../order-reader/order-reader.ts';
import type { PaymentDeliveries } from '../payments/deliveries.ts';
import type { DemoProvider } from '../payments/demo-provider.ts';
import type { PictureFiles } from '../pictures/files.ts';
import type { PictureMaker } from '../pictures/maker.ts';
import type { Reporter } from '../reports/reporter.ts';
import type { Draws } from '../shop/draw/draws.ts';
import type { ItemLists } from '../shop/list-items.ts';
import type { ShopParts } from '../shop/parts.ts';
import type { PeopleParts } from '../shop/people/parts.ts';
import type { ReadinessCheck } from '../shop/readiness.ts';
import type { AwaitedSales } from '../shop/reminders/awaited-sales.ts';
import type { KeptAnswers } from '../store/kept-answers.ts';
import type { AdminSessions } from './guard/admin-sessions.ts';
import type { LoadShedding } from './guard/load-shedding.ts';
import type { Site } from './guard/site.ts';
import type { AdminFeed } from './wire/admin-feed.ts';
import type { LiveFeed } from './wire/live-feed.ts';

export interface AppParts extends ShopParts, Omit<PeopleParts, 'sql'> {
  /** As `send`, for whoever waits for many replies; see `Dispatch.post`. */
  post(command: Command, resolve: Resolve, tag: number): void;
  tally: RefusalTally;
  inStep: InStep;
  shedding: LoadShedding;
  live: LiveFeed;
  tokens: PurchaseTokens;
  /** Who may act for the merchant. */
  keys: Keyring;
  actions: ActionsLog;
  /** What reads metrics, beside keys with the scope; null where anyone may. */
  metricsToken: string | null;
  adminSessions: AdminSessions;
  adminFeed: AdminFeed;
  captchas: Captchas;
  /** Of requests with an idempotency key. */
  answers: KeptAnswers;
  /** The address that a request comes from, as far as trusted proxies tell. */
  addressOf(request: Request): string;
  site: Site;
  readiness: ReadinessCheck;
  lists: ItemLists;
  awaited: AwaitedSales;
  orderReader: OrderReader;
  draws: Draws;
  /** Of sales, made beside the engine. */
  reports: Reporter;
  pictureFiles: PictureFiles;
  pictureMaker: PictureMaker;
  /** Lets the connection of a request that has come whole be idle for as long as the settings say. */
  mayIdle(request: Request): void;
  requests: RequestMetrics;
  metrics(): Promise<Registry>;
  /** ISO 4217: what amounts are of. */
  currency: string;
  /** IANA's name of the zone in which pages are written, where a browser tells no other. */
  timeZone: string;
  /** What the journal's acknowledgement means, for operators. */
  journalPromise: string;
  /** As `send`, for whatever may be a payment: counts what becomes of those. */
  sendOfMoney: ShopParts['send'];
  /** What payment providers send. */
  deliveries: PaymentDeliveries;
  /** Plays a provider for buyers; null where they pay at the merchant's. */
  demoProvider: DemoProvider | null;
  logError(message: string, details: Record<string, unknown>): void;
  logWarning(message: string, details: Record<string, unknown>): void;
}
