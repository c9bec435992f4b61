/**
 * Growing columns and a hash index over them: what keeps a million orders in typed arrays, at a
 * few tens of bytes each, instead of in a million objects the garbage collector has to visit.
 */

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** Returns a column with room for `rows`, a copy half as large again where the old one is full. */
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
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Joins two hashes; the order of the two matters. */
export function hashJoin(left: number, right: number): number {
  return (Math.imul(left ^ 0x27d4eb2f, 0x165667b1) ^ right) >>> 0;
}

const nothing = -1;

/**
 * Open addressing from a hash to row numbers; rows live in columns elsewhere and are never removed.
 * A look-up walks `start`, `rowAt`, `after` and compares rows itself, so that no closure runs:
 *
 * ```ts
 * for (let slot = index.start(hash); (row = index.rowAt(slot)) >= 0; slot = index.after(slot)) …
 * ```
 */
export class HashIndex {
  #slots = new Int32Array(16).fill(nothing);
  #rows = 0;

  start(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  /** The row at a slot, or -1 where the walk ends. */
  rowAt(slot: number): number {
    return this.#slots[slot]!;
  }

  after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** Adds a row; `hashOfRow` gives any row's hash again when the table has to grow. */
  add(row: number, hash: number, hashOfRow: (row: number) => number): void {
    if ((this.#rows + 1) * 10 > this.#slots.length * 7) this.#grow(hashOfRow);
    this.#put(row, hash);
    this.#rows++;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  #put(row: number, hash: number): void {
    let slot = this.start(hash);
    while (this.#slots[slot]! !== nothing) slot = this.after(slot);
    this.#slots[slot] = row;
  }

  #grow(hashOfRow: (row: number) => number): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(nothing);
    for (const row of old) if (row !== nothing) this.#put(row, hashOfRow(row));
  }
}
