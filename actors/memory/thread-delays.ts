/**
 * How late each thread's event loop is, in shared memory: a timer that fires late shows that something
 * kept the thread from its other work. An actor thread on the embedded journal is late by its commits.
 */

/** How often a thread checks the time, and how many checks one reported worst delay covers. */
const lookMs = 100;
const looks = 50;

export class ThreadDelays {
  static bytes(threads: number): number {
    return threads * 8;
  }

  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  /** The worst recent delay of a thread, in milliseconds. */
  worstMs(thread: number): number {
    return this.#cells[thread]!;
  }

  /** Starts reporting for this thread; clear the timer to stop. */
  watch(thread: number): Timer {
    let expectedAt = performance.now() + lookMs;
    const recent = new Float64Array(looks);
    let look = 0;
    return setInterval(() => {
      const now = performance.now();
      recent[look++ % looks] = Math.max(0, now - expectedAt);
      expectedAt = now + lookMs;
      this.#cells[thread] = recent.reduce((worst, each) => Math.max(worst, each), 0);
    }, lookMs);
  }
}
