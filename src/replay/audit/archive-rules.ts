/** What must hold of orders that leave the memory of their item: they can change no more, and nothing buys again. */
import type { Archived } from '../../../actors/events.ts';
import { tokenLifeMsMax } from '../../../actors/limits.ts';
import { orderStatus } from '../../../actors/protocol.ts';
import type { ItemBooks } from './item-books.ts';
import { overFault } from './terms-book.ts';

export function enterArchived(books: ItemBooks, { upTo, promos = [] }: Archived): void {
  const { orders } = books;
  if (upTo < books.archived || upTo >= orders.nextNumber) {
    books.found('rules', `archived up to order ${upTo}, after ${books.archived}`);
    return;
  }
  for (let n = books.archived + 1; n <= upTo; n++) {
    const fault = stays(books, n);
    if (fault !== null) books.found('rules', `order ${n}: archived ${fault}`);
  }
  books.archived = upTo;
  for (const promo of promos) {
    const fault = staysKnown(books, promo);
    if (fault !== null) books.found('rules', `promo ${promo}: forgotten ${fault}`);
  }
}

/** Why an order should not have been archived, or null. */
function stays(books: ItemBooks, n: number): string | null {
  const { orders, at } = books;
  const row = orders.rowOf(n);
  if (row < 0) return 'though it was never placed';
  if (orders.statusOf(row) === orderStatus.placed) return 'while it held units';
  const terms = books.termsOf(orders.holderOf(row));
  if (terms.promo !== 0) {
    return overFault(terms, at) === null ? `while promo ${terms.promo} was on` : null;
  }
  const tokenEndsAt = books.longTokens.get(n) ?? orders.placedAtOf(row) + tokenLifeMsMax;
  return tokenEndsAt < at ? null : 'while its purchase token could buy';
}

/** Why the buyers of a promo should not have been forgotten, or null. */
function staysKnown({ terms, orders, holders, archived, at }: ItemBooks, promo: number) {
  const index = promo === 0 ? -1 : terms.indexOf(promo);
  if (index < 0) return 'though it was never published';
  if (overFault(terms.at(index), at) === null) return 'while it was on';
  const { queue } = terms.at(index);
  if (queue.people + queue.admissions.count > 0) return 'while somebody stood there';
  for (let n = archived + 1; n < orders.nextNumber; n++) {
    const row = orders.rowOf(n);
    if (row >= 0 && holders.termsOf(orders.holderOf(row)) === index)
      return `while order ${n} was kept`;
  }
  return null;
}
