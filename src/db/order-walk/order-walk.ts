/**
 * Going through projected orders, newest first, by filters. Each step looks at a bounded number of rows and leaves
 * nothing open in the database; where it stopped, the next goes on.
 */
import type { OrderStatusName } from '../../../actors/protocol.ts';
import type { OrderCursor, OrderRow } from '../rows.ts';

/** What orders to find: all of what is not null must hold. Times are milliseconds since 1970 UTC. */
export interface OrderFilter {
  itemId: number | null;
  /** 0: those at the item's normal price. */
  promoId: number | null;
  userId: number | null;
  status: OrderStatusName | null;
  /** The first millisecond of placing. */
  fromAt: number | null;
  /** The first millisecond after. */
  belowAt: number | null;
  /** `orderKey` of the only one. */
  key: number | null;
  /** A part of the id. */
  idPart: string | null;
}

export const everyOrder: OrderFilter = {
  itemId: null,
  promoId: null,
  userId: null,
  status: null,
  fromAt: null,
  belowAt: null,
  key: null,
  idPart: null,
};

export interface OrderStep {
  rows: OrderRow[];
  /** Beyond it nothing has been looked at; null where there is nothing more. */
  next: OrderCursor | null;
}

export interface OrderWalk {
  /** The next orders, `limit` at most; fewer where it has looked at so many rows, about; see `stepRows`. */
  step(limit: number, look?: number): Promise<OrderStep>;
}

/** Rows that a step looks at unless it is told otherwise: a few milliseconds. */
export const stepRows = 10_000;

/** What a walk reads: each is one short statement. */
export interface OrderReads {
  /** The newest order of each item, or of one. */
  newest(itemId: number | null): Promise<OrderCursor[]>;
  /** The last order of `fromKey <= key < belowKey`. */
  lastIn(fromKey: number, belowKey: number): Promise<OrderCursor | null>;
  /** The first order of `fromKey <= key < belowKey`. */
  firstIn(fromKey: number, belowKey: number): Promise<OrderCursor | null>;
  /** Those of `fromKey <= key < belowKey` that fit the filter, the highest key first. */
  fitting(
    filter: OrderFilter,
    fromKey: number,
    belowKey: number,
    limit: number,
  ): Promise<OrderRow[]>;
}

/** Whether one comes before another where the newest come first. */
export function isNewer(one: OrderCursor, other: OrderCursor): boolean {
  if (one.createdAt !== other.createdAt) return one.createdAt > other.createdAt;
  return one.key > other.key;
}

/** The place of a row. */
export function placeOf({ createdAt, key }: OrderCursor): OrderCursor {
  return { createdAt, key };
}
