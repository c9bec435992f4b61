/**
 * What one item knows of its users, in columns: a row for each pair of user and terms, with the
 * units the user holds or owns under those terms and the nonce of their admission.
 */
import { grown, HashIndex, hashJoin, hashOf } from './columns.ts';

export class Buyers {
  count = 0;
  user = new Float64Array(0);
  terms = new Uint16Array(0);
  units = new Int32Array(0);
  /** 0: not admitted. */
  nonce = new Float64Array(0);
  /** The number of the first order; 0 without one. */
  firstOrder = new Int32Array(0);

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
    this.user[row] = user;
    this.terms[row] = terms;
    this.units[row] = 0;
    this.nonce[row] = 0;
    this.firstOrder[row] = 0;
    this.#index.add(row, hash);
    return row;
  }

  get bytes(): number {
    const columns = [this.user, this.terms, this.units, this.nonce, this.firstOrder];
    return columns.reduce((sum, c) => sum + c.byteLength, this.#index.bytes);
  }

  #grow(): void {
    this.user = grown(this.user, this.count);
    this.terms = grown(this.terms, this.count);
    this.units = grown(this.units, this.count);
    this.nonce = grown(this.nonce, this.count);
    this.firstOrder = grown(this.firstOrder, this.count);
  }
}

function buyerHash(user: number, terms: number): number {
  return hashJoin(hashOf(user), terms);
}
