/**
 * An audit's own record of one item's orders, in columns. It is kept apart from the actor's, which is
 * what is being audited, and with the entries at which an order changed, so that it can tell what an
 * order was as of any entry. It also holds what no actor could have decided: a number used twice, or
 * left out.
 */

import type { Placed, Sequence } from '../../../actors/events.ts';
import { grown } from '../../../actors/item/columns.ts';
import { type OrderStatus, orderStatus } from '../../../actors/protocol.ts';

/** An order as of an entry. */
export interface OrderThen {
  status: OrderStatus;
  /** When it was paid, cancelled or refunded, or expired; 0 while it is placed. */
  changedAt: number;
  /** When it was paid, also where its money has gone back since; 0 where it was not. */
  paidAt: number;
}

/** What an order was before it became what it is. */
interface Change {
  status: OrderStatus;
  at: number;
  seq: Sequence;
}

const unchanged: OrderThen = { status: orderStatus.placed, changedAt: 0, paidAt: 0 };

export class OrderBook {
  count = 0;
  number = new Int32Array(0);
  /** The row of its user and terms among the item's holders. */
  holder = new Int32Array(0);
  amount = new Int32Array(0);
  /** Minor units for one unit, when the order was placed. */
  price = new Int32Array(0);
  status = new Uint8Array(0);
  placedAt = new Float64Array(0);
  placedSeq = new Float64Array(0);
  /** Of settled orders only: these two reach no further than the last of them. */
  changedAt = new Float64Array(0);
  changedSeq = new Float64Array(0);
  /** By row: names of payments at their provider, where there are any. */
  readonly #references: (string | undefined)[] = [];

  /** By row: of orders that changed more than once, the changes before the last. */
  readonly #earlier = new Map<number, Change[]>();
  /** By number: rows, once the numbers have not been 1, 2, 3 …; for a number used twice, the first. */
  #byNumber: Map<number, number> | null = null;
  #highest = 0;

  /** The number that the next order should have. */
  get nextNumber(): number {
    return this.#highest + 1;
  }

  /** Hot: adds a placed order, and returns its row. */
  add({ n, amount, price }: Placed, holder: number, at: number, seq: Sequence): number {
    const row = this.count++;
    if (this.count > this.number.length) this.#grow();
    if (n > this.#highest) this.#highest = n;
    this.number[row] = n;
    this.holder[row] = holder;
    this.amount[row] = amount;
    this.price[row] = price;
    this.status[row] = orderStatus.placed;
    this.placedAt[row] = at;
    this.placedSeq[row] = seq;
    if (this.#byNumber === null && n !== row + 1) this.#byNumber = this.#numbersBefore(row);
    if (this.#byNumber !== null && !this.#byNumber.has(n)) this.#byNumber.set(n, row);
    return row;
  }

  /** The row of an order, or -1. */
  rowOf(n: number): number {
    if (this.#byNumber !== null) return this.#byNumber.get(n) ?? -1;
    return n <= this.count ? n - 1 : -1;
  }

  settle(row: number, status: OrderStatus, at: number, seq: Sequence): void {
    if (this.status[row] !== orderStatus.placed) this.#keepChange(row);
    this.status[row] = status;
    if (row >= this.changedAt.length) {
      this.changedAt = grown(this.changedAt, row + 1);
      this.changedSeq = grown(this.changedSeq, row + 1);
    }
    this.changedAt[row] = at;
    this.changedSeq[row] = seq;
  }

  /** What an order was after an entry; null where it was not placed yet. */
  asOf(row: number, seq: Sequence): OrderThen | null {
    if (this.placedSeq[row]! > seq) return null;
    if (this.status[row] === orderStatus.placed) return unchanged;
    const earlier = this.#earlier.get(row);
    if (earlier === undefined && this.changedSeq[row]! > seq) return unchanged;
    const known = [...(earlier ?? []), this.#last(row)].filter((change) => change.seq <= seq);
    const { status, at: changedAt } = known.at(-1) ?? { status: orderStatus.placed, at: 0 };
    const paidAt = known.find((change) => change.status === orderStatus.paid)?.at ?? 0;
    return { status, changedAt, paidAt };
  }

  /** The total that is to be paid, in minor units. */
  totalMinor(row: number): number {
    return this.price[row]! * this.amount[row]!;
  }

  /** The payment's name at its provider; null without one. */
  reference(row: number): string | null {
    return this.#references[row] ?? null;
  }

  setReference(row: number, reference: string): void {
    this.#references[row] = reference;
  }

  /** Units of the orders that now have a status. */
  unitsWith(status: OrderStatus): number {
    let units = 0;
    for (let row = 0; row < this.count; row++) {
      if (this.status[row] === status) units += this.amount[row]!;
    }
    return units;
  }

  #last(row: number): Change {
    const status = this.status[row] as OrderStatus; // Only `add` and `settle` write this column.
    return { status, at: this.changedAt[row]!, seq: this.changedSeq[row]! };
  }

  #keepChange(row: number): void {
    const earlier = this.#earlier.get(row);
    if (earlier === undefined) this.#earlier.set(row, [this.#last(row)]);
    else earlier.push(this.#last(row));
  }

  #numbersBefore(rows: number): Map<number, number> {
    return new Map(Array.from({ length: rows }, (_, row) => [row + 1, row]));
  }

  #grow(): void {
    this.number = grown(this.number, this.count);
    this.holder = grown(this.holder, this.count);
    this.amount = grown(this.amount, this.count);
    this.price = grown(this.price, this.count);
    this.status = grown(this.status, this.count);
    this.placedAt = grown(this.placedAt, this.count);
    this.placedSeq = grown(this.placedSeq, this.count);
  }
}
