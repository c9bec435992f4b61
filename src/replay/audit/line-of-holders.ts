/** Holders in a line, in order of coming; anyone may step out, and nobody's place changes. */
import { grown } from '../../../actors/item/columns.ts';

const nobody = -1;

export class LineOfHolders {
  /** How many stand in it. */
  count = 0;
  /** How many ever came; the next one's place is one more. */
  came = 0;
  #holders = new Int32Array(0);
  /** Places before this one are empty. */
  #head = 0;

  /** Returns the place, from 1. */
  push(holder: number): number {
    this.#holders = grown(this.#holders, this.came + 1);
    this.#holders[this.came++] = holder;
    this.count++;
    return this.came;
  }

  remove(place: number): void {
    this.#holders[place - 1] = nobody;
    this.count--;
  }

  /** Who came first of those who are there; -1 where nobody is. */
  first(): number {
    if (this.count === 0) return nobody;
    while (this.#holders[this.#head] === nobody) this.#head++;
    return this.#holders[this.#head]!;
  }

  /** Sends everybody away, and returns who that was, in order. */
  clear(): number[] {
    const gone = [...this.#holders.subarray(this.#head, this.came)].filter((h) => h !== nobody);
    this.#head = this.came;
    this.count = 0;
    return gone;
  }
}
