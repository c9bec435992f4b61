/**
 * What one item knows of those who buy under one set of its terms, in columns: a row for each user, with the
 * units they hold or own under those terms, and where they stand.
 */
import {
  type Chunk,
  Chunks,
  carve,
  chunkRows,
  hashOf,
  type StoredChunks,
  type Take,
} from './columns.ts';
import { HashIndex, type StoredIndex } from './hash-index.ts';

/**
 * Where a user stands: nowhere, in the pool of a draw, in the queue, or let in. The bit `everAdmitted`
 * beside it says whether they were ever let in.
 */
export const stands = { nowhere: 0, pooled: 1, waiting: 2, admitted: 3 } as const;
export type Stands = (typeof stands)[keyof typeof stands];
const everAdmitted = 4;

class BuyerChunk implements Chunk {
  static readonly rowBytes = 8 + 2 * 4;
  readonly rows: number;
  readonly user: Float64Array;
  readonly units: Int32Array;
  readonly firstOrder: Int32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / BuyerChunk.rowBytes;
    const column = carve(this);
    this.user = column(Float64Array);
    this.units = column(Int32Array);
    this.firstOrder = column(Int32Array);
  }
}

/** Of rows of which somebody has stood somewhere: who buys with a gateway's token never does. */
class StandingChunk implements Chunk {
  static readonly rowBytes = 2 * 8 + 1;
  readonly rows: number;
  readonly nonce: Float64Array;
  readonly since: Float64Array;
  readonly stands: Uint8Array;
  /** Follows from the lines, so it has memory of its own. */
  readonly place: Int32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / StandingChunk.rowBytes;
    const column = carve(this);
    this.nonce = column(Float64Array);
    this.since = column(Float64Array);
    this.stands = column(Uint8Array);
    this.place = new Int32Array(this.rows);
  }
}

/** Buyers as they are stored, beside the memory of their chunks and of the index's segments. */
export interface StoredBuyers {
  count: number;
  chunks: StoredChunks;
  standing: StoredChunks;
  index: StoredIndex;
}

const within = (row: number) => row & (chunkRows - 1);

export class Buyers {
  count = 0;
  readonly #chunks = new Chunks(BuyerChunk);
  readonly #standing = new Chunks(StandingChunk);
  readonly #index = new HashIndex();

  /** The row of a user, or -1. */
  find(user: number): number {
    return this.#find(user, hashOf(user));
  }

  #find(user: number, hash: number): number {
    const index = this.#index;
    for (let slot = index.start(hash); ; slot = index.after(slot, hash)) {
      const row = index.rowAt(slot);
      if (row < 0 || this.userAt(row) === user) return row;
    }
  }

  /** The row of a user, created if missing. */
  row(user: number): number {
    const hash = hashOf(user);
    const found = this.#find(user, hash);
    if (found >= 0) return found;
    const row = this.count++;
    this.#chunks.grown(row).user[within(row)] = user;
    this.#index.add(row, hash);
    return row;
  }

  /** The same, for a user who is about to stand somewhere: the columns of that have room for them. */
  standingRow(user: number): number {
    const row = this.row(user);
    this.#standing.grown(row);
    return row;
  }

  userAt(row: number): number {
    return this.#chunks.at(row).user[within(row)]!;
  }

  unitsAt(row: number): number {
    return this.#chunks.at(row).units[within(row)]!;
  }

  setUnits(row: number, units: number): void {
    this.#chunks.at(row).units[within(row)] = units;
  }

  /** The number of the first order; 0 without one. */
  firstOrderAt(row: number): number {
    return this.#chunks.at(row).firstOrder[within(row)]!;
  }

  setFirstOrder(row: number, n: number): void {
    this.#chunks.at(row).firstOrder[within(row)] = n;
  }

  /** Of the place or admission, or of the last one; 0 without. */
  nonceAt(row: number): number {
    return this.#standing.find(row)?.nonce[within(row)] ?? 0;
  }

  setNonce(row: number, nonce: number): void {
    this.#standing.at(row).nonce[within(row)] = nonce;
  }

  /** When the admission was given; 0 without one. */
  sinceAt(row: number): number {
    return this.#standing.find(row)?.since[within(row)] ?? 0;
  }

  setSince(row: number, at: number): void {
    this.#standing.at(row).since[within(row)] = at;
  }

  /** The user's row in the line that they stand in. */
  placeAt(row: number): number {
    return this.#standing.at(row).place[within(row)]!;
  }

  setPlace(row: number, place: number): void {
    this.#standing.at(row).place[within(row)] = place;
  }

  /** Where a user stands; `row` -1 is an unknown one. */
  standsAt(row: number): Stands {
    if (row < 0) return stands.nowhere;
    const known = this.#standing.find(row)?.stands[within(row)] ?? stands.nowhere;
    return (known & ~everAdmitted) as Stands; // `stand` wrote it.
  }

  stand(row: number, where: Stands): void {
    const { stands: column } = this.#standing.at(row);
    column[within(row)] = (column[within(row)]! & everAdmitted) | where;
  }

  /** Notes that a user was let in; true for the first time. */
  noteAdmitted(row: number): boolean {
    const { stands: column } = this.#standing.at(row);
    const first = (column[within(row)]! & everAdmitted) === 0;
    column[within(row)] = everAdmitted | stands.admitted;
    return first;
  }

  get bytes(): number {
    const placeShare = 1 + Int32Array.BYTES_PER_ELEMENT / StandingChunk.rowBytes;
    return this.#chunks.bytes + this.#standing.bytes * placeShare + this.#index.bytes;
  }

  /** What `restore` makes the same buyers of; the memory is theirs, not a copy. */
  stored(): { buyers: StoredBuyers; memories: Uint8Array[] } {
    const { chunks, memories } = this.#chunks.stored();
    const standing = this.#standing.stored();
    const { index, segments } = this.#index.stored();
    return {
      buyers: { count: this.count, chunks, standing: standing.chunks, index },
      memories: [...memories, ...standing.memories, ...segments],
    };
  }

  /** Without places in lines: whoever knows the lines sets them. */
  static restore({ count, chunks, standing, index }: StoredBuyers, take: Take): Buyers {
    const buyers = new Buyers();
    buyers.count = count;
    buyers.#chunks.restore(0, chunks, take);
    buyers.#standing.restore(0, standing, take);
    buyers.#index.restore(index, take, 0);
    return buyers;
  }
}
