/** What was paid for, what must go back, and what went back: each payment is exactly one of them. */
import type { DueReason, Paid, RefundDue, Refunded } from '../events.ts';
import type { OrderStatusName } from '../protocol.ts';
import { must } from './must.ts';

export interface PlainOrder {
  n: number;
  user: number;
  promo: number;
  amount: number;
  /** Minor units for one unit. */
  price: number;
  payBy: number;
  status: OrderStatusName;
  /** Of its payment; empty without one. */
  reference: string;
  placedAt: number;
  /** When its purchase token has ended for certain. */
  tokenEndsAt: number;
}

interface PlainDue {
  n: number;
  reference: string;
  amountMinor: number;
  reason: DueReason;
  settled: boolean;
}

export class PlainMoney {
  readonly orders: PlainOrder[] = [];
  readonly dues: PlainDue[] = [];

  /** The number of the refund due for a payment; 0 without one. */
  dueOf(n: number, reference: string): number {
    return this.dues.findIndex((due) => due.n === n && due.reference === reference) + 1;
  }

  paid(order: PlainOrder, { late, amountMinor, reference = '' }: Paid): void {
    const from = late ? 'expired' : 'placed';
    must(order.status === from, `order ${order.n} is ${order.status}, and paid`);
    must(this.dueOf(order.n, reference) === 0, `payment ${reference} is due back, and pays`);
    this.#whole(order, amountMinor);
    order.status = 'paid';
    order.reference = reference;
  }

  refunded(order: PlainOrder, { amountMinor }: Refunded): void {
    must(order.status === 'paid', `order ${order.n} is ${order.status}, and refunded`);
    this.#whole(order, amountMinor);
    order.status = 'refunded';
  }

  due(event: RefundDue, honours: (order: PlainOrder) => boolean, archived: number): void {
    const { due, n, amountMinor, reason, reference = '' } = event;
    must(due === this.dues.length + 1, `refund ${due} is not the next`);
    must(this.dueOf(n, reference) === 0, `payment ${reference} is due back twice`);
    const order = this.orders[n - 1];
    const isArchived = n > 0 && n <= archived;
    must(!isArchived || event.placedAt === order!.placedAt, 'due for an order of another time');
    const wanted = isArchived ? 'archived' : whyDue(order, amountMinor, honours);
    must(reason === wanted, `due because ${reason}, not ${wanted}`);
    const own = order !== undefined && order.reference === reference;
    must(!own || !isPaid(order), `payment ${reference} has paid, and is due back`);
    this.dues.push({ n, reference, amountMinor, reason, settled: false });
  }

  settled(number: number): void {
    const due = this.dues[number - 1];
    must(due !== undefined && !due.settled, `refund ${number} is not due`);
    due.settled = true;
  }

  #whole({ n, price, amount }: PlainOrder, amountMinor: number | undefined): void {
    const total = price * amount;
    must(
      amountMinor === undefined || amountMinor === total,
      `order ${n}: ${amountMinor} of ${total}`,
    );
  }
}

/** Why no order can take money; null where one can. */
export function whyDue(
  order: PlainOrder | undefined,
  amountMinor: number,
  honours: (order: PlainOrder) => boolean,
): DueReason | null {
  if (order === undefined) return 'unknownOrder';
  if (isPaid(order)) return 'paidTwice';
  if (amountMinor >= 0 && amountMinor !== order.price * order.amount) return 'wrongAmount';
  if (order.status === 'cancelled') return 'cancelled';
  return order.status === 'expired' && !honours(order) ? 'expired' : null;
}

export function isPaid({ status }: PlainOrder): boolean {
  return status === 'paid' || status === 'refunded';
}
