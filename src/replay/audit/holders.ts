/**
 * An audit's own record of an item's users: a row for each pair of user and terms, with the purchase
 * tokens they spent. A purchase token is a user, terms and a nonce, so only the orders of one row can
 * have been bought with the same token.
 */
import { grown, hashJoin, hashOf } from '../../../actors/item/columns.ts';
import { HashIndex } from '../../../actors/item/hash-index.ts';

/** Orders of one row that are searched one by one; beyond this, their nonces get a map. */
const walkMax = 16;

export class Holders {
  /** By row: units the user holds or owns under the terms. */
  units = new Float64Array(0);
  /** By row: the user's place among those admitted under the terms, from 1; 0 where they were not. */
  admitted = new Int32Array(0);
  /** By row: the user, and the index of the terms. */
  user = new Float64Array(0);
  terms = new Uint16Array(0);

  #count = 0;
  /** By row: the last order, plus one; 0 without. */
  #last = new Int32Array(0);
  readonly #index = new HashIndex();
  /** Rows with an order, the terms of the last, and whether there are rows of other terms. */
  #buyers = 0;
  #buyersTerms = 0;
  #severalTerms = false;
  /** By order: the nonce that bought it, and the order before of the same row, plus one. */
  #nonce = new Float64Array(0);
  #before = new Int32Array(0);
  /** By row: orders by nonce, for users with many orders. */
  readonly #many = new Map<number, Map<number, number>>();

  /** Hot: the row of a user under terms, created if missing. */
  row(user: number, terms: number): number {
    const hash = hashJoin(hashOf(user), terms);
    const index = this.#index;
    let slot = index.start(hash);
    for (let row = index.rowAt(slot); row >= 0; row = index.rowAt(slot)) {
      if (this.user[row] === user && this.terms[row] === terms) return row;
      slot = index.after(slot, hash);
    }
    const row = this.#count++;
    if (this.#count > this.user.length) this.#grow();
    this.user[row] = user;
    this.terms[row] = terms;
    index.add(row, hash);
    return row;
  }

  /** How many users bought something, under any terms. */
  users(): number {
    if (!this.#severalTerms) return this.#buyers;
    const users = this.user
      .slice(0, this.#count)
      .filter((_, row) => this.#last[row] !== 0)
      .sort();
    let distinct = 0;
    for (let index = 0; index < users.length; index++) {
      if (users[index] !== users[index - 1]) distinct++;
    }
    return distinct;
  }

  /**
   * Hot: records that a row's nonce bought an order; orders are numbered from 0 as they come. Returns
   * the order that the same nonce had bought before (I3), or -1.
   */
  spend(row: number, nonce: number, order: number): number {
    const twin = this.#find(row, nonce);
    if (order >= this.#nonce.length) {
      this.#nonce = grown(this.#nonce, order + 1);
      this.#before = grown(this.#before, order + 1);
    }
    if (this.#last[row] === 0) this.#addBuyer(this.terms[row]!);
    this.#nonce[order] = nonce;
    this.#before[order] = this.#last[row]!;
    this.#last[row] = order + 1;
    if (this.#many.size > 0 && twin < 0) this.#many.get(row)?.set(nonce, order);
    return twin;
  }

  /** Whether a row's nonce bought an order. */
  bought(row: number, nonce: number): boolean {
    return this.#find(row, nonce) >= 0;
  }

  #addBuyer(terms: number): void {
    if (this.#buyers > 0 && terms !== this.#buyersTerms) this.#severalTerms = true;
    this.#buyersTerms = terms;
    this.#buyers++;
  }

  #find(row: number, nonce: number): number {
    let order = this.#last[row]! - 1;
    for (let steps = 0; order >= 0 && this.#nonce[order] !== nonce; steps++) {
      if (steps === walkMax) return this.#nonces(row).get(nonce) ?? -1;
      order = this.#before[order]! - 1;
    }
    return order;
  }

  #nonces(row: number): Map<number, number> {
    const known = this.#many.get(row);
    if (known !== undefined) return known;
    const nonces = new Map<number, number>();
    for (let order = this.#last[row]! - 1; order >= 0; order = this.#before[order]! - 1) {
      nonces.set(this.#nonce[order]!, order);
    }
    this.#many.set(row, nonces);
    return nonces;
  }

  #grow(): void {
    this.units = grown(this.units, this.#count);
    this.admitted = grown(this.admitted, this.#count);
    this.user = grown(this.user, this.#count);
    this.terms = grown(this.terms, this.#count);
    this.#last = grown(this.#last, this.#count);
  }
}
