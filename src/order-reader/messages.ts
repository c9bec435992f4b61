/** What the thread that reads orders hears, and says. */
import type { logLevels } from '../../actors/log.ts';
import type { SqlSettings } from '../db/open.ts';
import type { OrderCursor } from '../db/sql.ts';
import type { OrderFilters } from '../shop/orders/filters.ts';
import type { FoundPage } from '../shop/orders/found-orders.ts';

export interface OrderReaderSettings {
  sql: SqlSettings;
  /** ISO 4217: what amounts are of. */
  currency: string;
  logLevel: (typeof logLevels)[number];
}

export interface ListAsked {
  filters: OrderFilters;
  after: OrderCursor | null;
  limit: number;
}

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** `ask` names a question, and the export that it begins. */
export type ToOrderReader =
  | { type: 'open'; settings: OrderReaderSettings }
  | ({ type: 'list'; ask: number } & ListAsked)
  | { type: 'export'; ask: number; filters: OrderFilters; format: ExportFormat }
  /** The next part of an export is wanted. */
  | { type: 'more'; ask: number }
  /** Nobody wants more of an export. */
  | { type: 'drop'; ask: number }
  /** Close what is open: nobody has asked for a while. */
  | { type: 'leave' };

export type FromOrderReader =
  | { type: 'listed'; ask: number; page: FoundPage }
  | { type: 'part'; ask: number; text: Uint8Array<ArrayBuffer> }
  | { type: 'end'; ask: number }
  /** `unavailable`: SQL is away, and may come back. */
  | { type: 'failed'; ask: number; unavailable: boolean; message: string }
  | { type: 'left' };
