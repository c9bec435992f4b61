/** An audit's own record of where each holder stands with the queue of their promo, in columns. */
import { grown } from '../../../actors/item/columns.ts';

export const stand = { nowhere: 0, drawing: 1, waiting: 2, admitted: 3 } as const;
export type Stand = (typeof stand)[keyof typeof stand];
export const standNames = [
  'without a place',
  'before the draw',
  'waiting',
  'admitted',
] as const satisfies readonly string[];

/** Columns reach no further than the last holder who ever stood somewhere. */
export class Standings {
  #where = new Uint8Array(0);
  /** Of the place or admission, or of the last one. */
  #nonce = new Float64Array(0);
  /** When the place was taken, or the admission given. */
  #since = new Float64Array(0);
  /** The place in the line that the holder stands in. */
  #place = new Int32Array(0);
  /** The number of their joining among all who joined the queue. */
  #joining = new Int32Array(0);

  /** Hot. */
  where(holder: number): Stand {
    return holder < this.#where.length ? (this.#where[holder] as Stand) : stand.nowhere; // `set` wrote it.
  }

  nonce(holder: number): number {
    return this.#nonce[holder] ?? 0;
  }

  since(holder: number): number {
    return this.#since[holder]!;
  }

  place(holder: number): number {
    return this.#place[holder]!;
  }

  joining(holder: number): number {
    return this.#joining[holder]!;
  }

  /** The holder comes to stand somewhere anew. */
  set(holder: number, where: Stand, place: number, nonce: number, at: number): void {
    this.move(holder, where, place);
    this.#nonce[holder] = nonce;
    this.#since[holder] = at;
  }

  /** The holder stands elsewhere, and has waited since as long. */
  move(holder: number, where: Stand, place: number): void {
    if (holder >= this.#where.length) this.#grow(holder + 1);
    this.#where[holder] = where;
    this.#place[holder] = place;
  }

  setJoining(holder: number, joining: number): void {
    this.#joining[holder] = joining;
  }

  #grow(count: number): void {
    this.#where = grown(this.#where, count);
    this.#nonce = grown(this.#nonce, count);
    this.#since = grown(this.#since, count);
    this.#place = grown(this.#place, count);
    this.#joining = grown(this.#joining, count);
  }
}
