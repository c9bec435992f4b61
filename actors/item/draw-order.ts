/**
 * Puts the entrants of a draw in order, in strides: a million take seconds, and orders of the same thread
 * come between. Everybody's hash is dealt into a bucket by its beginning, and within the few of a bucket
 * the hashes are compared. What is here follows from the draw, and is no part of the state.
 */

/** Entrants of one bucket: few enough that putting them in order is a matter of some comparisons. */
const bucketEntrants = 8;
const beginnings = 2 ** 32;
/**
 * Entrants that are dealt, or compared, in the time in which one is hashed: these steps go through memory,
 * and hash nobody.
 */
const dealtPerHashed = 10;

export class DrawOrder {
  /** By entrant: the first 32 bits of the hash that decides. */
  readonly #beginning: Uint32Array;
  /** Entrants, dealt into buckets one after the other; in order once a bucket was put in order. */
  readonly #order: Int32Array<ArrayBuffer>;
  /** By bucket: how many entrants it has; then where its next one goes; and so, at last, where it ends. */
  readonly #bucket: Int32Array;
  #hashed = 0;
  #dealt = 0;
  #ordered = 0;

  /**
   * @param beginningOf - the first 32 bits of the hash that decides where an entrant comes
   * @param hashOf - the whole of it, in hex
   */
  constructor(
    private readonly entrants: number,
    private readonly beginningOf: (entrant: number) => number,
    private readonly hashOf: (entrant: number) => string,
  ) {
    this.#beginning = new Uint32Array(entrants);
    this.#order = new Int32Array(entrants);
    this.#bucket = new Int32Array(Math.ceil(entrants / bucketEntrants));
  }

  /** Works for as long as it takes to hash this many entrants. Returns the order once it is found, else null. */
  stride(entrants: number): Int32Array<ArrayBuffer> | null {
    let rest = entrants - this.#hash(Math.min(this.#hashed + entrants, this.entrants));
    if (this.#hashed < this.entrants) return null;
    const dealt = this.#deal(Math.min(this.#dealt + rest * dealtPerHashed, this.entrants));
    rest -= dealt / dealtPerHashed;
    if (this.#dealt < this.entrants) return null;
    const buckets = Math.floor((rest * dealtPerHashed) / bucketEntrants);
    this.#compare(Math.min(this.#ordered + buckets, this.#bucket.length));
    return this.#ordered < this.#bucket.length ? null : this.#order;
  }

  get bytes(): number {
    return this.#beginning.byteLength + this.#order.byteLength + this.#bucket.byteLength;
  }

  /** Returns how many it has hashed; and so the others. */
  #hash(until: number): number {
    const from = this.#hashed;
    if (from === until) return 0;
    for (; this.#hashed < until; this.#hashed++) {
      const beginning = this.beginningOf(this.#hashed);
      this.#beginning[this.#hashed] = beginning;
      this.#bucket[this.#bucketOf(beginning)]!++;
    }
    if (this.#hashed === this.entrants) this.#placeBuckets();
    return until - from;
  }

  #placeBuckets(): void {
    let start = 0;
    for (let bucket = 0; bucket < this.#bucket.length; bucket++) {
      const count = this.#bucket[bucket]!;
      this.#bucket[bucket] = start;
      start += count;
    }
  }

  #deal(until: number): number {
    const from = this.#dealt;
    for (; this.#dealt < until; this.#dealt++) {
      const bucket = this.#bucketOf(this.#beginning[this.#dealt]!);
      this.#order[this.#bucket[bucket]!++] = this.#dealt;
    }
    return until - from;
  }

  #compare(until: number): void {
    for (; this.#ordered < until; this.#ordered++) {
      const from = this.#ordered === 0 ? 0 : this.#bucket[this.#ordered - 1]!;
      this.#insertionSort(from, this.#bucket[this.#ordered]!);
    }
  }

  #insertionSort(from: number, to: number): void {
    const order = this.#order;
    for (let row = from + 1; row < to; row++) {
      const entrant = order[row]!;
      let place = row;
      while (place > from && this.#before(entrant, order[place - 1]!)) {
        order[place] = order[place - 1]!;
        place--;
      }
      order[place] = entrant;
    }
  }

  #before(left: number, right: number): boolean {
    const a = this.#beginning[left]!;
    const b = this.#beginning[right]!;
    // Of a million hashes some hundred begin like another: those are compared whole.
    return a === b ? this.hashOf(left) < this.hashOf(right) : a < b;
  }

  #bucketOf(beginning: number): number {
    return Math.floor((beginning / beginnings) * this.#bucket.length);
  }
}
