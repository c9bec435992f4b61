/**
 * The events that an actor decides: what the journal stores. Their fields are documented here once for
 * every reader of a journal. All numbers are safe integers; times are milliseconds since 1970 UTC.
 * A field or type says since which release it is there; what an older journal has is read as it was.
 */

/** A journal's sequence: an entry's number in its partition, from 1, without gaps; 0 is "none". */
export type Sequence = number;

/** What becomes of those who find the gate of a promo full: refused, in line, or drawn by lot at the start. */
export const queueModes = ['off', 'fifo', 'draw'] as const;
export type QueueMode = (typeof queueModes)[number];

/** The terms of a promo, as they are published. */
export interface BaseTerms {
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
  /** The gate lets in `gateFactor × left` users at once: `ceil(gateFactor × left) − outstanding` more. */
  gateFactor: number;
  /** How long a placed order holds its units. */
  payWindowMs: number;
}

/** How a promo lets users in; before 0.4.0 no promo had these. */
export interface QueueTerms {
  queue: QueueMode;
  /** How long an admission waits for its order. */
  admitMs: number;
  /** With a draw: from here on users may join. */
  queueOpenAt: number;
}

export interface Terms extends BaseTerms, QueueTerms {}

/** Who did it: `admin`, the name of a key, `webhook`; at most `actorNameBytesMax` bytes of UTF-8. */
export interface Signed {
  by?: string;
}

/** Texts of an item that only the catalogue keeps; a bit each, from the first, in `Edit.texts`. */
export const itemTexts = ['title', 'description', 'imageUrl', 'hidden'] as const;
export type ItemText = (typeof itemTexts)[number];

/**
 * The item went on sale with its first units. Since 0.4.0 with `normalSale: false` where it is sold under
 * promos only, and `limit`, the units that one user may hold or own at the normal price.
 */
export type Opened = {
  type: 'opened';
  item: number;
  price: number;
  units: number;
  normalSale?: false;
  limit?: number;
} & Signed;
/** Units were added. */
export type Restocked = { type: 'restocked'; item: number; units: number; key?: number } & Signed;
/** Unsold units were taken off sale: `loaded` falls. Since 0.4.0. */
export type UnitsWithdrawn = {
  type: 'unitsWithdrawn';
  item: number;
  units: number;
  key?: number;
} & Signed;
/** The merchant changed the normal price and its sale, or the texts named. Since 0.4.0. */
export type Edited = {
  type: 'edited';
  item: number;
  price?: number;
  normalSale?: boolean;
  limit?: number;
  texts?: ItemText[];
} & Signed;
/**
 * From here on the actor knows the promo's terms. Since 0.4.0 they say how users are let in, and carry
 * the secret of a draw: 64 hex digits, whose SHA-256 (of those digits) is public at once.
 */
export type Published = { type: 'published'; item: number; secret?: string } & BaseTerms &
  Partial<QueueTerms> &
  Signed;
/** The promo reached its end. */
export type Closed = { type: 'closed'; item: number; promo: number };
/** The merchant stopped the promo for a while: no orders, no admissions. Since 0.4.0. */
export type Paused = { type: 'paused'; item: number; promo: number } & Signed;
/** The promo goes on; unspent admissions have their whole time again. Since 0.4.0. */
export type Resumed = { type: 'resumed'; item: number; promo: number } & Signed;
/** The merchant ended the promo at the event's time. Since 0.4.0. */
export type Ended = { type: 'ended'; item: number; promo: number } & Signed;
/** The promo ends at another time. Since 0.4.0. */
export type Extended = { type: 'extended'; item: number; promo: number; endAt: number } & Signed;
/** The promo was taken back before its start. Since 0.4.0. */
export type PromoWithdrawn = { type: 'promoWithdrawn'; item: number; promo: number } & Signed;
/** The user waits for the gate, behind all who do; `draw`: for the draw. Since 0.4.0. */
export type Joined = {
  type: 'joined';
  item: number;
  user: number;
  promo: number;
  nonce: number;
  draw?: true;
};
/** The user has given up their place or their unspent admission. Since 0.4.0. */
export type LeftQueue = { type: 'leftQueue'; item: number; user: number; promo: number };
/** The draw was held among the first `entrants` who joined; `seed` is 64 hex digits. Since 0.4.0. */
export type Drawn = {
  type: 'drawn';
  item: number;
  promo: number;
  entrants: number;
  seed: string;
};
/** Nobody can be let in any more, for all units are sold: those who waited, `waiting`, are sent home. Since 0.4.0. */
export type QueueEnded = { type: 'queueEnded'; item: number; promo: number; waiting: number };
/**
 * The user passed the gate of a promo (`promo` 0: bought at the normal price); `nonce` is theirs. Since
 * 0.4.0 it may be one who waited, and then it is the first of those.
 */
