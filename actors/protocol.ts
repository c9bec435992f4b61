/**
 * The messages between threads: commands to an item's actor, and its replies. What it decides are events
 * (`events.ts`). All numbers are safe integers; times are milliseconds since 1970 UTC.
 */
import type { BaseTerms, QueueTerms, Sequence, Signed } from './events.ts';

/** Error codes of the API that an actor, or the board on its behalf, can answer with. 0 is success. */
export const code = {
  ok: 0,
  outcomeUnknown: 10004,
  notFound: 10005,
  outOfStock: 30001,
  journalUnavailable: 30002,
  tooBusy: 30003,
  notStarted: 30004,
  ended: 30005,
  limitReached: 30006,
  tokenExpired: 30008,
  gateClosed: 30010,
  wrongState: 30011,
  refundDue: 30012,
  notOnSale: 30013,
  usedOtherwise: 30014,
  promoOnly: 30015,
  paused: 30016,
} as const;

export type Code = (typeof code)[keyof typeof code];

/** Without `normalSale` and `limit` the item is sold at its normal price, to anybody without limit. */
export type Open = {
  type: 'open';
  item: number;
  price: number;
  units: number;
  normalSale?: boolean;
  limit?: number;
} & Signed;
/** `key` names the delivery, so that the same command again adds nothing; 0 names none. */
export type Restock = { type: 'restock'; item: number; units: number; key: number } & Signed;
/** Takes units off sale; `key` as with a restock. */
export type WithdrawUnits = {
  type: 'withdrawUnits';
  item: number;
  units: number;
  key: number;
} & Signed;
/** Changes what is given; `texts` are bits of `itemTexts`: what the catalogue alone keeps. */
export type Edit = {
  type: 'edit';
  item: number;
  price?: number;
  normalSale?: boolean;
  limit?: number;
  texts: number;
} & Signed;
/** `secret`, 64 hex digits, comes with a draw. Without `queue` the promo has none, as before 0.4.0. */
export type Publish = { type: 'publish'; item: number; secret?: string } & BaseTerms &
  Partial<QueueTerms> &
  Signed;
/** Acts on a published promo: stops it for a while, goes on, ends it now, takes it back before its start. */
export type Control = {
  type: 'pause' | 'resume' | 'end' | 'withdrawPromo';
  item: number;
  promo: number;
} & Signed;
export type Extend = { type: 'extend'; item: number; promo: number; endAt: number } & Signed;
/** Asks to be let in; `nonce` becomes that of the purchase token, unless the user has one already. */
export type Join = { type: 'join'; item: number; user: number; promo: number; nonce: number };
/** Asks where a user stands. */
export type Stand = { type: 'stand'; item: number; user: number; promo: number };
/** Gives up a place in the queue, or an admission that is not spent. */
export type Leave = { type: 'leave'; item: number; user: number; promo: number };
export type Place = {
  type: 'place';
  item: number;
  user: number;
  promo: number;
  amount: number;
  nonce: number;
  /** Seconds since 1970 UTC: the purchase token is valid until this second begins. */
  expiresAt: number;
};
/**
 * `user` 0 asks on behalf of the merchant; another number must own the order. `amountMinor` is what was
 * paid, in minor units, or -1 for the order's total; `reference` is the payment's name at the provider,
 * or empty.
 */
export type Pay = {
  type: 'pay';
  item: number;
  n: number;
  user: number;
  amountMinor?: number;
  reference?: string;
} & Signed;
export type Cancel = { type: 'cancel'; item: number; n: number; user: number } & Signed;
/** Gives a paid order's money back; `back`: its units go on sale again, else they leave the books. */
export type Refund = {
  type: 'refund';
  item: number;
  n: number;
  amountMinor: number;
  back: boolean;
  reference: string;
} & Signed;
/** Notes that refund `due` of the item, from 1, has been paid back. */
export type Settle = { type: 'settle'; item: number; due: number; reference: string } & Signed;
/**
 * Money has come for an order that is archived, and is to go back: whoever sends this has found in SQL that it did
 * not pay the order. `placedAt` is the order's, and `amountMinor` what has come. Since 0.6.0.
 */
