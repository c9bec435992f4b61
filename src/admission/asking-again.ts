/**
 * When those who wait are to ask again. Telling them costs no open stream, so what it costs is how often
 * they ask: whoever is near asks often, and a crowd asks no more often than a thread can answer.
 */

/** Seconds: sooner nobody need know, and later nobody should have to. */
export const askingSecondsMin = 2;
export const askingSecondsMax = 30;

/** Where it is known how long it takes, this part of it passes before the next question. */
const shareOfEta = 0.1;
/** Where it is not: a second more for so many people ahead. */
const aheadPerSecond = 50;
/** All who wait for one promo ask so often together: some 30 µs of a thread for each. */
const questionsPerSecond = 1_000;
/** Those who were told at the same moment ask up to this much sooner or later than one another. */
const jitterShare = 0.25;

/** What decides how far somebody is from being let in. */
export interface Distance {
  /** People before them; null before a draw. */
  ahead: number | null;
  /** Until they are let in, or before a draw until it is held; null where that is not known. */
  etaSeconds: number | null;
  /** People who wait for the same promo. */
  waiting: number;
}

/**
 * Whole seconds from `askingSecondsMin` to `askingSecondsMax`. In a queue: a tenth of the estimate, or one
 * for each 50 people ahead, a quarter more or less. Before a draw: until it is held, and then as long as
 * it takes everybody to ask. `random` from 0 to 1.
 */
export function askAgainSeconds({ ahead, etaSeconds, waiting }: Distance, random: number): number {
  const round = within(waiting / questionsPerSecond);
  if (ahead === null) {
    const seconds = (etaSeconds ?? 0) + random * round;
    const isFar = seconds > askingSecondsMax;
    return Math.round(within(isFar ? askingSecondsMax * (1 - jitterShare * random) : seconds));
  }
  const near = etaSeconds === null ? ahead / aheadPerSecond : etaSeconds * shareOfEta;
  const seconds = within(Math.max(near, round));
  return Math.round(within(seconds * (1 + jitterShare * (2 * random - 1))));
}

function within(seconds: number): number {
  return Math.min(Math.max(seconds, askingSecondsMin), askingSecondsMax);
}