export type Admitted = {
  type: 'admitted';
  item: number;
  user: number;
  promo: number;
  nonce: number;
};
/** The admission was not spent in its time. Since 0.4.0. */
export type Lapsed = { type: 'lapsed'; item: number; user: number; promo: number };
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
  /** The order costs nothing, so its units are sold at once. Since 0.4.0. */
  paid?: true;
  /**
   * At the normal price, which has no end: when the purchase token ends, where that is more than
   * `tokenLifeMsMax` after the order. Since 0.6.0.
   */
  tokenEndsAt?: number;
};
/**
 * The held units are sold. `late`: the hold had expired and the units were taken from those left. Since
 * 0.4.0 with what was paid, `amountMinor`, and the payment's name at the provider, where they were given.
 */
export type Paid = {
  type: 'paid';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
  late?: true;
  amountMinor?: number;
  reference?: string;
} & Signed;
/** The buyer, or the merchant (since 0.4.0 with `by`), gave the held units back. */
export type Cancelled = {
  type: 'cancelled';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
} & Signed;
/**
 * A paid order's money went back. `back`: its units are on sale again; else they are in nobody's hands
 * and leave the books, `loaded` falls. Since 0.4.0.
 */
export type Refunded = {
  type: 'refunded';
  item: number;
  n: number;
  amount: number;
  placedAt: number;
  back: boolean;
  amountMinor: number;
  reference?: string;
} & Signed;
/** Why money must go back to a buyer. */
export const dueReasons = [
  'cancelled',
  'expired',
  'paidTwice',
  'wrongAmount',
  'unknownOrder',
  'archived',
] as const;
export type DueReason = (typeof dueReasons)[number];
/**
 * Money came that no order can take; it is the item's refund number `due`, from 1. `n` is the order that
 * was named, which does not exist where the reason says so, and is 0 where its id had another day than that
 * of the order with its number. Since 0.4.0; since 0.6.0 also for an order that is archived.
 */
export type RefundDue = {
  type: 'refundDue';
  item: number;
  due: number;
  n: number;
  /** 0 where the order is unknown. */
  placedAt: number;
  amountMinor: number;
  reason: DueReason;
  reference?: string;
} & Signed;
/** Refund `due` has been paid back. Since 0.4.0. */
export type DueSettled = {
  type: 'dueSettled';
  item: number;
  due: number;
  reference?: string;
} & Signed;
/**
 * The item's orders up to number `upTo`, which can change no more, are no longer kept in memory: SQL has them.
 * With them the buyers of `promos` are forgotten, all of whose orders are among them. Since 0.6.0.
 */
export type Archived = { type: 'archived'; item: number; upTo: number; promos?: number[] };
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
  | UnitsWithdrawn
  | Edited
  | Published
  | Closed
  | Paused
  | Resumed
  | Ended
  | Extended
  | PromoWithdrawn
  | Joined
  | LeftQueue
  | Drawn
  | QueueEnded
  | Admitted
  | Lapsed
  | Placed
  | Paid
  | Cancelled
  | Expired
  | Refunded
  | RefundDue
  | DueSettled
  | Archived
  | Refused
) & { at?: number };
