/**
 * Growing columns and a hash index over them: what keeps a million orders in typed arrays, at a
 * few tens of bytes each, instead of in a million objects the garbage collector has to visit.
 */

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** Returns a column with room for `rows`; where the old one is full, a copy half as large again. */
export function grown<C extends Column>(column: C, rows: number): C {
  if (rows <= column.length) return column;
  const Kind = column.constructor as new (length: number) => C; // A column's own constructor makes its own kind.
  const wider = new Kind(Math.max(16, rows, Math.ceil(column.length * 1.5)));
  wider.set(column as never); // The two are of one kind, which TypeScript cannot see through `C`.
  return wider;
}

/** Mixes the 53 bits of a safe integer into 32 (the finaliser of MurmurHash3, public domain). */
export function hashOf(value: number): number {
  let hash = (value | 0) ^ Math.imul((value / 0x1_0000_0000) | 0, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Joins two hashes; the order of the two matters. */
export function hashJoin(left: number, right: number): number {
  return Math.imul(left ^ 0x27d4eb2f, 0x165667b1) ^ right;
}

/** Words of a slot: the hash, and the row plus one; 0 marks an empty slot. */
const slotWords = 2;

/**
 * Open addressing from a hash to row numbers; rows live in columns elsewhere and are never removed. A
 * slot keeps the hash beside the row, so that a walk touches the columns only where the hash matches,
 * and growing does not touch them at all: each access would miss the processor's caches.
 *
 * ```ts
 * for (let slot = index.start(hash); (row = index.rowAt(slot)) >= 0; slot = index.after(slot, hash))
 * ```
 */
export class HashIndex {
  #slots = new Int32Array(16 * slotWords);
  #rows = 0;

  /** The first slot to look at for a hash. */
  start(hash: number): number {
    return this.#match((hash << 1) & (this.#slots.length - 1), hash);
  }

  /** The row at a slot, or -1 where the walk ends. */
  rowAt(slot: number): number {
    return this.#slots[slot + 1]! - 1;
  }

  /** The slot to look at after `slot`. */
  after(slot: number, hash: number): number {
    return this.#match((slot + slotWords) & (this.#slots.length - 1), hash);
  }

  /** Adds a row. */
  add(row: number, hash: number): void {
    if ((this.#rows + 1) * 10 * slotWords > this.#slots.length * 7) this.#grow();
    put(this.#slots, hash | 0, row + 1);
    this.#rows++;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The first slot from `slot` on that has the hash, or is empty. */
  #match(slot: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const wanted = hash | 0;
    let at = slot;
    while (slots[at + 1]! !== 0 && slots[at]! !== wanted) at = (at + slotWords) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += slotWords) {
      if (old[slot + 1]! !== 0) put(slots, old[slot]!, old[slot + 1]!);
    }
    this.#slots = slots;
  }
}

function put(slots: Int32Array, hash: number, rowPlusOne: number): void {
  const mask = slots.length - 1;
  let slot = (hash << 1) & mask;
  while (slots[slot + 1]! !== 0) slot = (slot + slotWords) & mask;
  slots[slot] = hash;
  slots[slot + 1] = rowPlusOne;
}
