/**
 * The orders of one item, in columns, by their numbers from 1. Only facts are kept: what follows from an item's
 * terms (the deadline) is computed. The holds and the token index are derived, so they are not part of the
 * canonical form.
 *
 * Those up to `archived` can change no more and are here no more: SQL has them. Only `statusOf` and the like of
 * the numbers after it have a meaning.
 */

import { type OrderStatus, orderStatus } from '../protocol.ts';
import {
  type Chunk,
  Chunks,
  carve,
  chunkRows,
  hashJoin,
  hashOf,
  type StoredChunks,
  type Take,
} from './columns.ts';
import { HashIndex, type StoredIndex } from './hash-index.ts';
import { Holds } from './holds.ts';

class OrderChunk implements Chunk {
  static readonly rowBytes = 5 * 8 + 2 * 4 + 2 + 1;
  readonly rows: number;
  readonly user: Float64Array;
  readonly nonce: Float64Array;
  readonly createdAt: Float64Array;
  readonly changedAt: Float64Array;
  readonly payment: Float64Array;
  readonly amount: Int32Array;
  readonly price: Int32Array;
  readonly terms: Uint16Array;
  readonly status: Uint8Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / OrderChunk.rowBytes;
    const column = carve(this);
    this.user = column(Float64Array);
    this.nonce = column(Float64Array);
    this.createdAt = column(Float64Array);
    this.changedAt = column(Float64Array);
    this.payment = column(Float64Array);
    this.amount = column(Int32Array);
    this.price = column(Int32Array);
    this.terms = column(Uint16Array);
    this.status = column(Uint8Array);
  }
}

/** Orders as they are stored, beside the memory of their chunks and of the index's segments. */
export interface StoredOrders {
  count: number;
  archived: number;
  chunks: StoredChunks;
  byToken: StoredIndex;
  paidAtOfRefunded: [n: number, paidAt: number][];
  longTokens: [n: number, endsAt: number][];
}

const within = (n: number) => (n - 1) & (chunkRows - 1);

export class Orders {
  count = 0;
  /** The last of those that are kept no more; 0 for none. */
  archived = 0;

  /** By number: when orders that were refunded had been paid. */
  readonly paidAtOfRefunded = new Map<number, number>();
  /** By number: when purchase tokens end that live longer than most (`Placed.tokenEndsAt`). */
  readonly longTokens = new Map<number, number>();

  readonly #chunks = new Chunks(OrderChunk);
  readonly #byToken = new HashIndex();
  readonly #holds = new Holds((n) => this.has(n) && this.statusOf(n) === orderStatus.placed);

  /** Adds an order and returns its number; its units are held until `deadline`, or sold at once at Infinity. */
  add(
    user: number,
    terms: number,
    amount: number,
    price: number,
    nonce: number,
    at: number,
    deadline: number,
  ): number {
    const n = ++this.count;
    const chunk = this.#chunks.grown(n - 1);
    const row = within(n);
    chunk.user[row] = user;
    chunk.nonce[row] = nonce;
    // The other columns are 0 where nothing was written yet.
    chunk.createdAt[row] = at;
    chunk.amount[row] = amount;
    chunk.price[row] = price;
    chunk.terms[row] = terms;
    if (deadline === Number.POSITIVE_INFINITY) {
      this.settle(n, orderStatus.paid, at);
    } else {
      chunk.status[row] = orderStatus.placed;
      this.#holds.add(n, deadline);
    }
    return n;
  }

  /** Whether an order with this number exists, and is kept. */
  has(n: number): boolean {
    return n > this.archived && n <= this.count;
  }

  /** How many are kept. */
  get kept(): number {
    return this.count - this.archived;
  }

  /** Whether an order existed, and is kept no more. */
  isArchived(n: number): boolean {
    return n > 0 && n <= this.archived;
  }

  /** The numbers of all that are kept. */
  *numbers(): Generator<number> {
    for (let n = this.archived + 1; n <= this.count; n++) yield n;
  }

  userOf(n: number): number {
    return this.#chunks.at(n - 1).user[within(n)]!;
  }

  nonceOf(n: number): number {
    return this.#chunks.at(n - 1).nonce[within(n)]!;
  }

  createdAtOf(n: number): number {
    return this.#chunks.at(n - 1).createdAt[within(n)]!;
  }

  /** When the order was paid, cancelled, refunded or expired; 0 while it is placed. */
  changedAtOf(n: number): number {
    return this.#chunks.at(n - 1).changedAt[within(n)]!;
  }

  /** The reference of its payment as a number (`referenceNumber`); 0 without one. */
  paymentOf(n: number): number {
    return this.#chunks.at(n - 1).payment[within(n)]!;
  }

