/**
 * The engine's clock: the wall clock as it was when the engine started, carried on by the kernel's
 * monotonic clock. A wall clock that is set by an hour while a sale runs moves no deadline; small
 * corrections (NTP's kind) are not followed until the next start.
 */

/** Milliseconds since 1970 UTC, an integer. */
export type Clock = () => number;

/**
 * Makes a thread's clock. `stepMs` is how far the wall clock has been set since the engine started,
 * measured by `clockStep` just before the thread starts: a thread's own time origin includes that step.
 */
export function createClock(stepMs = 0): Clock {
  const origin = performance.timeOrigin - stepMs;
  return () => Math.floor(origin + performance.now());
}

/** How far, in milliseconds, the wall clock is ahead of an engine clock. */
export function clockStep(clock: Clock): number {
  return Date.now() - clock();
}
