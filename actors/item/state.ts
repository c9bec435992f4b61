/** What an item's actor knows: the state, and queries that do not change it. */

import { gateFactorMax, loadedUnitsMax, payWindowDefaultMs, timeMsMax } from '../limits.ts';
import { type OrderView, orderStatus, type Terms } from '../protocol.ts';
import { Buyers } from './buyers.ts';
import { Orders } from './orders.ts';

export interface Item {
  id: number;
  /** Units ever put on sale = sold + held + left. */
  loaded: number;
  held: number;
  sold: number;
  /** Users admitted, over all promos. */
  admitted: number;
  /** Keys of the deliveries that were restocked. */
  restocks: Set<number>;
  /** Refusals for stock, as tallied in the journal. */
  refused: number;
  /** Every set of terms the item was ever on sale under; the first is its normal price. */
  terms: Terms[];
  /** Index of the promo that is pending or running; 0 without one. */
  promo: number;
  /** Users admitted under each set of terms. */
  admittedUnder: number[];
  orders: Orders;
  buyers: Buyers;
}

export function unitsLeft(item: Item): number {
  return item.loaded - item.sold - item.held;
}

/** One order for an answer; `n` must exist. */
export function viewOrder(item: Item, n: number): OrderView {
  const { orders } = item;
  const row = n - 1;
  const terms = item.terms[orders.terms[row]!]!;
  const status = orders.status[row] as OrderView['status']; // Only `settle` and `add` write this column.
  const createdAt = orders.createdAt[row]!;
  const changedAt = orders.changedAt[row]!;
  return {
    n,
    user: orders.user[row]!,
    promo: terms.promo,
    amount: orders.amount[row]!,
    unitPrice: terms.price,
    status,
    createdAt,
    payBy: createdAt + terms.payWindowMs,
    paidAt: status === orderStatus.paid ? changedAt : 0,
    closedAt: status === orderStatus.paid ? 0 : changedAt,
  };
}

/** The canonical form (I6): equal states give equal text. */
export function canonical(item: Item): string {
  const { orders, buyers } = item;
  const rows = Array.from({ length: orders.count }, (_, row) => [
    orders.user[row],
    orders.terms[row],
    orders.amount[row],
    orders.nonce[row],
    orders.status[row],
    orders.createdAt[row],
    orders.changedAt[row],
  ]);
  const users = Array.from({ length: buyers.count }, (_, row) => [
    buyers.user[row],
    buyers.terms[row],
    buyers.units[row],
    buyers.nonce[row],
  ]);
  const { id, loaded, held, sold, admitted, refused, terms, promo, admittedUnder } = item;
  const restocks = [...item.restocks];
  const books = { id, loaded, held, sold, left: unitsLeft(item), admitted, refused };
  return JSON.stringify({
    ...books,
    restocks,
    terms,
    promo,
    admittedUnder,
    orders: rows,
    buyers: users,
  });
}

export function newItem(id: number, price: number, units: number): Item {
  const normal: Terms = {
    promo: 0,
    price,
    startAt: 0,
    endAt: timeMsMax,
    limit: loadedUnitsMax,
    gateFactor: gateFactorMax,
    payWindowMs: payWindowDefaultMs,
  };
  return {
    id,
    loaded: units,
    held: 0,
    sold: 0,
    admitted: 0,
    restocks: new Set(),
    refused: 0,
    terms: [normal],
    promo: 0,
    admittedUnder: [0],
    orders: new Orders(),
    buyers: new Buyers(),
  };
}

/** Index of a promo's terms, -1 when the item was never on sale under it. */
export function termsIndex(item: Item, promo: number): number {
  const { terms } = item;
  for (let index = terms.length - 1; index >= 0; index--) {
    if (terms[index]!.promo === promo) return index;
  }
  return -1;
}

/** Units that a buyer holds or owns; `buyer` is their row, or -1 for an unknown user. */
export function unitsOf(item: Item, buyer: number): number {
  return buyer < 0 ? 0 : item.buyers.units[buyer]!;
}

/**
 * The number of the order that a buyer's purchase token bought, or 0. Most buyers order once, so their
 * first order is kept with them, and only further orders take room in the index of tokens.
 */
export function orderBought(item: Item, buyer: number, nonce: number): number {
  if (buyer < 0) return 0;
  const { buyers, orders } = item;
  const first = buyers.firstOrder[buyer]!;
  if (first === 0 || orders.nonce[first - 1] === nonce) return first;
  return orders.find(buyers.user[buyer]!, buyers.terms[buyer]!, nonce);
}
