/** Timers of a thread, where the simulation supplies its own. */

export interface Timers {
  /** A time that only goes forward, in milliseconds from whenever. */
  now(): number;
  /** Runs something once after a time, in milliseconds; the function returned prevents it. */
  after(ms: number, run: () => void): () => void;
}

export const threadTimers: Timers = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
