/**
 * An audit's own record of an item's users: a row for each pair of user and terms, with the purchase
 * tokens they spent. A purchase token is a user, terms and a nonce, so only the orders of one row can
 * have been bought with the same token.
 */
import {
  type Chunk,
  Chunks,
  carve,
  chunkRows,
  hashJoin,
  hashOf,
} from '../../../actors/item/columns.ts';
import { HashIndex } from '../../../actors/item/hash-index.ts';
import { IntegerChunk } from './integers.ts';

/** Orders of one row that are searched one by one; beyond this, their nonces get a map. */
const walkMax = 16;

class HolderChunk implements Chunk {
  static readonly rowBytes = 2 * 8 + 4 + 2;
  readonly rows: number;
  readonly user: Float64Array;
  readonly units: Float64Array;
  /** The last order, plus one; 0 without. */
  readonly last: Int32Array;
  readonly terms: Uint16Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / HolderChunk.rowBytes;
    const column = carve(this);
    this.user = column(Float64Array);
    this.units = column(Float64Array);
    this.last = column(Int32Array);
    this.terms = column(Uint16Array);
  }
}

class NonceChunk implements Chunk {
  static readonly rowBytes = 8;
  readonly rows: number;
  readonly nonce: Float64Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / NonceChunk.rowBytes;
    this.nonce = carve(this)(Float64Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

export class Holders {
  #count = 0;
  readonly #chunks = new Chunks(HolderChunk);
  /** Of those who were admitted: their places. */
  readonly #admitted = new Chunks(IntegerChunk);
  readonly #index = new HashIndex();
  /** Rows with an order, the terms of the last, and whether there are rows of other terms. */
  #buyers = 0;
  #buyersTerms = 0;
  #severalTerms = false;
  /** By order: the nonce that bought it. */
  readonly #nonces = new Chunks(NonceChunk);
  /** By order that is not the first of its row: the order before, plus one. */
  readonly #before = new Chunks(IntegerChunk);
  /** By row: orders by nonce, for users with many orders. */
  readonly #many = new Map<number, Map<number, number>>();

  /** By terms: how many users placed an order under them. */
  buyersByTerms(): Map<number, number> {
    const buyers = new Map<number, number>();
    for (let row = 0; row < this.#count; row++) {
      const { last, terms } = this.#chunks.at(row);
      const index = within(row);
      if (last[index] === 0) continue;
      const under = terms[index]!;
      buyers.set(under, (buyers.get(under) ?? 0) + 1);
    }
    return buyers;
  }

  get count(): number {
    return this.#count;
  }

  /** Hot: the row of a user under terms, created if missing. */
  row(user: number, terms: number): number {
    const hash = hashJoin(hashOf(user), terms);
    const index = this.#index;
    let slot = index.start(hash);
    for (let row = index.rowAt(slot); row >= 0; row = index.rowAt(slot)) {
      if (this.userOf(row) === user && this.termsOf(row) === terms) return row;
      slot = index.after(slot, hash);
    }
    const row = this.#count++;
    const chunk = this.#chunks.grown(row);
    chunk.user[within(row)] = user;
    chunk.terms[within(row)] = terms;
    index.add(row, hash);
    return row;
  }

  userOf(row: number): number {
    return this.#chunks.at(row).user[within(row)]!;
  }

  /** The index of the terms. */
  termsOf(row: number): number {
    return this.#chunks.at(row).terms[within(row)]!;
  }

  /** Units the user holds or owns under the terms. */
  unitsOf(row: number): number {
    return this.#chunks.at(row).units[within(row)]!;
  }

  /** Gives a user units, or takes them. Returns how many they have. */
  addUnits(row: number, units: number): number {
    const { units: column } = this.#chunks.at(row);
    column[within(row)]! += units;
    return column[within(row)]!;
  }

  /** The user's place among those admitted under the terms, from 1; 0 where they were not. */
  admittedOf(row: number): number {
    return this.#admitted.find(row)?.value[within(row)] ?? 0;
  }

  setAdmitted(row: number, place: number): void {
    this.#admitted.grown(row).value[within(row)] = place;
  }

  /** How many users bought something, under any terms. */
  users(): number {
    if (!this.#severalTerms) return this.#buyers;
    const users = new Float64Array(this.#buyers);
    let found = 0;
    for (let row = 0; row < this.#count; row++) {
      if (this.#lastOf(row) !== 0) users[found++] = this.userOf(row);
    }
    users.sort();
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
    const { last, terms } = this.#chunks.at(row);
    const before = last[within(row)]!;
    const twin = before === 0 ? -1 : this.#find(row, nonce);
    if (before === 0) this.#addBuyer(terms[within(row)]!);
    else this.#before.grown(order).value[within(order)] = before;
    this.#nonces.grown(order).nonce[within(order)] = nonce;
    last[within(row)] = order + 1;
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
    let order = this.#lastOf(row) - 1;
    for (let steps = 0; order >= 0 && this.#nonceOf(order) !== nonce; steps++) {
      if (steps === walkMax) return this.#noncesOf(row).get(nonce) ?? -1;
      order = this.#beforeOf(order) - 1;
    }
    return order;
  }

  #noncesOf(row: number): Map<number, number> {
    const known = this.#many.get(row);
    if (known !== undefined) return known;
    const nonces = new Map<number, number>();
    for (let order = this.#lastOf(row) - 1; order >= 0; order = this.#beforeOf(order) - 1) {
      nonces.set(this.#nonceOf(order), order);
    }
    this.#many.set(row, nonces);
    return nonces;
  }

  #lastOf(row: number): number {
    return this.#chunks.at(row).last[within(row)]!;
  }

  #nonceOf(order: number): number {
    return this.#nonces.at(order).nonce[within(order)]!;
  }

  #beforeOf(order: number): number {
    return this.#before.find(order)?.value[within(order)] ?? 0;
  }
}
