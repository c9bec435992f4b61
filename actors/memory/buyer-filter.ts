/**
 * Who may have bought what: a Bloom filter in shared memory, of one block of a cache line for each buyer. What it
 * does not know did not happen; some that it knows did not either.
 *
 * A bit is never taken back, so when most buyers have been forgotten the filter is made anew, in the other of two
 * halves, while the first goes on answering. From `begin` on whoever marks marks both. Each partition marks in the
 * other half whom it still knows; when all have, `finish` lets that half answer, and the next renewal clears the first.
 *
 * A half uses as much of its memory as those who are in it need, so that a filter of few takes little: it begins small, and
 * is made anew, larger, when it has filled up.
 */
import { hashJoin, hashOf } from '../item/columns.ts';
import { buyerFilterBits } from '../limits.ts';

const halfBytes = buyerFilterBits / 8;
const halfWords = buyerFilterBits / 32;
const blockWords = 16;
const blocksMax = halfWords / blockWords;
/** 1 MiB. */
const blocksMin = 2 ** 14;
/** Blocks for each buyer: a fifth is a hundred bits, with which a few in ten thousand are taken for buyers. */
const blocksShare = 1 / 5;

/** Of the state: which half answers, whether the other is being filled, and, above, the number of the renewal. */
const halfBit = 1;
const renewingBit = 2;
const renewalShift = 2;

const stateWord = 0;
/** Marks in each half. */
const marksWord = 1;
/** Blocks that each half uses, less `blocksMin`. */
const blocksWord = 3;
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
    const half = state & halfBit;
    this.#markOne(half, item, user);
    if ((state & renewingBit) !== 0) this.#markOne(1 - half, item, user);
  }

  /**
   * Marks the buyers of a batch, given as items and users alternating. All their blocks are read before one is
   * changed: cache misses of plain reads overlap, those of atomic changes wait for each other.
   */
  markAll(buyers: readonly number[]): void {
    const state = Atomics.load(this.#control, stateWord);
    const half = state & halfBit;
    this.#mark(half, buyers);
    if ((state & renewingBit) !== 0) this.#mark(1 - half, buyers);
  }

  #mark(half: number, buyers: readonly number[]): void {
    const filter = this.#halves[half as 0 | 1];
    const mask = this.#maskOf(half);
    let read = 0;
    for (let index = 0; index < buyers.length; index += 2) {
      const hash = hashed(buyers[index]!, buyers[index + 1]!);
      read ^= filter[(hash & mask) * blockWords]!;
    }
    this.#read[0] = read;
    for (let index = 0; index < buyers.length; index += 2) {
      set(filter, mask, hashed(buyers[index]!, buyers[index + 1]!));
    }
    Atomics.add(this.#control, marksWord + half, buyers.length / 2);
  }

  #markOne(half: number, item: number, user: number): void {
    set(this.#halves[half as 0 | 1], this.#maskOf(half), hashed(item, user));
    Atomics.add(this.#control, marksWord + half, 1);
  }

  /** Whether the user may have bought the item; false is certain. */
  maybe(item: number, user: number): boolean {
    const half = Atomics.load(this.#control, stateWord) & halfBit;
    const filter = this.#halves[half as 0 | 1];
    const hash = hashed(item, user);
    const block = (hash & this.#maskOf(half)) * blockWords;
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

  /** Whether more are in the half that answers than it was made for, and a larger one would know better. */
  get isFull(): boolean {
    const blocks = this.#maskOf(this.#control[stateWord]! & halfBit) + 1;
    return blocks < blocksMax && this.marks * blocksShare > blocks;
  }

  /** The number of the renewal that is under way; 0 where none is. */
  get renewal(): number {
    const state = Atomics.load(this.#control, stateWord);
    return (state & renewingBit) === 0 ? 0 : state >>> renewalShift;
  }

  /**
   * Begins a renewal, from 1. One thread alone calls this, and `finish`.
   * @param buyers - how many the new half is made for
   */
  begin(buyers: number): void {
    const state = this.#control[stateWord]!;
    const other = 1 - (state & halfBit);
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, buyers * blocksShare)));
    const blocks = Math.min(blocksMax, Math.max(blocksMin, wanted));
    const used = Math.max(blocks, this.#maskOf(other) + 1);
    this.#halves[other as 0 | 1].fill(0, 0, used * blockWords);
    this.#control[marksWord + other] = 0;
    this.#control[blocksWord + other] = blocks - blocksMin;
    const renewal = (state >>> renewalShift) + 1;
    const next = (renewal << renewalShift) | renewingBit | (state & halfBit);
    Atomics.store(this.#control, stateWord, next);
  }

  /** Ends it: every partition has marked whom it knows since it began. */
  finish(): void {
    const state = this.#control[stateWord]!;
    Atomics.store(this.#control, stateWord, (state & ~renewingBit) ^ halfBit);
  }

  #maskOf(half: number): number {
    return this.#control[blocksWord + half]! + blocksMin - 1;
  }
}

function hashed(item: number, user: number): number {
  return hashJoin(hashOf(user), item);
}

function set(filter: Int32Array, mask: number, hash: number): void {
  const block = (hash & mask) * blockWords;
  let bits = hashOf(hash);
  for (let probe = 0; probe < 3; probe++) {
    Atomics.or(filter, block + ((bits >>> 5) & 15), 1 << (bits & 31));
    bits >>>= 9;
  }
}
