/** Long work on a thread that also serves people: it is done in strides, between which others get their turn. */

/** The longest stride: what serves people may be late by about as much. */
const strideMsMax = 8;

export class Strides {
  #begunAt = performance.now();

  /** Whether the stride has lasted long enough: then `rest`. */
  get isLong(): boolean {
    return performance.now() - this.#begunAt >= strideMsMax;
  }

  /** Resolves after whatever else is ready to run on this thread. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#begunAt = performance.now();
  }
}
