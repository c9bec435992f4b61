/**
 * Columns: what keeps a million orders in typed arrays, at a few tens of bytes each, instead of in a million
 * objects the garbage collector has to visit. Long ones are cut into chunks: one that is full is never copied,
 * can be written to a snapshot and mapped from it as it is, and is given up as a whole.
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

const chunkBits = 13;
/** Rows of a whole chunk: at 50 bytes each it is 400 kB. */
export const chunkRows = 1 << chunkBits;
/** The first chunk grows up to that from so many. A multiple of 8, so that columns of 8 bytes are aligned. */
const chunkRowsMin = 16;

/** Columns of equally many rows in one piece of memory, one after the other. */
export interface Chunk {
  readonly memory: Uint8Array;
  readonly rows: number;
}

interface ChunkKind<C extends Chunk> {
  /** Bytes that all columns take for a row. */
  readonly rowBytes: number;
  new (memory: Uint8Array): C;
}

/**
 * The columns of a chunk, in the order in which they are asked for: first those of the widest elements, so that
 * each is aligned.
 */
export function carve({ memory, rows }: Chunk) {
  let at = memory.byteOffset;
  return <C>(Kind: {
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): C;
    readonly BYTES_PER_ELEMENT: number;
  }): C => {
    const column = new Kind(memory.buffer, at, rows);
    at += rows * Kind.BYTES_PER_ELEMENT;
    return column;
  };
}

/** Gives the next pieces of memory that were stored, in the order in which they were. */
export type Take = (pieces: number) => Uint8Array[];

export function inOrder(memories: readonly Uint8Array[]): Take {
  let taken = 0;
  return (pieces) => {
    taken += pieces;
    return memories.slice(taken - pieces, taken);
  };
}

/** Which chunks there are, by their numbers from the first that was not dropped. */
export type StoredChunks = number[];

/** Rows in chunks, of which some may not be there. */
export class Chunks<C extends Chunk> {
  /** Rows of chunks that are no more, a multiple of `chunkRows`. */
  #dropped = 0;
  #chunks: (C | undefined)[] = [];

  constructor(private readonly Kind: ChunkKind<C>) {}

  /** The chunk that a row is in, at `row % chunkRows`; the row was made by `grown`, and not dropped. */
  at(row: number): C {
    return this.#chunks[(row - this.#dropped) >>> chunkBits]!;
  }

  /** The same, of a row that may not have been made. */
  find(row: number): C | undefined {
    const chunk = this.#chunks[(row - this.#dropped) >>> chunkBits];
    return chunk !== undefined && (row & (chunkRows - 1)) < chunk.rows ? chunk : undefined;
  }

  /** The same, with room for the row: its columns are 0 where nothing was written yet. */
  grown(row: number): C {
    const index = (row - this.#dropped) >>> chunkBits;
    const within = row & (chunkRows - 1);
    const known = this.#chunks[index];
    if (known !== undefined && within < known.rows) return known;
    const rows = index === 0 ? Math.max(chunkRowsMin, nextPower(within + 1)) : chunkRows;
    const wider = new this.Kind(new Uint8Array(rows * this.Kind.rowBytes));
    if (known !== undefined) copyColumns(known, wider);
    this.#chunks[index] = wider;
    return wider;
  }

  /** Gives up the chunks that have only rows below `row`; all of them where there are no others. */
  drop(row: number, isEnd: boolean): void {
    const rows = (row & -chunkRows) - this.#dropped;
    this.#chunks = isEnd ? [] : this.#chunks.slice(rows >>> chunkBits);
    this.#dropped += rows;
  }

  /** The chunks that are there, each with the row that it begins with. */
  *all(): Generator<[row: number, chunk: C]> {
    for (const [index, chunk] of this.#chunks.entries()) {
      if (chunk !== undefined) yield [this.#dropped + (index << chunkBits), chunk];
    }
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk?.memory.byteLength ?? 0), 0);
  }

  /** What `restore` makes the same rows of; the memory is theirs, not a copy. */
  stored(): { chunks: StoredChunks; memories: Uint8Array[] } {
    const there = [...this.#chunks.entries()].filter(([, chunk]) => chunk !== undefined);
    return {
      chunks: there.map(([index]) => index),
      memories: there.map(([, chunk]) => chunk!.memory), // What is not there was left out.
    };
  }

  /** @param least - the first row that was not given up. */
  restore(least: number, chunks: StoredChunks, take: Take): void {
    this.#dropped = least & -chunkRows;
    const memories = take(chunks.length);
    for (const [at, index] of chunks.entries()) this.#chunks[index] = new this.Kind(memories[at]!);
  }
}

function nextPower(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

/** Columns stand in the same order in both, each as wide in one as in the other. */
function copyColumns(from: Chunk, to: Chunk): void {
  for (const [name, column] of Object.entries(from)) {
    if (name === 'memory' || !ArrayBuffer.isView(column)) continue;
    const wider = to[name as keyof Chunk] as unknown as Float64Array; // The other is of the same class.
    wider.set(column as Float64Array);
  }
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
