/** Promos by time, for the merchant: drafts too. */
import type { PromoRow } from './rows.ts';

/** Where a page of past promos ended: the next begins after this one. */
export interface PastCursor {
  /** When it was over, milliseconds since 1970 UTC. */
  overAt: number;
  id: number;
}

export interface PromoLists {
  /** Those of which some part lies in [from, to), whether or not they were published, by start. */
  within(from: number, to: number, limit: number): Promise<PromoRow[]>;
  /** Those that begin at a moment or later, by start. */
  startingFrom(from: number, limit: number): Promise<PromoRow[]>;
  /** Those that were never published, newest first. */
  drafts(limit: number): Promise<PromoRow[]>;
  /** Those that were over before a moment or after a cursor, newest end first. */
  past(before: PastCursor, limit: number): Promise<PromoRow[]>;
}
