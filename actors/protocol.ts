/**
 * The messages between threads: commands to an item's actor, its replies, and the events it decides.
 * Events are what the journal stores, so their fields are documented here once for every reader of a
 * journal. All numbers are safe integers; times are milliseconds since 1970 UTC.
 */

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
  tokenSpent: 30014,
} as const;

export type Code = (typeof code)[keyof typeof code];

/** A journal's sequence: an entry's number in its partition, from 1, without gaps; 0 is "none". */
export type Sequence = number;

/** The terms of a promo, fixed when it is published. */
export interface Terms {
  /** Promo id; 0 is the item's normal price. */
  promo: number;
  /** Minor units for one unit of the item. */
  price: number;
  /** First millisecond of the sale. */
  startAt: number;
  /** First millisecond after the sale. */
  endAt: number;
  /** Units one user may hold or own. */
  limit: number;
  /** The gate admits at most `gateFactor × loaded` users. */
  gateFactor: number;
  /** How long a placed order holds its units. */
  payWindowMs: number;
}

export type Open = { type: 'open'; item: number; price: number; units: number };
/** `key` names the delivery, so that the same command again adds nothing; 0 names none. */
export type Restock = { type: 'restock'; item: number; units: number; key: number };
export type Publish = { type: 'publish'; item: number } & Terms;
export type Admit = { type: 'admit'; item: number; user: number; promo: number; nonce: number };
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
/** `user` 0 asks on behalf of the merchant; another number must own the order. */
export type Pay = { type: 'pay'; item: number; n: number; user: number };
export type Cancel = { type: 'cancel'; item: number; n: number; user: number };
export type Read = { type: 'read'; item: number; n: number; user: number };
/** Refusals for stock that were answered from the board: it showed `seen` as its sequence. */
export type Tally = { type: 'tally'; item: number; seen: Sequence; count: number; amount: number };

export type Command = Open | Restock | Publish | Admit | Place | Pay | Cancel | Read | Tally;

/** The item went on sale at its normal price with its first units. */
export type Opened = { type: 'opened'; item: number; price: number; units: number };
/** Units were added. */
export type Restocked = { type: 'restocked'; item: number; units: number; key?: number };
/** From here on the actor knows the promo's terms. */
export type Published = { type: 'published'; item: number } & Terms;
/** The promo reached its end. */
export type Closed = { type: 'closed'; item: number; promo: number };
/** The user passed the gate of a promo (`promo` 0: bought at the normal price); `nonce` is theirs. */
export type Admitted = {
  type: 'admitted';
  item: number;
  user: number;
  promo: number;
  nonce: number;
};
/** An order holds `amount` units. Its id is `<yyyymmdd of at, UTC>-<item>-<n>`. */
export type Placed = {
  type: 'placed';
  item: number;
  n: number;
  user: number;
  promo: number;
  amount: number;
  /** Minor units for one unit. */
  price: number;
  nonce: number;
};
/** The held units are sold. `late`: the hold had expired and the units were taken from those left. */
export type Paid = {
  type: 'paid';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
  late?: true;
};
/** The buyer, or the merchant, gave the held units back. */
export type Cancelled = {
  type: 'cancelled';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
};
/** The pay window ended; the held units are on sale again. */
export type Expired = {
  type: 'expired';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
};
/**
 * A tally of refusals for stock since the last one; the smallest refused order asked for `amount`.
 * Without `seen` they rest on the state right before this event, with it on the state after the
 * partition's entry `seen`. An audit checks that fewer than `amount` units were left there.
 */
export type Refused = {
  type: 'refused';
  item: number;
  count: number;
  amount: number;
  seen?: Sequence;
};

/**
 * An event has `at` only where it differs from its entry's. An entry that sets the time of its partition
 * back (`timeSetBackFrom` in `journal/codec.ts`, since 0.3.0) has no events.
 */
export type Event = (
  | Opened
  | Restocked
  | Published
  | Closed
  | Admitted
  | Placed
  | Paid
  | Cancelled
  | Expired
  | Refused
) & { at?: number };

export const orderStatus = { placed: 0, paid: 1, cancelled: 2, expired: 3 } as const;
export type OrderStatusName = keyof typeof orderStatus;
export type OrderStatus = (typeof orderStatus)[OrderStatusName];
export const orderStatusNames = [
  'placed',
  'paid',
  'cancelled',
  'expired',
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
}

/** An actor's answer. `order` is set for orders, `nonce` for admissions. */
export interface Reply {
  code: Code;
  /** The command was carried out earlier; this is the answer it got then. */
  repeated: boolean;
  order: OrderView | null;
  nonce: number;
}

export function refusal(refusalCode: Code): Reply {
  return { code: refusalCode, repeated: false, order: null, nonce: 0 };
}

export function partitionOf(item: number, partitions: number): number {
  return item % partitions;
}
