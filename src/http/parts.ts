/** What the application needs besides what the shop does, handed in by the thread that serves it. */
import type { Registry } from 'prom-client';
import type { OneTimePasswords } from '../accounts/one-time-passwords.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Captchas } from '../admission/captcha.ts';
import type { PurchaseTokens } from '../admission/purchase-token.ts';
import type { RateLimits } from '../admission/rate-limits.ts';
import type { RefusalTally } from '../dispatch/refusal-tally.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { ShopParts } from '../shop/parts.ts';
import type { ReadinessCheck } from '../shop/readiness.ts';
import type { AdminSessions } from './guard/admin-sessions.ts';
import type { LoadShedding } from './guard/load-shedding.ts';
import type { AdminFeed } from './wire/admin-feed.ts';
import type { LiveFeed } from './wire/live-feed.ts';

export interface AppParts extends ShopParts {
  tally: RefusalTally;
  shedding: LoadShedding;
  live: LiveFeed;
  tokens: PurchaseTokens;
  adminToken: string;
  adminSessions: AdminSessions;
  adminFeed: AdminFeed;
  sessions: Sessions;
  passwords: Passwords;
  oneTimePasswords: OneTimePasswords;
  captchas: Captchas;
  limits: RateLimits;
  /** The address that a request comes from, as far as trusted proxies tell. */
  addressOf(request: Request): string;
  readiness: ReadinessCheck;
  requests: RequestMetrics;
  metrics: Registry;
  /** What the journal's acknowledgement means, for operators. */
  journalPromise: string;
  logError(message: string, details: Record<string, unknown>): void;
}
