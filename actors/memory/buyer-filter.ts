/**
 * Who may have bought what: a Bloom filter in shared memory, of one block of a cache line for each buyer. What it
 * does not know did not happen; some that it knows did not either.
 *
 * A bit is never taken back, so when most buyers have been forgotten the filter is made anew, in the other of two
 * halves, while the first goes on answering. From `begin` on whoever marks marks both. Each partition marks in the
 * other half whom it still knows; when all have, `finish` lets that half answer, and the next renewal clears the first.
 */
import { hashJoin, hashOf } from '../item/columns.ts';
import { buyerFilterBits } from '../limits.ts';

const halfBytes = buyerFilterBits / 8;
const halfWords = buyerFilterBits / 32;
const filterMask = buyerFilterBits / 512 - 1;

/** Of the state: which half answers, whether the other is being filled, and, above, the number of the renewal. */
const halfBit = 1;
const renewingBit = 2;
const renewalShift = 2;

const stateWord = 0;
/** Marks in each half. */
const marksWord = 1;
/** A cache line, so that counting does not slow down those who ask. */
const controlWords = 16;

export class BuyerFilter {
  static readonly bytes = 2 * halfBytes + controlWords * 4;

  readonly #halves: readonly [Int32Array, Int32Array];
  readonly #control: Int32Array;
  /** What `markAll` read; kept so that no compiler optimises the reads away. */
  readonly #read = new Int32Array(1);

  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#halves = [
      new Int32Array(memory, offset, halfWords),
      new Int32Array(memory, offset + halfBytes, halfWords),
    ];
    this.#control = new Int32Array(memory, offset + 2 * halfBytes, controlWords);
  }

  /** Marks a buyer of an item. */
  mark(item: number, user: number): void {
    const state = Atomics.load(this.#control, stateWord);
    const hash = hashJoin(hashOf(user), item);
    const half = state & halfBit;
    set(this.#halves[half as 0 | 1], hash);
    Atomics.add(this.#control, marksWord + half, 1);
    if ((state & renewingBit) !== 0) this.#markOther(1 - half, hash);
  }

  /**
   * Marks the buyers of a batch, given as items and users alternating. All their blocks are read before one is
   * changed: cache misses of plain reads overlap, those of atomic changes wait for each other.
   */
  markAll(buyers: readonly number[]): void {
    const filter = this.#halves[(Atomics.load(this.#control, stateWord) & halfBit) as 0 | 1];
    let read = 0;
    for (let index = 0; index < buyers.length; index += 2) {
      const hash = hashJoin(hashOf(buyers[index + 1]!), buyers[index]!);
      read ^= filter[(hash & filterMask) * 16]!;
    }
    this.#read[0] = read;
    for (let index = 0; index < buyers.length; index += 2)
      this.mark(buyers[index]!, buyers[index + 1]!);
  }

  /** Whether the user may have bought the item; false is certain. */
  maybe(item: number, user: number): boolean {
    const filter = this.#halves[(Atomics.load(this.#control, stateWord) & halfBit) as 0 | 1];
    const hash = hashJoin(hashOf(user), item);
    const block = (hash & filterMask) * 16;
    let bits = hashOf(hash);
    for (let probe = 0; probe < 3; probe++) {
      const word = Atomics.load(filter, block + ((bits >>> 5) & 15));
      if ((word & (1 << (bits & 31))) === 0) return false;
      bits >>>= 9;
    }
    return true;
  }

  /** How often anybody was marked since the half that answers was begun. */
  get marks(): number {
    return this.#control[marksWord + (this.#control[stateWord]! & halfBit)]!;
  }

  /** The number of the renewal that is under way; 0 where none is. */
  get renewal(): number {
    const state = Atomics.load(this.#control, stateWord);
    return (state & renewingBit) === 0 ? 0 : state >>> renewalShift;
  }

  /** Begins a renewal, from 1. One thread alone calls this, and `finish`. */
  begin(): void {
    const state = this.#control[stateWord]!;
    const other = 1 - (state & halfBit);
    this.#halves[other as 0 | 1].fill(0);
    this.#control[marksWord + other] = 0;
    const renewal = (state >>> renewalShift) + 1;
    const next = (renewal << renewalShift) | renewingBit | (state & halfBit);
    Atomics.store(this.#control, stateWord, next);
  }

  /** Ends it: every partition has marked whom it knows since it began. */
  finish(): void {
    const state = this.#control[stateWord]!;
    Atomics.store(this.#control, stateWord, (state & ~renewingBit) ^ halfBit);
  }

  #markOther(half: number, hash: number): void {
    set(this.#halves[half as 0 | 1], hash);
    Atomics.add(this.#control, marksWord + half, 1);
  }
}

function set(filter: Int32Array, hash: number): void {
  const block = (hash & filterMask) * 16;
  let bits = hashOf(hash);
  for (let probe = 0; probe < 3; probe++) {
    Atomics.or(filter, block + ((bits >>> 5) & 15), 1 << (bits & 31));
    bits >>>= 9;
  }
}
