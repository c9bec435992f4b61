/**
 * One item's orders, newest first, for a walk that merges those of several items. An item has one writer, whose time
 * never goes back: its orders lie in the order of their times, so that a time is found by halving, without an index
 * that the projector would have to keep. (Where an operator has set the time back, `--set-time-back`, an item's orders
 * from before and after it are in the order of their numbers, and a search by time may miss some of them.)
 */
import { orderKey, orderOfKey } from '../../order-id.ts';
import type { OrderCursor, OrderRow } from '../rows.ts';
import { type OrderFilter, type OrderReads, placeOf } from './order-walk.ts';

/** Rows that are read first, before it shows that more of the same item are wanted. */
const readRowsMin = 4;

/** Rows that one read looks at, at most. */
const lookRows = 5_000;

export class ItemRun {
  /** No order of this run that was not given yet is newer; null at its end. */
  head: OrderCursor | null;
  /** What has been found and not given yet, newest first; `head` is the first of them. */
  #found: OrderRow[] = [];
  readonly #firstKey: number;
  /** Orders from this key on have been looked at; null before the run has begun. */
  #belowKey: number | null = null;
  #readRows = readRowsMin;

  /**
   * @param newest - the item's newest order
   * @param keptRows - how many orders may be kept until they are taken
   */
  constructor(
    private readonly reads: OrderReads,
    private readonly filter: OrderFilter,
    private readonly newest: OrderCursor,
    private readonly after: OrderCursor | null,
    private readonly keptRows: number,
  ) {
    this.#firstKey = orderKey(orderOfKey(newest.key).item, 0);
    const createdAt = Math.min(newest.createdAt, this.#belowAt() - 1);
    const isOwn = after !== null && this.#isOwn(after);
    this.head = { createdAt, key: isOwn ? after.key - 1 : newest.key };
    this.#endIfTooOld();
  }

  /** Whether it is known where the run begins. */
  get hasBegun(): boolean {
    return this.#belowKey !== null;
  }

  /** Where another walk goes on with what this run, which has begun, has not given. */
  get rest(): OrderCursor {
    const { createdAt, key } = this.head!; // Whoever asks has seen one.
    return { createdAt, key: key + 1 };
  }

  /** Whether the head is an order that fits. */
  get isFound(): boolean {
    return this.#found.length > 0;
  }

  /** Gives the head, which is found. */
  take(): OrderRow {
    const row = this.#found.shift()!;
    const [next] = this.#found;
    if (next !== undefined) this.head = placeOf(next);
    else this.head = { createdAt: row.createdAt, key: row.key - 1 };
    if (this.head.key <= this.#firstKey) this.head = null;
    return row;
  }

  /** Finds where the run begins, by halving. */
  async begin(): Promise<void> {
    this.#belowKey = await this.#beginning();
    await this.#findHead();
  }

  /**
   * Looks further, at so many rows at most, so that the head is found, or older, or null. Resolves with how many rows
   * it has looked at.
   */
  async look(most: number): Promise<number> {
    const belowKey = this.#belowKey!;
    const from = Math.max(this.#firstKey, belowKey - Math.min(lookRows, most));
    const limit = this.#readRows;
    this.#found = await this.reads.fitting(this.filter, from, belowKey, limit);
    this.#readRows = Math.min(this.#readRows * 2, this.keptRows);
    const isCut = this.#found.length === limit;
    this.#belowKey = isCut ? this.#found.at(-1)!.key : from;
    if (this.#found.length > 0) this.head = placeOf(this.#found[0]!);
    else await this.#findHead();
    return belowKey - this.#belowKey;
  }

  async #findHead(): Promise<void> {
    this.head = await this.reads.lastIn(this.#firstKey, this.#belowKey!);
    if (this.head !== null) this.#belowKey = this.head.key + 1;
    this.#endIfTooOld();
  }

  /** The key below which this run begins. */
  async #beginning(): Promise<number> {
    const { after, newest } = this;
    if (after !== null && this.#isOwn(after)) return after.key;
    const belowAt = this.#belowAt();
    if (newest.createdAt < belowAt) return newest.key + 1;
    let [from, below] = [this.#firstKey, newest.key + 1];
    while (from < below) {
      const middle = Math.floor((from + below) / 2);
      const place = await this.reads.firstIn(middle, below);
      if (place === null || place.createdAt >= belowAt) below = middle;
      else from = place.key + 1;
    }
    return from;
  }

  /** The first time at which no order of this run was placed. */
  #belowAt(): number {
    const { after, filter } = this;
    const belowAt = filter.belowAt ?? Number.POSITIVE_INFINITY;
    if (after === null) return belowAt;
    // Of orders with the same time, the higher keys come first.
    const mayBeSame = this.newest.key < after.key || this.#isOwn(after);
    return Math.min(belowAt, mayBeSame ? after.createdAt + 1 : after.createdAt);
  }

  #isOwn({ key }: OrderCursor): boolean {
    return orderOfKey(key).item === orderOfKey(this.newest.key).item;
  }

  #endIfTooOld(): void {
    const { fromAt } = this.filter;
    if (fromAt !== null && this.head !== null && this.head.createdAt < fromAt) this.head = null;
  }
}
