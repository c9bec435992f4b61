/**
 * The board: a table in shared memory with one row for each item, written by the item's actor
 * thread after each acknowledgement of the journal and read by every thread. It shows durable facts
 * only, so an answer that rests on it needs no journal.
 *
 * A row is guarded by a version that is odd while it is written (a seqlock); a reader that meets an
 * odd or changed version reads again. Counters of refusals are added to by all threads and belong to
 * no version. Next to the rows lies one Bloom filter of buyers for all items, so that an order which
 * may be a repeat is passed on to its actor instead of being refused from the board (I3).
 */

import type { Sequence } from '../events.ts';
import { itemIdMax } from '../limits.ts';
import { type Code, code } from '../protocol.ts';
import { BuyerFilter } from './buyer-filter.ts';
import { OpenedItems } from './opened-items.ts';
import { PromoNumbers } from './promo-numbers.ts';

/** What the board shows of an item. Units, minor units, milliseconds since 1970 UTC. */
export interface BoardRow {
  loaded: number;
  held: number;
  sold: number;
  left: number;
  /** Users admitted, over all promos. */
  admitted: number;
  /** Admissions to the promo shown that are neither spent nor lapsed: what its gate counts. */
  outstanding: number;
  /** People in that promo's queue, or before its draw. */
  waiting: number;
  /** Payments that must go back to buyers, and have not. */
  refundsDue: number;
  /** Orders ever placed. */
  orders: number;
  /** Sequence of the entry that last changed the row. */
  seq: Sequence;
  /** Sequence of the entry that last changed `left`. */
  leftSeq: Sequence;
  /** The promo that is running, else the next, else the last; 0 without one. */
  promo: number;
  startAt: number;
  endAt: number;
  /** Minor units for one unit: the normal price. */
  price: number;
  /** Minor units for one unit under the promo. */
  promoPrice: number;
  /** Before this the item is sold under promos alone; 0 without one. */
  promosEndAt: number;
  /** From here on users may join the promo. */
  queueOpenAt: number;
  /** 1 while the promo is paused. */
  paused: number;
  /** 1 where the item is sold at its normal price while it has no promo. */
  normalSale: number;
  /** Of the promo: a place in `queueModes`. */
  queue: number;
  /** Of the promo: it has room for `gateFactor × left − outstanding` more. */
  gateFactor: number;
  /** Orders that are archived. */
  archived: number;
  /** A token for the normal price that ends by then may have bought one of them; 0 where none has. */
  spentTokensEndAt: number;
}

/** What an order is judged by comes first: a cache line. */
const fields = [
  'left',
  'promo',
  'startAt',
  'endAt',
  'promosEndAt',
  'paused',
  'normalSale',
  'leftSeq',
  'held',
  'sold',
  'loaded',
  'admitted',
  'outstanding',
  'waiting',
  'refundsDue',
  'orders',
  'seq',
  'price',
  'promoPrice',
  'queueOpenAt',
  'queue',
  'gateFactor',
  'archived',
  'spentTokensEndAt',
] as const satisfies readonly (keyof BoardRow)[];

const at = Object.fromEntries(fields.map((name, index) => [name, index])) as Record<
  keyof BoardRow, // `fields` names every key, which `satisfies` alone cannot prove.
  number
>;

/** Refusals that are counted for each item, in the order of their counters. */
const countedCodes: readonly Code[] = [
  code.outcomeUnknown,
  code.outOfStock,
  code.journalUnavailable,
  code.tooBusy,
  code.notStarted,
  code.ended,
  code.limitReached,
  code.tokenExpired,
  code.gateClosed,
  code.wrongState,
  code.refundDue,
  code.notOnSale,
  code.usedOtherwise,
  code.promoOnly,
  code.paused,
];
const counterOf = new Map(countedCodes.map((counted, index) => [counted, index]));

const rowWords = 24;
const counterWords = 16;
if (fields.length > rowWords || countedCodes.length > counterWords) {
  throw new Error('a row of the board is too short');
}

export type SaleStatus = 'none' | 'pending' | 'running' | 'paused' | 'ended';

export class Board {
  /** Promos ever published, of any item. */
  readonly promos: PromoNumbers;
  readonly buyers: BuyerFilter;

