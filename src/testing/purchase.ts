/** A purchase as tests remember it. */
import type { OrderStatusName } from '../../actors/protocol.ts';
import type { OrderData } from './engine-process.ts';

/** What a buyer wants with one token, and what they have been told. */
export interface Purchase {
  token: string;
  userId: number;
  amount: number;
  order: OrderData | null;
  /** The buyer was told at least once that the outcome is unknown. */
  unknown: boolean;
  settled: OrderStatusName | null;
  /** Nobody knows yet what comes of it: it is asked for again in the end. */
  open: boolean;
  /**
   * When it was told that the promo is over, by `performance.now()`; Infinity before. To an order that is told only
   * when it has left the memory.
   */
  endedAt: number;
}
