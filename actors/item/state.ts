/** What an item's actor knows: the state, and queries that do not change it. */

import type { DueReason, Terms } from '../events.ts';
import {
  admitMsMax,
  gateFactorMax,
  loadedUnitsMax,
  payWindowDefaultMs,
  timeMsMax,
} from '../limits.ts';
import { type Code, code, type OrderView, orderStatus, type Standing } from '../protocol.ts';
import { sha256Number } from '../sha256.ts';
import { type Stands, stands } from './buyers.ts';
import { Orders } from './orders.ts';
import { Sale } from './sale.ts';

/** Money that came and must go back. */
export interface Due {
  n: number;
  /** The payment's reference as a number; 0 without one. */
  payment: number;
  amountMinor: number;
  reason: DueReason;
  settled: boolean;
}

export interface Item {
  id: number;
  /** The time of the last event. */
  at: number;
  /** Units put on sale and not withdrawn = sold + held + left. */
  loaded: number;
  held: number;
  sold: number;
  /** Users admitted, over all promos. */
  admitted: number;
  /** Units by the keys of the deliveries that were restocked; below 0 those that were withdrawn. */
  restocks: Map<number, number>;
  /** Refusals for stock, as tallied in the journal. */
  refused: number;
  /** Whether the item is sold at its normal price while it has no promo. */
  normalSale: boolean;
  /** Every set of terms the item was ever on sale under; the first is its normal price. */
  terms: Terms[];
  /** By terms: how their sale stands. That of the normal price has neither gate nor queue. */
  sales: Sale[];
  /** Indexes of the published promos that are not over, by their start. */
  coming: number[];
  /** The promo that is running, or the next; 0 without one. */
  promo: number;
  /** The promo to show: as `promo`, or else the last that was on; 0 without one. */
  shown: number;
  /** The item is sold under promos alone before this: the latest end of a published promo. */
  promosEndAt: number;
  /** Refunds due, by their numbers less one; and those numbers by order and payment. */
  dues: Due[];
  /** How many of them are settled. */
  duesSettled: number;
  dueOf: Map<string, number>;
  /** By order: minor units of its refunds due that are not settled; no entry for none. Follows from `dues`. */
  toRefund: Map<number, number>;
  orders: Orders;
  /** A token for the normal price that ends by then may have bought an order that is archived; 0 where none is. */
  spentTokensEndAt: number;
}

export function unitsLeft(item: Item): number {
  return item.loaded - item.sold - item.held;
}

/** Memory that an item's columns and indexes take, in bytes. */
export function itemBytes({ orders, sales }: Item): number {
  return sales.reduce((sum, sale) => sum + sale.bytes, orders.bytes);
}

/** One order for an answer; `n` must exist. */
export function viewOrder(item: Item, n: number): OrderView {
  const { orders } = item;
  const terms = item.terms[orders.termsOf(n)]!;
  const status = orders.statusOf(n);
  const createdAt = orders.createdAtOf(n);
  const changedAt = orders.changedAtOf(n);
  const refunded = status === orderStatus.refunded;
  return {
    n,
    user: orders.userOf(n),
    promo: terms.promo,
    amount: orders.amountOf(n),
    unitPrice: orders.priceOf(n),
    status,
    createdAt,
    payBy: createdAt + terms.payWindowMs,
    paidAt: refunded
      ? orders.paidAtOfRefunded.get(n)!
      : status === orderStatus.paid
        ? changedAt
        : 0,
    closedAt: status === orderStatus.paid ? 0 : changedAt,
    toRefund: item.toRefund.size === 0 ? 0 : (item.toRefund.get(n) ?? 0),
  };
}

const standingNames = {
  [stands.nowhere]: 'none',
  [stands.pooled]: 'drawing',
  [stands.waiting]: 'waiting',
  [stands.admitted]: 'admitted',
} as const satisfies Record<Stands, Standing['state']>;

/** Where a user stands under terms, and what there is to wait for. */
export function viewStanding(item: Item, user: number, index: number, at: number): Standing {
  const { held } = item;
  const sale = item.sales[index]!;
  const { buyers } = sale;
  const buyer = buyers.find(user);
  const state = standingNames[buyers.standsAt(buyer)];
  // Who joins while the order of a draw is being found waits behind all who took part.
  const drawing = sale.draw?.count ?? 0;
  const ahead = state === 'waiting' ? sale.waiting.ahead(buyers.placeAt(buyer)) + drawing : 0;
  const rate = sale.rate.perSecond(at);
  return {
    state,
    nonce: state === 'none' ? 0 : buyers.nonceAt(buyer),
    until: state === 'admitted' && index !== 0 ? sale.lapseAtOf(buyer) : 0,
    ahead,
    waiting: sale.people,
    heldUnpaid: held,
    etaSeconds: state === 'waiting' && rate > 0 ? Math.ceil((ahead + 1) / rate) : -1,
  };
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
    queue: 'off',
    admitMs: admitMsMax,
    queueOpenAt: 0,
  };
  return {
    id,
    at: 0,
    loaded: units,
    held: 0,
    sold: 0,
    admitted: 0,
    restocks: new Map(),
    refused: 0,
    normalSale: true,
    terms: [normal],
    sales: [new Sale(normal, '')],
    coming: [],
    promo: 0,
    shown: 0,
    promosEndAt: 0,
    dues: [],
    duesSettled: 0,
    dueOf: new Map(),
    toRefund: new Map(),
    orders: new Orders(),
    spentTokensEndAt: 0,
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

/** Units that a buyer holds or owns under terms; `buyer` is their row there, or -1 for an unknown user. */
export function unitsOf(item: Item, index: number, buyer: number): number {
  return buyer < 0 ? 0 : item.sales[index]!.buyers.unitsAt(buyer);
}

/**
 * The number of the order that a buyer's purchase token bought, or 0. Most buyers order once, so their
 * first order is kept with them, and only further orders take room in the index of tokens.
 */
export function orderBought(item: Item, index: number, buyer: number, nonce: number): number {
  if (buyer < 0) return 0;
  const { orders } = item;
  const { buyers } = item.sales[index]!;
  const first = buyers.firstOrderAt(buyer);
  if (first === 0 || (orders.has(first) && orders.nonceOf(first) === nonce)) return first;
  return orders.find(buyers.userAt(buyer), index, nonce);
}

/**
 * A payment's reference as a number: 53 bits of its SHA-256. The state keeps that much of it, to know the
 * same payment again; the text is in the journal. 0 for none.
 */
export function referenceNumber(reference = ''): number {
  return reference === '' ? 0 : sha256Number(reference);
}

/** Names a payment for an order among the refunds due. */
export function dueKey(n: number, payment: number): string {
  return `${n}:${payment}`;
}

/** Adds to what is due back to an order's buyer; money for an unknown order is nobody's yet. */
export function owe(item: Item, n: number, reason: DueReason, amountMinor: number): void {
  if (reason === 'unknownOrder') return;
  const owed = (item.toRefund.get(n) ?? 0) + amountMinor;
  if (owed === 0) item.toRefund.delete(n);
  else item.toRefund.set(n, owed);
}

/** Why nobody may buy at the normal price now; `ok` where they may. */
export function normalRefusal(item: Item, at: number): Code {
  if (at < item.promosEndAt) return code.promoOnly;
  return item.normalSale ? code.ok : code.notOnSale;
}
