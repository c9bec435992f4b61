/** A walk to the one order with a key, if it fits. */
import type { OrderCursor, OrderRow } from '../rows.ts';
import type { OrderStep, OrderWalk } from './order-walk.ts';

export class SingleWalk implements OrderWalk {
  constructor(
    private readonly find: () => Promise<OrderRow | undefined>,
    private readonly after: OrderCursor | null,
  ) {}

  async step(): Promise<OrderStep> {
    const row = this.after === null ? await this.find() : undefined;
    return { rows: row === undefined ? [] : [row], next: null };
  }
}
