/**
 * An audit's own record of one item's orders, in columns. It is kept apart from the actor's, which is
 * what is being audited, and with the entries at which an order changed, so that it can tell what an
 * order was as of any entry. It also holds what no actor could have decided: a number used twice, or
 * left out.
 *
 * The columns are cut into chunks by row, so that nothing is copied as they grow. What most orders do not have
 * (another number than their row's, a payment's name, a second change) takes no room where there is none.
 */

import type { Placed, Sequence } from '../../../actors/events.ts';
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';
import { type OrderStatus, orderStatus } from '../../../actors/protocol.ts';
import { IntegerChunk } from './integers.ts';
import { Texts } from './texts.ts';

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

/** Sequences take 32 bits: the books have no gaps, and so many entries are terabytes. */
class OrderChunk implements Chunk {
  static readonly rowBytes = 8 + 4 * 4 + 1;
  readonly rows: number;
  readonly placedAt: Float64Array;
  readonly placedSeq: Uint32Array;
  readonly holder: Int32Array;
  readonly amount: Int32Array;
  readonly price: Int32Array;
  readonly status: Uint8Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / OrderChunk.rowBytes;
    const column = carve(this);
    this.placedAt = column(Float64Array);
    this.placedSeq = column(Uint32Array);
    this.holder = column(Int32Array);
    this.amount = column(Int32Array);
    this.price = column(Int32Array);
    this.status = column(Uint8Array);
  }
}

/** The last change of an order. */
class ChangeChunk implements Chunk {
  static readonly rowBytes = 8 + 4;
  readonly rows: number;
  readonly at: Float64Array;
  readonly seq: Uint32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / ChangeChunk.rowBytes;
    const column = carve(this);
    this.at = column(Float64Array);
    this.seq = column(Uint32Array);
  }
}

