/**
 * What one item knows of its users, in columns: a row for each pair of user and terms, with the
 * units the user holds or owns under those terms, and where they stand.
 */
import { grown, HashIndex, hashJoin, hashOf } from './columns.ts';

/**
 * Where a user stands: nowhere, in the pool of a draw, in the queue, or let in. The bit `everAdmitted`
 * beside it says whether they were ever let in.
 */
export const stands = { nowhere: 0, pooled: 1, waiting: 2, admitted: 3 } as const;
export type Stands = (typeof stands)[keyof typeof stands];
const everAdmitted = 4;

export class Buyers {
  count = 0;
  user = new Float64Array(0);
  terms = new Uint16Array(0);
  units = new Int32Array(0);
  /** The number of the first order; 0 without one. */
  firstOrder = new Int32Array(0);

  // These end with the last who ever stood somewhere: who buys with a gateway's token never does.
  /** Of the place or admission, or of the last one; 0 without. */
  nonce = new Float64Array(0);
  /** When the admission was given; 0 without one. */
  since = new Float64Array(0);
  /** The user's row in the line that they stand in. */
  place = new Int32Array(0);
  #stands = new Uint8Array(0);

  #index = new HashIndex();

  /** The row of a user under terms, or -1. */
  find(user: number, terms: number): number {
    return this.#find(user, terms, buyerHash(user, terms));
  }

  #find(user: number, terms: number, hash: number): number {
    const index = this.#index;
    for (let slot = index.start(hash); ; slot = index.after(slot, hash)) {
      const row = index.rowAt(slot);
      if (row < 0 || (this.user[row] === user && this.terms[row] === terms)) return row;
    }
  }

  /** The row of a user under terms, created if missing. */
  row(user: number, terms: number): number {
    const hash = buyerHash(user, terms);
    const found = this.#find(user, terms, hash);
    if (found >= 0) return found;
    const row = this.count++;
    if (this.count > this.user.length) this.#grow();
    // The other columns are 0 where nothing was written yet, and rows are never taken away.
    this.user[row] = user;
    this.terms[row] = terms;
    this.#index.add(row, hash);
    return row;
  }

  /** The same, for a user who is about to stand somewhere: the columns of that have room for them. */
  standingRow(user: number, terms: number): number {
    const row = this.row(user, terms);
    if (row < this.#stands.length) return row;
    this.nonce = grown(this.nonce, row + 1);
    this.since = grown(this.since, row + 1);
    this.place = grown(this.place, row + 1);
    this.#stands = grown(this.#stands, row + 1);
    return row;
  }

  get bytes(): number {
    const columns = [this.user, this.terms, this.units, this.nonce, this.firstOrder];
    const rest = [this.since, this.place, this.#stands];
    return [...columns, ...rest].reduce((sum, c) => sum + c.byteLength, this.#index.bytes);
  }

  /** Where a user stands; `row` -1 is an unknown one. */
  standsAt(row: number): Stands {
    if (row < 0) return stands.nowhere;
    return ((this.#stands[row] ?? stands.nowhere) & ~everAdmitted) as Stands; // `stand` wrote it.
  }

  stand(row: number, where: Stands): void {
    this.#stands[row] = (this.#stands[row]! & everAdmitted) | where;
  }

  /** Notes that a user was let in; true for the first time. */
  noteAdmitted(row: number): boolean {
    const first = (this.#stands[row]! & everAdmitted) === 0;
    this.#stands[row] = everAdmitted | stands.admitted;
    return first;
  }

  #grow(): void {
    this.user = grown(this.user, this.count);
    this.terms = grown(this.terms, this.count);
    this.units = grown(this.units, this.count);
    this.firstOrder = grown(this.firstOrder, this.count);
  }
}

function buyerHash(user: number, terms: number): number {
  return hashJoin(hashOf(user), terms);
}
