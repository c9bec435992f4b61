/** What the HTTP routes need of the engine, handed in by the thread that serves them. */
import type { Board } from '../../actors/board.ts';
import type { Clock } from '../../actors/clock.ts';
import type { Positions } from '../../actors/positions.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import type { PurchaseTokens } from '../admission/purchase-token.ts';
import type { Sql } from '../db/sql.ts';
import type { LiveFeed } from './live-feed.ts';
import type { RefusalTally } from './refusal-tally.ts';

export interface AppParts {
  board: Board;
  positions: Positions;
  partitions: number;
  clock: Clock;
  /** Sends a command to its item's actor; see `Dispatch.send`. */
  send(command: Command): Promise<Reply>;
  tally: RefusalTally;
  live: LiveFeed;
  tokens: PurchaseTokens;
  adminToken: string;
  sql: Sql;
  /** True from the moment the engine was asked to leave. */
  draining(): boolean;
  logError(message: string, details: Record<string, unknown>): void;
}
