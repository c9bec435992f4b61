/** A walk along an index on the time of placing. */
import type { OrderCursor, OrderRow } from '../rows.ts';
import { type OrderStep, type OrderWalk, placeOf, stepRows } from './order-walk.ts';

/** Of the next `look` orders of an index, newest first. */
export interface IndexReads {
  /** Those that fit, `limit` at most. */
  fitting(after: OrderCursor | null, look: number, limit: number): Promise<OrderRow[]>;
  /** The last of them; null where there are fewer. */
  last(after: OrderCursor | null, look: number): Promise<OrderCursor | null>;
}

export class IndexedWalk implements OrderWalk {
  #hasEnded = false;

  constructor(
    private readonly reads: IndexReads,
    private after: OrderCursor | null,
  ) {}

  async step(limit: number, look = stepRows): Promise<OrderStep> {
    if (this.#hasEnded) return { rows: [], next: null };
    const rows = await this.reads.fitting(this.after, look, limit);
    const isCut = rows.length === limit;
    const next = isCut ? placeOf(rows.at(-1)!) : await this.reads.last(this.after, look);
    this.after = next;
    this.#hasEnded = next === null;
    return { rows, next };
  }
}
