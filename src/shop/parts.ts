/** What the shop's services need; each takes the parts that it uses. */
import type { Clock } from '../../actors/clock.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import type { Board } from '../../actors/memory/board.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import type { CachedCatalog } from '../catalog/catalog.ts';
import type { Sql } from '../db/sql.ts';
import type { WebhookFigures } from '../webhooks/figures.ts';
import type { KnownEngines } from './cluster/known-engines.ts';
import type { RefusalCounts } from './cluster/refusal-counts.ts';

/** Who is told of orders. */
export interface WebhooksPart {
  /** Host and port: the rest of the address may hold secrets. */
  host: string;
  figures: WebhookFigures;
}

export interface ShopParts {
  board: Board;
  positions: Positions;
  engines: KnownEngines;
  refusals: RefusalCounts;
  partitions: number;
  clock: Clock;
  /** Of what only lasts a while; nothing sets it. */
  steadyClock: Clock;
  /** Sends a command to its item's actor; see `Dispatch.send`. */
  send(command: Command): Promise<Reply>;
  /** Opens the journal for one read; the caller closes it. @throws JournalUnavailable */
  openJournal(): Promise<Journal>;
  sql: Sql;
  catalog: CachedCatalog;
  /** Null where nobody is told. */
  webhooks: WebhooksPart | null;
}