  amountOf(n: number): number {
    return this.#chunks.at(n - 1).amount[within(n)]!;
  }

  /** Minor units for one unit of the item: that of its terms may have changed since. */
  priceOf(n: number): number {
    return this.#chunks.at(n - 1).price[within(n)]!;
  }

  /** Index into the item's terms. */
  termsOf(n: number): number {
    return this.#chunks.at(n - 1).terms[within(n)]!;
  }

  statusOf(n: number): OrderStatus {
    return this.#chunks.at(n - 1).status[within(n)] as OrderStatus; // Only `settle` and `add` write it.
  }

  /** Indexes an order by its purchase token; once for each order that `find` is to find. */
  indexToken(n: number): void {
    this.#byToken.add(n - 1, tokenHash(this.userOf(n), this.nonceOf(n)));
  }

  /** The number of the indexed order that this purchase token bought, or 0. */
  find(user: number, terms: number, nonce: number): number {
    const index = this.#byToken;
    const hash = tokenHash(user, nonce);
    for (let slot = index.start(hash); ; slot = index.after(slot, hash)) {
      const n = index.rowAt(slot) + 1;
      if (n === 0) return 0;
      if (n <= this.archived) continue;
      if (this.nonceOf(n) === nonce && this.userOf(n) === user && this.termsOf(n) === terms) {
        return n;
      }
    }
  }

  settle(n: number, status: OrderStatus, at: number): void {
    const chunk = this.#chunks.at(n - 1);
    const row = within(n);
    if (status === orderStatus.refunded) this.paidAtOfRefunded.set(n, chunk.changedAt[row]!);
    chunk.status[row] = status;
    chunk.changedAt[row] = at;
  }

  notePayment(n: number, payment: number): void {
    if (payment !== 0) this.#chunks.at(n - 1).payment[within(n)] = payment;
  }

  /** The number of the order whose hold ends first, or 0. */
  firstHold(): number {
    return this.#holds.first();
  }

  /** Deadline of the first hold; Infinity without one. */
  firstDeadline(): number {
    return this.#holds.firstDeadline();
  }

  /** Gives up all orders up to a number; none of them holds units. */
  archive(upTo: number): void {
    this.archived = upTo;
    this.#chunks.drop(upTo, upTo === this.count);
    if (upTo === this.count) this.#byToken.clear(upTo);
    else this.#byToken.forgetBelow(upTo);
    for (const few of [this.paidAtOfRefunded, this.longTokens]) {
      for (const n of few.keys()) if (n <= upTo) few.delete(n);
    }
  }

  /** Bytes of memory that the columns and indexes take. */
  get bytes(): number {
    return this.#chunks.bytes + this.#byToken.bytes + this.#holds.bytes;
  }

  /** What `restore` makes the same orders of; the memory is theirs, not a copy. */
  stored(): { orders: StoredOrders; memories: Uint8Array[] } {
    const { count, archived } = this;
    const { chunks, memories } = this.#chunks.stored();
    const { index: byToken, segments } = this.#byToken.stored();
    const paidAtOfRefunded = [...this.paidAtOfRefunded];
    const longTokens = [...this.longTokens];
    return {
      orders: { count, archived, chunks, byToken, paidAtOfRefunded, longTokens },
      memories: [...memories, ...segments],
    };
  }

  /** @param deadline - of an order, by its terms and when it was placed. */
  static restore(
    stored: StoredOrders,
    take: Take,
    deadline: (terms: number, createdAt: number) => number,
  ): Orders {
    const orders = new Orders();
    const { count, archived, chunks, byToken } = stored;
    orders.count = count;
    orders.archived = archived;
    orders.#chunks.restore(archived, chunks, take);
    orders.#byToken.restore(byToken, take, archived);
    for (const [n, paidAt] of stored.paidAtOfRefunded) orders.paidAtOfRefunded.set(n, paidAt);
    for (const [n, endsAt] of stored.longTokens) orders.longTokens.set(n, endsAt);
    // By chunks: a start reads the status of each of millions of orders here.
    for (const [first, { status, terms, createdAt }] of orders.#chunks.all()) {
      const end = Math.min(count - first, status.length);
      for (let row = Math.max(0, archived - first); row < end; row++) {
        if (status[row] !== orderStatus.placed) continue;
        orders.#holds.add(first + row + 1, deadline(terms[row]!, createdAt[row]!));
      }
    }
    return orders;
  }
}

function tokenHash(user: number, nonce: number): number {
  return hashJoin(hashOf(nonce), hashOf(user));
}
