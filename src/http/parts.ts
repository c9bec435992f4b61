/** What the HTTP routes need of the engine, handed in by the thread that serves them. */
import type { Registry } from 'prom-client';
import type { Clock } from '../../actors/clock.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import type { Board } from '../../actors/memory/board.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import type { OneTimePasswords } from '../accounts/one-time-passwords.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Admissions } from '../admission/admissions.ts';
import type { Captchas } from '../admission/captcha.ts';
import type { PurchaseTokens } from '../admission/purchase-token.ts';
import type { RateLimits } from '../admission/rate-limits.ts';
import type { CachedCatalog } from '../catalog/catalog.ts';
import type { Sql } from '../db/sql.ts';
import type { RefusalTally } from '../dispatch/refusal-tally.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { AdminSessions } from './guard/admin-sessions.ts';
import type { LoadShedding } from './guard/load-shedding.ts';
import type { AdminFeed } from './wire/admin-feed.ts';
import type { LiveFeed } from './wire/live-feed.ts';

export interface AppParts {
  board: Board;
  positions: Positions;
  partitions: number;
  clock: Clock;
  /** Sends a command to its item's actor; see `Dispatch.send`. */
  send(command: Command): Promise<Reply>;
  tally: RefusalTally;
  shedding: LoadShedding;
  live: LiveFeed;
  tokens: PurchaseTokens;
  adminToken: string;
  adminSessions: AdminSessions;
  adminFeed: AdminFeed;
  /** Opens the journal for one reading; the caller closes it. @throws JournalUnavailable */
  openJournal(): Promise<Journal>;
  sql: Sql;
  catalog: CachedCatalog;
  sessions: Sessions;
  passwords: Passwords;
  oneTimePasswords: OneTimePasswords;
  captchas: Captchas;
  admissions: Admissions;
  limits: RateLimits;
  /** The address that a request comes from, as far as proxies that are trusted tell. */
  addressOf(request: Request): string;
  requests: RequestMetrics;
  metrics: Registry;
  /** What the journal's acknowledgement means, for operators. */
  journalPromise: string;
  /** True from the moment the engine was asked to leave. */
  draining(): boolean;
  logError(message: string, details: Record<string, unknown>): void;
}
