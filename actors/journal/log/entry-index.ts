/** Where the entries of one log file stand, by partition. */
import type { Sequence } from '../../events.ts';
import type { EntryLine } from './line.ts';

/** Entries of one partition without a gap between their numbers. */
export interface RunRange {
  partition: number;
  first: Sequence;
  last: Sequence;
}

/** Of each entry its offset and its length. */
const wordsPerEntry = 2;
const entriesFirst = 64;

export class Run implements RunRange {
  last: Sequence;
  #places: Uint32Array<ArrayBuffer>;

  constructor(
    readonly partition: number,
    readonly first: Sequence,
    places: Uint32Array<ArrayBuffer> = new Uint32Array(0),
  ) {
    this.#places = places;
    this.last = first + places.length / wordsPerEntry - 1;
  }

  add(offset: number, length: number): void {
    const at = (++this.last - this.first) * wordsPerEntry;
    if (at >= this.#places.length) {
      const wider = new Uint32Array(Math.max(entriesFirst * wordsPerEntry, 2 * at));
      wider.set(this.#places);
      this.#places = wider;
    }
    this.#places[at] = offset;
    this.#places[at + 1] = length;
  }

  offsetOf(sequence: Sequence): number {
    return this.#places[(sequence - this.first) * wordsPerEntry]!;
  }

  lengthOf(sequence: Sequence): number {
    return this.#places[(sequence - this.first) * wordsPerEntry + 1]!;
  }

  /** Of all its entries, in order. */
  get places(): Uint32Array<ArrayBuffer> {
    return this.#places.subarray(0, (this.last + 1 - this.first) * wordsPerEntry);
  }
}

export class EntryIndex {
  /** In the order in which they begin in the file. */
  readonly runs: Run[] = [];
  readonly #newest = new Map<number, Run>();

  constructor(runs: readonly Run[] = []) {
    for (const run of runs) this.#begin(run);
  }

  /** Adds the next line of the file. False where its number was there before. */
  add({ partition, sequence, offset, length }: Omit<EntryLine, 'start'>): boolean {
    let run = this.#newest.get(partition);
    if (run !== undefined && sequence <= run.last) return false;
    if (run === undefined || sequence !== run.last + 1) {
      run = new Run(partition, sequence);
      this.#begin(run);
    }
    run.add(offset, length);
    return true;
  }

  /** The run that has an entry; null where the file does not have it. */
  find(partition: number, sequence: Sequence): Run | null {
    const isIt = (run: Run) =>
      run.partition === partition && run.first <= sequence && sequence <= run.last;
    return this.runs.find(isIt) ?? null;
  }

  /** The last entry of a partition that the file has; 0 where it has none. */
  last(partition: number): Sequence {
    return this.#newest.get(partition)?.last ?? 0;
  }

  #begin(run: Run): void {
    this.runs.push(run);
    this.#newest.set(run.partition, run);
  }
}
