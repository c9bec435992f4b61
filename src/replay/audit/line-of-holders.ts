/** Holders in a line, in order of coming; anyone may step out, and nobody's place changes. */
import { Chunks, chunkRows } from '../../../actors/item/columns.ts';
import { IntegerChunk } from './integers.ts';

const nobody = -1;

const within = (index: number) => index & (chunkRows - 1);

export class LineOfHolders {
  /** How many stand in it. */
  count = 0;
  /** How many ever came; the next one's place is one more. */
  came = 0;
  readonly #holders = new Chunks(IntegerChunk);
  /** Places before this one are empty; whole chunks of them are given up. */
  #head = 0;

  /** Returns the place, from 1. */
  push(holder: number): number {
    this.#holders.grown(this.came).value[within(this.came)] = holder;
    this.count++;
    return ++this.came;
  }

  remove(place: number): void {
    this.#holders.at(place - 1).value[within(place - 1)] = nobody;
    this.count--;
  }

  /** Who came first of those who are there; -1 where nobody is. */
  first(): number {
    if (this.count === 0) return nobody;
    while (this.#at(this.#head) === nobody) this.#passHead();
    return this.#at(this.#head);
  }

  /** Sends everybody away, and returns who that was, in order. */
  clear(): number[] {
    const gone: number[] = [];
    for (; this.#head < this.came; this.#passHead()) {
      const holder = this.#at(this.#head);
      if (holder !== nobody) gone.push(holder);
    }
    this.count = 0;
    return gone;
  }

  #at(index: number): number {
    return this.#holders.at(index).value[within(index)]!;
  }

  #passHead(): void {
    this.#head++;
    if (within(this.#head) === 0) this.#holders.drop(this.#head, false);
  }
}
