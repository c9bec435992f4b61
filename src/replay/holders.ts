/** An audit's own record of an item's users: a row for each pair of user and terms. */
import { grown, HashIndex, hashJoin, hashOf } from '../../actors/columns.ts';

export class Holders {
  #count = 0;
  #user = new Float64Array(0);
  #terms = new Uint16Array(0);
  #index = new HashIndex();
  /** By row: units the user holds or owns under the terms. */
  units = new Float64Array(0);
  /** By row: whether the user was admitted under the terms. */
  admitted = new Uint8Array(0);

  /** Hot: the row of a user under terms, made where there was none. */
  row(user: number, terms: number): number {
    const hash = holderHash(user, terms);
    const index = this.#index;
    for (let slot = index.start(hash); ; slot = index.after(slot)) {
      const row = index.rowAt(slot);
      if (row < 0) return this.#add(user, terms, hash);
      if (this.#user[row] === user && this.#terms[row] === terms) return row;
    }
  }

  #add(user: number, terms: number, hash: number): number {
    const row = this.#count++;
    if (this.#count > this.#user.length) this.#grow();
    this.#user[row] = user;
    this.#terms[row] = terms;
    this.#index.add(row, hash, this.#hashOfRow);
    return row;
  }

  readonly #hashOfRow = (row: number): number => holderHash(this.#user[row]!, this.#terms[row]!);

  #grow(): void {
    this.#user = grown(this.#user, this.#count);
    this.#terms = grown(this.#terms, this.#count);
    this.units = grown(this.units, this.#count);
    this.admitted = grown(this.admitted, this.#count);
  }
}

function holderHash(user: number, terms: number): number {
  return hashJoin(hashOf(user), terms);
}
