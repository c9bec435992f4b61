/**
 * Open addressing from 32-bit hashes to row numbers. Each hash lies beside its row, so that a walk
 * hardly ever has to look at another row's columns, and growing the table never does: an
 * audit looks up every order of a journal, and what it waits for is memory.
 *
 * ```ts
 * for (let slot = table.first(hash); (row = table.rowAt(slot)) >= 0; slot = table.next(slot)) …
 * ```
 */
export class HashTable {
  /** Pairs: a hash, and its row plus one; 0 where nothing is. */
  #pairs = new Int32Array(64);
  #rows = 0;

  /** Hot: the first slot that holds a hash, or the empty one where it would be. */
  first(hash: number): number {
    return this.#walk((hash * 2) & (this.#pairs.length - 2), hash | 0);
  }

  /** Hot: the next slot that holds the hash of this one, or the empty one where it would be. */
  next(slot: number): number {
    return this.#walk((slot + 2) & (this.#pairs.length - 2), this.#pairs[slot]!);
  }

  /** The row at a slot, or -1 where the walk ends. */
  rowAt(slot: number): number {
    return this.#pairs[slot + 1]! - 1;
  }

  /** Hot: adds a row at the empty slot where the walk for its hash ended. */
  add(slot: number, hash: number, row: number): void {
    this.#pairs[slot] = hash;
    this.#pairs[slot + 1] = row + 1;
    if (++this.#rows * 4 > this.#pairs.length) this.#grow();
  }

  #walk(from: number, hash: number): number {
    const pairs = this.#pairs;
    const mask = pairs.length - 2;
    let slot = from;
    while (pairs[slot + 1] !== 0 && pairs[slot] !== hash) slot = (slot + 2) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#pairs;
    const wider = new Int32Array(old.length * 4);
    const mask = wider.length - 2;
    for (let from = 0; from < old.length; from += 2) {
      const row = old[from + 1]!;
      if (row === 0) continue;
      let slot = (old[from]! * 2) & mask;
      while (wider[slot + 1] !== 0) slot = (slot + 2) & mask;
      wider[slot] = old[from]!;
      wider[slot + 1] = row;
    }
    this.#pairs = wider;
  }
}
