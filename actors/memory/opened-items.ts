/** Which items there may be: the highest id ever opened, and how many were, in shared memory. */

export class OpenedItems {
  static readonly bytes = 2 * Int32Array.BYTES_PER_ELEMENT;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#words = new Int32Array(memory, offset, 2);
  }

  get highest(): number {
    return Atomics.load(this.#words, 0);
  }

  get count(): number {
    return Atomics.load(this.#words, 1);
  }

  /** Once for each item. Actor threads open items at the same time: the highest of them counts. */
  note(item: number): void {
    for (let { highest } = this; highest < item; ) {
      const found = Atomics.compareExchange(this.#words, 0, highest, item);
      if (found === highest) break;
      highest = found;
    }
    Atomics.add(this.#words, 1, 1);
  }
}
