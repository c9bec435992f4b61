/**
 * The orders of one item, in columns; row `n - 1` is order `n`. Only facts are kept: what follows
 * from an item's terms (the deadline) is computed. The heap of holds and the token index are
 * derived, so they are not part of the canonical form.
 */

import { type OrderStatus, orderStatus } from '../protocol.ts';
import { grown, HashIndex, hashJoin, hashOf } from './columns.ts';

export class Orders {
  count = 0;
  user = new Float64Array(0);
  nonce = new Float64Array(0);
  createdAt = new Float64Array(0);
  /** When the order was paid, cancelled, refunded or expired; 0 while it is placed. */
  changedAt = new Float64Array(0);
  /**
   * The reference of its payment as a number (`referenceNumber`); 0 without one, and the column ends with the
   * last that has one.
   */
  payment = new Float64Array(0);
  amount = new Int32Array(0);
  /** Minor units for one unit of the item: that of its terms may have changed since. */
  price = new Int32Array(0);
  /** Index into the item's terms. */
  terms = new Uint16Array(0);
  status = new Uint8Array(0);

  /** By number: when orders that were refunded had been paid. */
  readonly paidAtOfRefunded = new Map<number, number>();

  #byToken = new HashIndex();
  /** Binary heap of the rows that hold units, by deadline, then by number; settled rows stay until they surface. */
  #holds = new Int32Array(0);
  #deadlines = new Float64Array(0);
  #holdCount = 0;

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
    const row = this.count++;
    if (this.count > this.user.length) this.#grow();
    this.user[row] = user;
    this.nonce[row] = nonce;
    // The other columns are 0 where nothing was written yet: orders are never taken away.
    this.createdAt[row] = at;
    this.amount[row] = amount;
    this.price[row] = price;
    this.terms[row] = terms;
    if (deadline === Number.POSITIVE_INFINITY) {
      this.settle(row + 1, orderStatus.paid, at);
    } else {
      this.status[row] = orderStatus.placed;
      this.#pushHold(row, deadline);
    }
    return row + 1;
  }

  /** Indexes an order by its purchase token; once for each order that `find` is to find. */
  indexToken(n: number): void {
    const row = n - 1;
    this.#byToken.add(row, tokenHash(this.user[row]!, this.nonce[row]!));
  }

  /** The number of the indexed order that this purchase token bought, or 0. */
  find(user: number, terms: number, nonce: number): number {
    const index = this.#byToken;
    const hash = tokenHash(user, nonce);
    for (let slot = index.start(hash); ; slot = index.after(slot, hash)) {
      const row = index.rowAt(slot);
      if (row < 0) return 0;
      if (this.nonce[row] === nonce && this.user[row] === user && this.terms[row] === terms) {
        return row + 1;
      }
    }
  }

  settle(n: number, status: OrderStatus, at: number): void {
    if (status === orderStatus.refunded) this.paidAtOfRefunded.set(n, this.changedAt[n - 1]!);
    this.status[n - 1] = status;
    this.changedAt[n - 1] = at;
  }

  notePayment(row: number, payment: number): void {
    if (payment === 0) return;
    this.payment = grown(this.payment, row + 1);
    this.payment[row] = payment;
  }

  /** The number of the order whose hold ends first, or 0. */
  firstHold(): number {
    while (this.#holdCount > 0) {
      const row = this.#holds[0]!;
      if (this.status[row] === orderStatus.placed) return row + 1;
      this.#popHold();
    }
    return 0;
  }

  /** Deadline of the first hold; Infinity without one. */
  firstDeadline(): number {
    return this.firstHold() === 0 ? Number.POSITIVE_INFINITY : this.#deadlines[0]!;
  }

  /** Bytes of memory that the columns and indexes take. */
  get bytes(): number {
    const columns = [this.user, this.nonce, this.createdAt, this.changedAt, this.payment];
    const rest = [this.amount, this.price, this.terms, this.status, this.#holds, this.#deadlines];
    return [...columns, ...rest].reduce((sum, c) => sum + c.byteLength, this.#byToken.bytes);
  }

  #grow(): void {
    this.user = grown(this.user, this.count);
    this.nonce = grown(this.nonce, this.count);
    this.createdAt = grown(this.createdAt, this.count);
    this.changedAt = grown(this.changedAt, this.count);
    this.amount = grown(this.amount, this.count);
    this.price = grown(this.price, this.count);
    this.terms = grown(this.terms, this.count);
    this.status = grown(this.status, this.count);
  }

  #before(deadline: number, row: number, slot: number): boolean {
    const other = this.#deadlines[slot]!;
    return deadline < other || (deadline === other && row < this.#holds[slot]!);
  }

  #pushHold(row: number, deadline: number): void {
    let slot = this.#holdCount++;
    this.#holds = grown(this.#holds, this.#holdCount);
    this.#deadlines = grown(this.#deadlines, this.#holdCount);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!this.#before(deadline, row, parent)) break;
      this.#move(parent, slot);
      slot = parent;
    }
    this.#holds[slot] = row;
    this.#deadlines[slot] = deadline;
  }

  #popHold(): void {
    const last = --this.#holdCount;
    const row = this.#holds[last]!;
    const deadline = this.#deadlines[last]!;
    let slot = 0;
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= last) break;
      if (
        child + 1 < last &&
        this.#before(this.#deadlines[child + 1]!, this.#holds[child + 1]!, child)
      ) {
        child++;
      }
      if (this.#before(deadline, row, child)) break;
      this.#move(child, slot);
      slot = child;
    }
    this.#holds[slot] = row;
    this.#deadlines[slot] = deadline;
  }

  #move(from: number, to: number): void {
    this.#holds[to] = this.#holds[from]!;
    this.#deadlines[to] = this.#deadlines[from]!;
  }
}

function tokenHash(user: number, nonce: number): number {
  return hashJoin(hashOf(nonce), hashOf(user));
}
