/** An audit's own record of where each holder stands with the queue of their promo, in columns. */
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';

export const stand = { nowhere: 0, drawing: 1, waiting: 2, admitted: 3 } as const;
export type Stand = (typeof stand)[keyof typeof stand];
export const standNames = [
  'without a place',
  'before the draw',
  'waiting',
  'admitted',
] as const satisfies readonly string[];

class StandingChunk implements Chunk {
  static readonly rowBytes = 2 * 8 + 2 * 4 + 1;
  readonly rows: number;
  /** Of the place or admission, or of the last one. */
  readonly nonce: Float64Array;
  /** When the place was taken, or the admission given. */
  readonly since: Float64Array;
  /** The place in the line that the holder stands in. */
  readonly place: Int32Array;
  /** The number of their joining among all who joined the queue. */
  readonly joining: Int32Array;
  readonly where: Uint8Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / StandingChunk.rowBytes;
    const column = carve(this);
    this.nonce = column(Float64Array);
    this.since = column(Float64Array);
    this.place = column(Int32Array);
    this.joining = column(Int32Array);
    this.where = column(Uint8Array);
  }
}

const within = (holder: number) => holder & (chunkRows - 1);

/** Only chunks with a holder who ever stood somewhere are there. */
export class Standings {
  readonly #chunks = new Chunks(StandingChunk);

  /** Hot. */
  where(holder: number): Stand {
    const where = this.#chunks.find(holder)?.where[within(holder)] ?? stand.nowhere;
    return where as Stand; // `move` wrote it.
  }

  nonce(holder: number): number {
    return this.#chunks.find(holder)?.nonce[within(holder)] ?? 0;
  }

  since(holder: number): number {
    return this.#chunks.find(holder)?.since[within(holder)] ?? 0;
  }

  place(holder: number): number {
    return this.#chunks.at(holder).place[within(holder)]!;
  }

  joining(holder: number): number {
    return this.#chunks.at(holder).joining[within(holder)]!;
  }

  /** The holder comes to stand somewhere anew. */
  set(holder: number, where: Stand, place: number, nonce: number, at: number): void {
    this.move(holder, where, place);
    const chunk = this.#chunks.at(holder);
    chunk.nonce[within(holder)] = nonce;
    chunk.since[within(holder)] = at;
  }

  /** The holder stands elsewhere, and has waited since as long. */
  move(holder: number, where: Stand, place: number): void {
    const chunk = this.#chunks.grown(holder);
    chunk.where[within(holder)] = where;
    chunk.place[within(holder)] = place;
  }

  setJoining(holder: number, joining: number): void {
    this.#chunks.at(holder).joining[within(holder)] = joining;
  }
}
