/** An item's books after every entry that changed them. */

import type { Sequence } from '../../../actors/events.ts';
import { grown } from '../../../actors/item/columns.ts';

/** Units, and what became of them. */
export interface Units {
  loaded: number;
  held: number;
  sold: number;
  left: number;
}

export class BooksOverTime {
  #count = 0;
  #seq = new Float64Array(0);
  #loaded = new Float64Array(0);
  #held = new Float64Array(0);
  #sold = new Float64Array(0);
  #left = new Float64Array(0);

  /** Hot: notes the books after an event of an entry; the entry's last counts. */
  note(seq: Sequence, { loaded, held, sold, left }: Units): void {
    if (this.#count === 0 || this.#seq[this.#count - 1] !== seq) {
      if (++this.#count > this.#seq.length) this.#grow();
    }
    const row = this.#count - 1;
    this.#seq[row] = seq;
    this.#loaded[row] = loaded;
    this.#held[row] = held;
    this.#sold[row] = sold;
    this.#left[row] = left;
  }

  /** The books after an entry; null where the item was not open yet. */
  asOf(seq: Sequence): Units | null {
    let from = 0;
    for (let to = this.#count; from < to; ) {
      const middle = (from + to) >>> 1;
      if (this.#seq[middle]! <= seq) from = middle + 1;
      else to = middle;
    }
    const row = from - 1;
    if (row < 0) return null;
    return {
      loaded: this.#loaded[row]!,
      held: this.#held[row]!,
      sold: this.#sold[row]!,
      left: this.#left[row]!,
    };
  }

  #grow(): void {
    this.#seq = grown(this.#seq, this.#count);
    this.#loaded = grown(this.#loaded, this.#count);
    this.#held = grown(this.#held, this.#count);
    this.#sold = grown(this.#sold, this.#count);
    this.#left = grown(this.#left, this.#count);
  }
}
