/**
 * Those who wait for the gate of a promo, in order. How many stand before someone is a sum over a Fenwick
 * tree (P. M. Fenwick, 1994): O(log n) to ask, to come and to leave.
 */
import { grown } from './columns.ts';
import { Line } from './line.ts';

export class Waiting {
  readonly #line: Line;
  /** Node `i`, from 1, has how many people stand at the last `i & -i` rows up to row `i - 1`. */
  #tree = new Int32Array(1);
  #nodes = 0;
  /** Whether rows have been numbered anew since the tree was made. */
  #stale = false;

  /** @param moved - called for everybody whose row has changed. */
  constructor(moved: (buyer: number, row: number) => void) {
    this.#line = new Line((buyer, row) => {
      this.#stale = true;
      moved(buyer, row);
    });
  }

  get count(): number {
    return this.#line.count;
  }

  push(buyer: number): number {
    const row = this.#line.push(buyer);
    if (this.#stale) this.#rebuild();
    else this.#append(row);
    return row;
  }

  remove(row: number): void {
    this.#line.remove(row);
    for (let node = row + 1; node <= this.#nodes; node += node & -node) this.#tree[node]!--;
  }

  /** The row of the buyer who is next, or -1. */
  first(): number {
    return this.#line.first();
  }

  buyerAt(row: number): number {
    return this.#line.buyerAt(row);
  }

  /** How many people stand before a row. */
  ahead(row: number): number {
    let sum = 0;
    for (let node = row; node > 0; node -= node & -node) sum += this.#tree[node]!;
    return sum;
  }

  /** Puts these buyers before all who wait. */
  prepend(buyers: Int32Array<ArrayBuffer>): void {
    const all = new Int32Array(buyers.length + this.count);
    all.set(buyers);
    let row = buyers.length;
    for (const buyer of this.#line) all[row++] = buyer;
    this.#line.replace(all);
    this.#rebuild();
  }

  clear(): void {
    this.#line.replace(new Int32Array(0));
    this.#rebuild();
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#line[Symbol.iterator]();
  }

  get bytes(): number {
    return this.#line.bytes + this.#tree.byteLength;
  }

  /** A new node is the person at its row, and the nodes below it that end right before that. */
  #append(row: number): void {
    const node = row + 1;
    this.#nodes = node;
    this.#tree = grown(this.#tree, node + 1);
    let sum = 1;
    for (let below = row; below > node - (node & -node); below -= below & -below) {
      sum += this.#tree[below]!;
    }
    this.#tree[node] = sum;
  }

  /** Rows have just been numbered anew, so nobody is missing between them: a node has as many as its size. */
  #rebuild(): void {
    this.#stale = false;
    this.#nodes = this.count;
    this.#tree = new Int32Array(this.count + 1);
    for (let node = 1; node <= this.count; node++) this.#tree[node] = node & -node;
  }
}
