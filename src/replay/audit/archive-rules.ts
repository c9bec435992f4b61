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
    const row = orders.rowOf(n);
    const fault = row < 0 ? 'though it was never placed' : stays(books, n, row);
    if (fault !== null) books.found('rules', `order ${n}: archived ${fault}`);
    if (row >= 0) books.termsOf(orders.holderOf(row)).kept--;
  }
  books.archived = upTo;
  for (const promo of promos) {
    const fault = staysKnown(books, promo);
    if (fault !== null) books.found('rules', `promo ${promo}: forgotten ${fault}`);
    // Who was let in and has not bought is forgotten too.
    else books.terms.at(books.terms.indexOf(promo)).queue.forget();
  }
}

/** Why an order should not have been archived, or null. */
function stays(books: ItemBooks, n: number, row: number): string | null {
  const { orders, at } = books;
  if (orders.statusOf(row) === orderStatus.placed) return 'while it held units';
  const terms = books.termsOf(orders.holderOf(row));
  if (terms.promo !== 0) {
    return overFault(terms, at) === null ? `while promo ${terms.promo} was on` : null;
  }
  const tokenEndsAt = books.longTokens.get(n) ?? orders.placedAtOf(row) + tokenLifeMsMax;
  return tokenEndsAt < at ? null : 'while its purchase token could buy';
}

/** Why the buyers of a promo should not have been forgotten, or null. */
function staysKnown({ terms, at }: ItemBooks, promo: number): string | null {
  const index = promo === 0 ? -1 : terms.indexOf(promo);
  if (index < 0) return 'though it was never published';
  if (overFault(terms.at(index), at) === null) return 'while it was on';
  const { queue, kept } = terms.at(index);
  if (queue.people > 0) return 'while somebody stood there';
  return kept === 0 ? null : `while ${kept} of its orders were kept`;
}