export type Owe = {
  type: 'owe';
  item: number;
  n: number;
  placedAt: number;
  amountMinor: number;
  reference: string;
} & Signed;
export type Read = { type: 'read'; item: number; n: number; user: number };
/** Refusals for stock that were answered from the board: it showed `seen` as its sequence. */
export type Tally = { type: 'tally'; item: number; seen: Sequence; count: number; amount: number };

/**
 * Changes nothing: another engine, which follows the partition, asks what its owner has journaled. Its reply
 * is kept there until the follower has as much. Since 0.5.0.
 */
export type Sync = { type: 'sync'; item: number };

export type Command =
  | Open
  | Restock
  | WithdrawUnits
  | Edit
  | Publish
  | Control
  | Extend
  | Join
  | Stand
  | Leave
  | Place
  | Pay
  | Cancel
  | Refund
  | Settle
  | Owe
  | Read
  | Tally
  | Sync;

export const orderStatus = { placed: 0, paid: 1, cancelled: 2, expired: 3, refunded: 4 } as const;
export type OrderStatusName = keyof typeof orderStatus;
export type OrderStatus = (typeof orderStatus)[OrderStatusName];
export const orderStatusNames = [
  'placed',
  'paid',
  'cancelled',
  'expired',
  'refunded',
] as const satisfies readonly OrderStatusName[];

/** One order as its actor sees it. `paidAt` and `closedAt` are 0 where they do not apply. */
export interface OrderView {
  n: number;
  user: number;
  promo: number;
  amount: number;
  unitPrice: number;
  status: OrderStatus;
  createdAt: number;
  payBy: number;
  paidAt: number;
  closedAt: number;
  /** Minor units that came for the order, are due back to its buyer, and were not yet said to be paid back. */
  toRefund: number;
}

/** All commands, in the order of their numbers in mailbox records, from 1. */
export const commandTypes = [
  'place',
  'pay',
  'cancel',
  'read',
  'join',
  'open',
  'restock',
  'publish',
  'tally',
  'stand',
  'leave',
  'withdrawUnits',
  'edit',
  'pause',
  'resume',
  'end',
  'withdrawPromo',
  'extend',
  'refund',
  'settle',
  'sync',
  'owe',
] as const satisfies readonly Command['type'][];

/** Where a user stands with a promo: nowhere, before a draw, in the queue, or let in. */
export const standings = ['none', 'drawing', 'waiting', 'admitted'] as const;
export type StandingName = (typeof standings)[number];

/** Where a user stands, and what there is to wait for. Counts, units, milliseconds since 1970 UTC. */
export interface Standing {
  state: StandingName;
  /** Of the place or admission; 0 without one. */
  nonce: number;
  /** When an admission lapses; 0 without one. */
  until: number;
  /** People before the user in the queue. */
  ahead: number;
  /** People in the queue, or before the draw, the user included. */
  waiting: number;
  /** Units that orders hold unpaid: what may come back. */
  heldUnpaid: number;
  /** Until the user is let in, at the rate of the last minute; -1 where nobody was. */
  etaSeconds: number;
}

/** An actor's answer. `order` is set for orders, `standing` for places and admissions. */
export interface Reply {
  code: Code;
  /** The command was carried out earlier; this is the answer it got then. */
  repeated: boolean;
  order: OrderView | null;
  standing: Standing | null;
  /**
   * With `refundDue` the number of the refund; with `wrongState` the promo in the way; with `notFound` the number of
   * the refund due where money came for no order, or `archivedMark` where SQL has the order; else 0.
   */
  about: number;
}

/** The order can change no more, and has left its actor's memory. */
export const archivedMark = -1;

export function refusal(refusalCode: Code): Reply {
  return { code: refusalCode, repeated: false, order: null, standing: null, about: 0 };
}

export function partitionOf(item: number, partitions: number): number {
  return item % partitions;
}
