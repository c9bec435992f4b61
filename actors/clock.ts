/**
 * The engine's two clocks. Whatever has a moment (a sale opens, a hold or a token ends, an event is
 * journaled) goes by the wall clock, as it stands: a machine that slept, or whose clock was set, is
 * right again at once. Time that never goes backwards is kept where it matters, in a partition. Whatever
 * has only a duration goes by a clock that nothing sets.
 */

/** Milliseconds since 1970 UTC, an integer. */
export type Clock = () => number;

/** The wall clock, which may be set at any time, also backwards. Hot: some 35 ns a reading. */
export const wallClock: Clock = () => Date.now();

/**
 * Makes a thread's steady clock: the wall clock as it was when the engine started, carried on by the
 * kernel's monotonic clock, so that all threads agree. `stepMs` is how far the wall clock has been set
 * since, measured by `clockDrift` just before the thread starts: a thread's own time origin includes it.
 */
export function createSteadyClock(stepMs = 0): Clock {
  const origin = performance.timeOrigin - stepMs;
  return () => Math.floor(origin + performance.now());
}

/** A thread that loses its processor between two readings reads again, this often. */
const readingsMax = 5;

/**
 * How far, in milliseconds, the wall clock has moved against a steady clock: it was set, or the machine
 * slept, since the engine started.
 */
export function clockDrift(steady: Clock, wall: Clock = wallClock): number {
  for (let reading = 1; ; reading++) {
    const before = steady();
    const now = wall();
    if (steady() - before <= 1 || reading === readingsMax) return now - before;
  }
}

/** Tells of each step of the wall clock once; steps too small to tell add up. */
export class ClockWatch {
  #knownMs: number;

  /** @param drift - how far the wall clock has moved since the engine started, in milliseconds. */
  constructor(
    private readonly drift: () => number,
    private readonly leastStepMs: number,
  ) {
    this.#knownMs = drift();
  }

  /** How far the wall clock has moved since the last step that was told; 0 while that is too little. */
  look(): number {
    const driftMs = this.drift();
    const stepMs = driftMs - this.#knownMs;
    if (Math.abs(stepMs) < this.leastStepMs) return 0;
    this.#knownMs = driftMs;
    return stepMs;
  }
}
