/** What must hold of money that came and no order could take. */
import type { DueReason, DueSettled, RefundDue } from '../../../actors/events.ts';
import { type OrderStatus, orderStatus, orderStatusNames } from '../../../actors/protocol.ts';
import type { ItemBooks } from './item-books.ts';

export function enterRefundDue(books: ItemBooks, event: RefundDue): void {
  const { due, n, reason } = event;
  const row = books.orders.rowOf(n);
  const fault =
    n > 0 && n <= books.archived
      ? archivedFault(books, event, row)
      : row < 0
        ? unknownFault(event)
        : knownFault(books, event, row);
  if (fault !== null) books.found('rules', `refund due ${due}: ${reason} order ${n}, ${fault}`);
  books.obey(books.refunds.add(event, books.at));
}

export function enterDueSettled(books: ItemBooks, { due }: DueSettled): void {
  books.obey(books.refunds.settle(due, books.at));
}

function unknownFault({ reason, placedAt, reference, amountMinor }: RefundDue): string | null {
  if (reason !== 'unknownOrder') return 'which was never placed';
  if (placedAt !== 0) return `as if placed at ${placedAt}`;
  return reference === undefined || amountMinor === 0 ? 'without money or its reference' : null;
}

/** Nothing was known of the order any more but when it was placed, and that this money had not paid it. */
function archivedFault(books: ItemBooks, event: RefundDue, row: number): string | null {
  const { reason, placedAt, amountMinor, reference } = event;
  const { orders } = books;
  if (reason !== 'archived') return 'which is archived';
  if (row < 0 || placedAt !== orders.placedAtOf(row)) return `as if placed at ${placedAt}`;
  if (amountMinor === 0) return 'without money';
  const isPaid = statusesOf.paidTwice.includes(orders.statusOf(row));
  const own = isPaid && (reference === undefined || reference === orders.reference(row));
  return own ? 'by what paid it' : null;
}

/** What an order may be when money for it has to go back. */
const statusesOf: Readonly<Record<DueReason, readonly OrderStatus[]>> = {
  cancelled: [orderStatus.cancelled],
  expired: [orderStatus.expired],
  paidTwice: [orderStatus.paid, orderStatus.refunded],
  wrongAmount: [orderStatus.placed, orderStatus.cancelled, orderStatus.expired],
  unknownOrder: [],
  archived: [],
};

function knownFault(books: ItemBooks, event: RefundDue, row: number): string | null {
  const { reason, placedAt, amountMinor, reference } = event;
  const { orders } = books;
  const status = orders.statusOf(row);
  if (!statusesOf[reason].includes(status)) return `which is ${orderStatusNames[status]}`;
  if (placedAt !== orders.placedAtOf(row)) return `as if placed at ${placedAt}`;
  const total = orders.totalMinor(row);
  switch (reason) {
    case 'wrongAmount':
      return amountMinor === total ? `which is its total, ${total}` : null;
    case 'paidTwice': {
      const paidWith = orders.reference(row);
      if (reference === undefined) return 'by a payment without a name';
      return reference === paidWith ? `by ${reference}, which is what paid it` : null;
    }
    default:
      if (amountMinor !== total) return `with ${amountMinor} of ${total} minor units`;
      return reason === 'expired' && honourable(books, row) ? 'and its units were left' : null;
  }
}

/** Whether an order that expired could still have been paid. */
function honourable(books: ItemBooks, row: number): boolean {
  const { orders, holders, left } = books;
  const holder = orders.holderOf(row);
  const amount = orders.amountOf(row);
  return amount <= left && holders.unitsOf(holder) + amount <= books.termsOf(holder).limit;
}