/** A change before the last, and the one before it of the same order, plus one; 0 without. */
class EarlierChunk implements Chunk {
  static readonly rowBytes = 8 + 2 * 4 + 1;
  readonly rows: number;
  readonly at: Float64Array;
  readonly seq: Uint32Array;
  readonly before: Int32Array;
  readonly status: Uint8Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / EarlierChunk.rowBytes;
    const column = carve(this);
    this.at = column(Float64Array);
    this.seq = column(Uint32Array);
    this.before = column(Int32Array);
    this.status = column(Uint8Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

export class OrderBook {
  count = 0;

  readonly #chunks = new Chunks(OrderChunk);
  /** Of settled orders only. */
  readonly #changes = new Chunks(ChangeChunk);
  /** Of orders whose number is not their row plus one. */
  readonly #numbers = new Chunks(IntegerChunk);
  /** Where the names of payments at their provider are in the texts, plus one; 0 without. */
  readonly #references = new Chunks(IntegerChunk);
  readonly #texts = new Texts();

  /** Of orders that changed more than once: the change before the last, plus one; 0 without. */
  readonly #lastEarlier = new Chunks(IntegerChunk);
  readonly #earlier = new Chunks(EarlierChunk);
  #earlierCount = 0;
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
    const chunk = this.#chunks.grown(row);
    const index = within(row);
    chunk.placedAt[index] = at;
    chunk.placedSeq[index] = seq;
    chunk.holder[index] = holder;
    chunk.amount[index] = amount;
    chunk.price[index] = price;
    chunk.status[index] = orderStatus.placed;
    if (n > this.#highest) this.#highest = n;
    if (n !== row + 1 || this.#byNumber !== null) this.#number(row, n);
    return row;
  }

  /** The row of an order, or -1. */
  rowOf(n: number): number {
    if (this.#byNumber !== null) return this.#byNumber.get(n) ?? -1;
    return n <= this.count ? n - 1 : -1;
  }

  numberOf(row: number): number {
    const known = this.#byNumber === null ? 0 : (this.#numbers.find(row)?.value[within(row)] ?? 0);
    return known === 0 ? row + 1 : known;
  }

  /** The row of its user and terms among the item's holders. */
  holderOf(row: number): number {
    return this.#chunks.at(row).holder[within(row)]!;
  }

  amountOf(row: number): number {
    return this.#chunks.at(row).amount[within(row)]!;
  }

  /** Minor units for one unit, when the order was placed. */
  priceOf(row: number): number {
    return this.#chunks.at(row).price[within(row)]!;
  }

  statusOf(row: number): OrderStatus {
    return this.#chunks.at(row).status[within(row)] as OrderStatus; // Only `add` and `settle` write it.
  }

  placedAtOf(row: number): number {
    return this.#chunks.at(row).placedAt[within(row)]!;
  }

  placedSeqOf(row: number): Sequence {
    return this.#chunks.at(row).placedSeq[within(row)]!;
  }

  settle(row: number, status: OrderStatus, at: number, seq: Sequence): void {
    const { status: column } = this.#chunks.at(row);
    const index = within(row);
    if (column[index] !== orderStatus.placed) this.#keepChange(row);
    column[index] = status;
    const change = this.#changes.grown(row);
    change.at[index] = at;
    change.seq[index] = seq;
  }

  /** What an order was after an entry; null where it was not placed yet. */
  asOf(row: number, seq: Sequence): OrderThen | null {
    if (this.placedSeqOf(row) > seq) return null;
    if (this.statusOf(row) === orderStatus.placed) return unchanged;
    const last = this.#last(row);
    const known = [...this.#changesBefore(row), last].filter((change) => change.seq <= seq);
    const { status, at: changedAt } = known.at(-1) ?? { status: orderStatus.placed, at: 0 };
    const paidAt = known.find((change) => change.status === orderStatus.paid)?.at ?? 0;
    return { status, changedAt, paidAt };
  }

  /** The total that is to be paid, in minor units. */
  totalMinor(row: number): number {
    return this.priceOf(row) * this.amountOf(row);
  }

  /** The payment's name at its provider; null without one. */
  reference(row: number): string | null {
    const place = this.#references.find(row)?.value[within(row)] ?? 0;
    return place === 0 ? null : this.#texts.at(place - 1);
  }

  setReference(row: number, reference: string): void {
    this.#references.grown(row).value[within(row)] = this.#texts.add(reference) + 1;
  }

  /** Units of the orders that now have a status. */
  unitsWith(status: OrderStatus): number {
    let units = 0;
    for (let row = 0; row < this.count; row++) {
      if (this.statusOf(row) === status) units += this.amountOf(row);
    }
    return units;
  }

  #last(row: number): Change {
    const { at, seq } = this.#changes.at(row);
    return { status: this.statusOf(row), at: at[within(row)]!, seq: seq[within(row)]! };
  }

  /** Oldest first. */
  #changesBefore(row: number): Change[] {
    const changes: Change[] = [];
    let next = this.#lastEarlier.find(row)?.value[within(row)] ?? 0;
    while (next > 0) {
      const { status, at, seq, before } = this.#earlier.at(next - 1);
      const index = within(next - 1);
      const was = status[index] as OrderStatus; // `#keepChange` wrote it.
      changes.push({ status: was, at: at[index]!, seq: seq[index]! });
      next = before[index]!;
    }
    return changes.reverse();
  }

  #keepChange(row: number): void {
    const { status, at, seq } = this.#last(row);
    const chunk = this.#earlier.grown(this.#earlierCount);
    const index = within(this.#earlierCount++);
    const { value: last } = this.#lastEarlier.grown(row);
    chunk.status[index] = status;
    chunk.at[index] = at;
    chunk.seq[index] = seq;
    chunk.before[index] = last[within(row)]!;
    last[within(row)] = this.#earlierCount;
  }

  /** Notes a number where they have not been 1, 2, 3 …, which no actor gives. */
  #number(row: number, n: number): void {
    this.#byNumber ??= new Map(Array.from({ length: row }, (_, before) => [before + 1, before]));
    if (!this.#byNumber.has(n)) this.#byNumber.set(n, row);
    this.#numbers.grown(row).value[within(row)] = n;
  }
}
