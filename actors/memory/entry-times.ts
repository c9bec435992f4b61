/**
 * When the entries of each partition were made, in shared memory: so that every thread can tell how old
 * the oldest entry is that SQL or the replica does not have, whatever has become of the projector, of
 * Redis, or of the journal. Written by the partition's actor thread alone, for each entry that it reads or
 * has acknowledged.
 *
 * A partition has room for `slots` times, and keeps those of all its journal in it: when the room is full,
 * times that lie close together for their age are thinned out. A time is exact while it is among the
 * newest, and later to within a thirty-second part of its age, or 50 ms; what is told is never younger than
 * the entry.
 *
 * Thinning writes into the other of two halves and then turns readers to it, so that a thread that dies in
 * the middle leaves nothing half-done.
 */
import type { Sequence } from '../events.ts';

/**
 * Enough for a journal of three hundred years: after thinning, every second time is older than the one
 * after it by a thirty-second part, which takes 64 × ln(300 years ÷ 1.6 s) = 1,460 times, and 64 for the
 * last 1.6 s.
 */
const slots = 2_048;
const shareOfAge = 32;
const leastMs = 50;

const halfWords = slots * 2;
const partitionWords = halfWords * 2;
/** The lower half of a state is the number of times, the upper which half they are in, and how often that changed. */
const countMask = 0xffff;

export class EntryTimes {
  static bytes(partitions: number): number {
    return partitions * (8 + partitionWords * 8);
  }

  readonly #states: Int32Array;
  /** By partition and half: sequence and time, alternating, both ascending. */
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer, offset: number, partitions: number) {
    this.#states = new Int32Array(memory, offset, partitions * 2);
    this.#cells = new Float64Array(memory, offset + partitions * 8, partitions * partitionWords);
  }

  /**
   * Takes the time of the next entry; one that is known already, as after a recovery, changes nothing.
   * A time before the last is the clock's that was set back: what came before cannot be younger.
   */
  note(partition: number, sequence: Sequence, at: number): void {
    let state = this.#states[partition * 2]!;
    let count = state & countMask;
    let from = this.#from(partition, state);
    if (count > 0) {
      const last = from + (count - 1) * 2;
      if (sequence <= this.#cells[last]!) return;
      if (at < this.#cells[last + 1]!) this.#lower(from, count, at);
    }
    if (count === slots) {
      state = this.#thin(partition, state, at);
      count = state & countMask;
      from = this.#from(partition, state);
    }
    this.#cells[from + count * 2] = sequence;
    this.#cells[from + count * 2 + 1] = at;
    Atomics.store(this.#states, partition * 2, state + 1);
  }

  /** When an entry was made, milliseconds since 1970 UTC; null when it was before all that are known. */
  at(partition: number, sequence: Sequence): number | null {
    for (;;) {
      const state = Atomics.load(this.#states, partition * 2);
      const from = this.#from(partition, state);
      let [low, high] = [0, state & countMask];
      // Ends with as many times as are of this entry or earlier ones.
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (this.#cells[from + middle * 2]! <= sequence) low = middle + 1;
        else high = middle;
      }
      const found = low === 0 ? null : this.#cells[from + low * 2 - 1]!;
      if ((Atomics.load(this.#states, partition * 2) ^ state) >>> 16 === 0) return found;
    }
  }

  #from(partition: number, state: number): number {
    return partition * partitionWords + ((state >>> 16) & 1) * halfWords;
  }

  #lower(from: number, count: number, at: number): void {
    for (let slot = count - 1; slot >= 0; slot--) {
      const cell = from + slot * 2 + 1;
      if (this.#cells[cell]! <= at) return;
      this.#cells[cell] = at;
    }
  }

  /**
   * Copies what stays into the other half: a time is left out where the one before it can stand for it, up
   * to the next. Returns the new state.
   */
  #thin(partition: number, state: number, now: number): number {
    const cells = this.#cells;
    const from = this.#from(partition, state);
    const turned = (state & ~countMask) + 0x10000;
    const to = this.#from(partition, turned);
    let kept = 0;
    // A clock that was set back and forth may leave more than the calculated number.
    for (let share = shareOfAge; kept === 0 || kept > slots / 2 + slots / 4; share /= 2) {
      kept = 0;
      for (let slot = 0; slot < slots; slot++) {
        const at = from + slot * 2;
        if (kept > 0 && slot < slots - 1) {
          const next = cells[at + 3]!;
          const gap = next - cells[to + kept * 2 - 1]!;
          if (gap <= Math.max(leastMs, (now - next) / share)) continue;
        }
        cells[to + kept * 2] = cells[at]!;
        cells[to + kept * 2 + 1] = cells[at + 1]!;
        kept++;
      }
    }
    const next = (turned + kept) | 0;
    Atomics.store(this.#states, partition * 2, next);
    return next;
  }
}
