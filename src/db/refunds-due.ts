/** Money that came and that no order can take, as projected rows: what must go back to buyers. */
import type { DueReason, Sequence } from '../../actors/events.ts';

export interface RefundDueRow {
  /** `refundDueId(itemId, due)`. */
  id: string;
  itemId: number;
  /** The refund's number among its item's, from 1. */
  due: number;
  /** The number of the order that was named. */
  n: number;
  /** Null where no such order exists. */
  orderId: string | null;
  amountMinor: number;
  /** The payment's name at its provider. */
  reference: string | null;
  reason: DueReason;
  at: number;
  /** Who reported the payment. */
  by: string | null;
  settledAt: number | null;
  settledBy: string | null;
  settledReference: string | null;
  partition: number;
  /** The entry that made it due. */
  seq: Sequence;
}

/** A refund with the buyer it goes to: the user of its order, null where there is none. */
export interface RefundDue extends RefundDueRow {
  userId: number | null;
}

/** Where a page of refunds ended: the next begins after this one. */
export type RefundDueCursor = Pick<RefundDueRow, 'at' | 'itemId' | 'due'>;

/** Refunds that are shown of one order, at most: money may come for it again and again. */
export const orderDuesMax = 100;

export interface RefundsDue {
  /** Those not settled, after a cursor, newest first. */
  open(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]>;
  /** The same, oldest first: who has waited longest comes first. */
  waiting(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]>;
  /** What those not settled come to. */
  openSum(): Promise<{ count: number; amountMinor: number }>;
  /** The last that were settled, the last one first. */
  settled(limit: number): Promise<RefundDue[]>;
  /** Minor units that are due back for an order, and not settled. */
  owedFor(itemId: number, n: number): Promise<number>;
  /** The same of several orders, by their ids; those to which nothing is due are left out. */
  owed(orderIds: readonly string[]): Promise<Map<string, number>>;
  /** Those for an order, settled or not, newest first. */
  ofOrder(itemId: number, n: number): Promise<RefundDue[]>;
  /** Settled or not; null where there is none. */
  byId(id: string): Promise<RefundDue | null>;
}

/** The id of refund `due` of an item. */
export function refundDueId(item: number, due: number): string {
  return `${item}-${due}`;
}
