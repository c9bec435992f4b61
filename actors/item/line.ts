/**
 * People in a line: rows of buyers in order of coming, from which anyone may step out. Rows are numbered
 * from 0; those at the front and in the middle that were left are dropped when they outnumber the people,
 * and then rows are numbered anew, which `moved` tells.
 */
import { grown } from './columns.ts';

/** Rows that may be empty before the line closes up: a short line is not worth it. */
const gapsMin = 1_024;
const empty = -1;

export class Line {
  /** People in it. */
  count = 0;
  /** By row: the row of the buyer among the item's buyers, or `empty`. */
  #buyer = new Int32Array(0);
  #rows = 0;
  /** Rows before this are empty. */
  #head = 0;

  /** @param moved - called for everybody whose row has changed. */
  constructor(private readonly moved: (buyer: number, row: number) => void) {}

  /** Puts a buyer at the end, and returns their row. */
  push(buyer: number): number {
    if (this.#rows - this.count > this.count + gapsMin) this.#closeUp();
    const row = this.#rows++;
    this.#buyer = grown(this.#buyer, this.#rows);
    this.#buyer[row] = buyer;
    this.count++;
    return row;
  }

  /** Takes whoever stands at a row out of the line. */
  remove(row: number): void {
    this.#buyer[row] = empty;
    this.count--;
  }

  /** The row of whoever is first, or -1. */
  first(): number {
    if (this.count === 0) return -1;
    while (this.#buyer[this.#head] === empty) this.#head++;
    return this.#head;
  }

  /** The buyer at a row; -1 where it was left. */
  buyerAt(row: number): number {
    return this.#buyer[row]!;
  }

  /** Everybody, in order. */
  *[Symbol.iterator](): Generator<number> {
    for (let row = this.#head; row < this.#rows; row++) {
      if (this.#buyer[row] !== empty) yield this.#buyer[row]!;
    }
  }

  get bytes(): number {
    return this.#buyer.byteLength;
  }

  /** Makes the line consist of these buyers; all of them have moved. */
  replace(buyers: Int32Array<ArrayBuffer>): void {
    this.#buyer = buyers;
    this.#rows = buyers.length;
    this.#head = 0;
    this.count = buyers.length;
    for (let row = 0; row < buyers.length; row++) this.moved(buyers[row]!, row);
  }

  #closeUp(): void {
    const people = new Int32Array(this.count);
    let row = 0;
    for (const buyer of this) people[row++] = buyer;
    this.replace(people);
  }
}
