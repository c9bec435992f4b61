/** An item's books after every entry that changed them. */

import type { Sequence } from '../../../actors/events.ts';
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';

/** Units, and what became of them. */
export interface Units {
  loaded: number;
  held: number;
  sold: number;
  left: number;
}

class UnitsChunk implements Chunk {
  static readonly rowBytes = 5 * 8;
  readonly rows: number;
  readonly seq: Float64Array;
  readonly loaded: Float64Array;
  readonly held: Float64Array;
  readonly sold: Float64Array;
  readonly left: Float64Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / UnitsChunk.rowBytes;
    const column = carve(this);
    this.seq = column(Float64Array);
    this.loaded = column(Float64Array);
    this.held = column(Float64Array);
    this.sold = column(Float64Array);
    this.left = column(Float64Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

export class BooksOverTime {
  #count = 0;
  /** The entry of the last row. */
  #last: Sequence = 0;
  readonly #chunks = new Chunks(UnitsChunk);

  /** Hot: notes the books after an event of an entry; the entry's last counts. */
  note(seq: Sequence, { loaded, held, sold, left }: Units): void {
    if (seq !== this.#last || this.#count === 0) this.#count++;
    this.#last = seq;
    const chunk = this.#chunks.grown(this.#count - 1);
    const row = within(this.#count - 1);
    chunk.seq[row] = seq;
    chunk.loaded[row] = loaded;
    chunk.held[row] = held;
    chunk.sold[row] = sold;
    chunk.left[row] = left;
  }

  /** The books after an entry; null where the item was not open yet. */
  asOf(seq: Sequence): Units | null {
    let from = 0;
    for (let to = this.#count; from < to; ) {
      const middle = (from + to) >>> 1;
      if (this.#chunks.at(middle).seq[within(middle)]! <= seq) from = middle + 1;
      else to = middle;
    }
    if (from === 0) return null;
    const { loaded, held, sold, left } = this.#chunks.at(from - 1);
    const row = within(from - 1);
    return { loaded: loaded[row]!, held: held[row]!, sold: sold[row]!, left: left[row]! };
  }
}