  static bytes(): number {
    const rows = itemIdMax + 1;
    const perItem = rowWords * 8 + 4 + counterWords * 4;
    return rows * perItem + BuyerFilter.bytes + PromoNumbers.bytes + OpenedItems.bytes;
  }

  readonly #rows: Float64Array;
  readonly #versions: Int32Array;
  readonly #counters: Int32Array;
  readonly #opened: OpenedItems;

  constructor(memory: SharedArrayBuffer) {
    const rows = itemIdMax + 1;
    const versionsAt = rows * rowWords * 8;
    const countersAt = versionsAt + rows * 4;
    const filterAt = countersAt + rows * counterWords * 4;
    this.#rows = new Float64Array(memory, 0, rows * rowWords);
    this.#versions = new Int32Array(memory, versionsAt, rows);
    this.#counters = new Int32Array(memory, countersAt, rows * counterWords);
    this.buyers = new BuyerFilter(memory, filterAt);
    const promosAt = filterAt + BuyerFilter.bytes;
    this.promos = new PromoNumbers(memory, promosAt);
    this.#opened = new OpenedItems(memory, promosAt + PromoNumbers.bytes);
  }

  /** Writes an item's row; only its actor thread may call this. */
  write(item: number, row: BoardRow): void {
    const offset = item * rowWords;
    if (Atomics.add(this.#versions, item, 1) === 0) this.#opened.note(item);
    for (let index = 0; index < fields.length; index++) {
      this.#rows[offset + index] = row[fields[index]!];
    }
    // 0 would say that the item was never opened, so a version that wraps skips it.
    const version = (Atomics.load(this.#versions, item) + 1) | 0;
    Atomics.store(this.#versions, item, version === 0 ? 2 : version);
  }

  /** Makes the version even again where a thread died while it wrote the row. */
  repair(item: number): void {
    if ((Atomics.load(this.#versions, item) & 1) === 1) Atomics.add(this.#versions, item, 1);
  }

  /** The item's row, or null when the item has never been opened. */
  read(item: number): BoardRow | null {
    if (!this.has(item)) return null;
    for (;;) {
      const version = Atomics.load(this.#versions, item);
      const row = this.#copy(item);
      if ((version & 1) === 0 && Atomics.load(this.#versions, item) === version) return row;
    }
  }

  has(item: number): boolean {
    return item >= 1 && item <= itemIdMax && Atomics.load(this.#versions, item) !== 0;
  }

  /** A number that changes whenever the item's row does. */
  version(item: number): number {
    return Atomics.load(this.#versions, item);
  }

  /**
   * Hot path: the refusal that the board gives a new order, 0 when the actor must decide. `now` in
   * milliseconds. Reads the row without copying it.
   */
  refusal(item: number, promo: number, amount: number, now: number): Code {
    if (!this.has(item)) return code.notOnSale;
    const offset = item * rowWords;
    const rows = this.#rows;
    for (;;) {
      const version = Atomics.load(this.#versions, item);
      const left = rows[offset + at.left]!;
      const current = rows[offset + at.promo]!;
      const startAt = rows[offset + at.startAt]!;
      const endAt = rows[offset + at.endAt]!;
      const promosEndAt = rows[offset + at.promosEndAt]!;
      const paused = rows[offset + at.paused]! === 1;
      const normalSale = rows[offset + at.normalSale]! === 1;
      if ((version & 1) === 1 || Atomics.load(this.#versions, item) !== version) continue;
      if (promo === 0) {
        if (now < promosEndAt) return code.promoOnly;
        if (!normalSale) return code.notOnSale;
      } else if (promo === current) {
        if (now >= endAt) return code.ended;
        if (now < startAt) return code.notStarted;
        if (paused) return code.paused;
      }
      return amount > left ? code.outOfStock : code.ok;
    }
  }

  /**
   * Whether a purchase token, which ends at a time in milliseconds, may have bought an order that is archived, so that
   * its actor must be asked for the answer. No order of a promo is that is not over.
   */
  mayBeArchived(item: number, promo: number, endsAt: number, now: number): boolean {
    const offset = item * rowWords;
    const rows = this.#rows;
    if (!this.has(item) || rows[offset + at.archived] === 0) return false;
    if (promo === 0) return endsAt <= rows[offset + at.spentTokensEndAt]!;
    return promo !== rows[offset + at.promo]! || now >= rows[offset + at.endAt]!;
  }

  /** Sequence of the entry since which fewer than `amount` units are left; 0 when enough are left. */
  outOfStockSince(item: number, amount: number): Sequence {
    const offset = item * rowWords;
    for (;;) {
      const version = Atomics.load(this.#versions, item);
      const left = this.#rows[offset + at.left]!;
      const leftSeq = this.#rows[offset + at.leftSeq]!;
      if ((version & 1) === 1 || Atomics.load(this.#versions, item) !== version) continue;
      return amount > left ? leftSeq : 0;
    }
  }

  /** Counts a refusal of a code that is counted by item; other codes are ignored. */
  count(item: number, refused: Code): void {
    const counter = counterOf.get(refused);
    if (counter !== undefined && this.has(item)) {
      Atomics.add(this.#counters, item * counterWords + counter, 1);
    }
  }

  /** Refusals by code since the engine started; a counter wraps at 2^32. */
  refused(item: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [index, counted] of countedCodes.entries()) {
      const count = Atomics.load(this.#counters, item * counterWords + index) >>> 0;
      if (count > 0) counts[String(counted)] = count;
    }
    return counts;
  }

  /** Records a user as a buyer of an item, before any row shows what they bought. */
  markBuyer(item: number, user: number): void {
    this.buyers.mark(item, user);
  }

  /** Records the buyers of a batch, given as items and users alternating. */
  markBuyers(buyers: readonly number[]): void {
    this.buyers.markAll(buyers);
  }

  /** Whether the user may have bought the item; false is certain. */
  maybeBuyer(item: number, user: number): boolean {
    return this.buyers.maybe(item, user);
  }

  /** How many items were ever opened. */
  get opened(): number {
    return this.#opened.count;
  }

  /** Items ever opened, by id. */
  *items(): Generator<number> {
    const { highest } = this.#opened;
    for (let item = 1; item <= highest; item++) if (this.has(item)) yield item;
  }

  /** The highest item ever opened; 0 without one. */
  lastItem(): number {
    return this.#opened.highest;
  }

  /** Field by field: every item page calls this. */
  #copy(item: number): BoardRow {
    const offset = item * rowWords;
    const rows = this.#rows;
    return {
      loaded: rows[offset + at.loaded]!,
      held: rows[offset + at.held]!,
      sold: rows[offset + at.sold]!,
      left: rows[offset + at.left]!,
      admitted: rows[offset + at.admitted]!,
      outstanding: rows[offset + at.outstanding]!,
      waiting: rows[offset + at.waiting]!,
      refundsDue: rows[offset + at.refundsDue]!,
      orders: rows[offset + at.orders]!,
      seq: rows[offset + at.seq]!,
      leftSeq: rows[offset + at.leftSeq]!,
      promo: rows[offset + at.promo]!,
      startAt: rows[offset + at.startAt]!,
      endAt: rows[offset + at.endAt]!,
      price: rows[offset + at.price]!,
      promoPrice: rows[offset + at.promoPrice]!,
      promosEndAt: rows[offset + at.promosEndAt]!,
      queueOpenAt: rows[offset + at.queueOpenAt]!,
      paused: rows[offset + at.paused]!,
      normalSale: rows[offset + at.normalSale]!,
      queue: rows[offset + at.queue]!,
      gateFactor: rows[offset + at.gateFactor]!,
      archived: rows[offset + at.archived]!,
      spentTokensEndAt: rows[offset + at.spentTokensEndAt]!,
    };
  }
}

/** How many more the gate of the promo shown has room for, whether or not anybody may pass it now. */
export function gateRoom({ gateFactor, left, outstanding }: BoardRow): number {
  return Math.max(0, gateFactor * left - outstanding);
}

/** The status of the promo that the board shows, in the words of the API; 'none' without a promo. */
export function saleStatus(row: BoardRow, now: number): SaleStatus {
  if (row.promo === 0) return 'none';
  if (now >= row.endAt) return 'ended';
  if (row.paused === 1) return 'paused';
  return now < row.startAt ? 'pending' : 'running';
}
