/** What an engine makes of a journal whose time is ahead of the wall clock, before it starts. */

import type { Sequence } from '../actors/events.ts';
import type { Journal } from '../actors/journal/journal.ts';
import { type PartitionTime, setTimeBack } from '../actors/journal/newest-time.ts';
import { journalAheadMsMax } from '../actors/limits.ts';

/** The wall clock is wrong, or the journal was written under a wrong one: an operator must decide. */
export class ClockBehindJournal extends Error {
  override readonly name = 'ClockBehindJournal';
  constructor({ partition, at }: PartitionTime, now: number) {
    super(
      `the journal's time is ${utc(at)} (partition ${partition}), ` +
        `${Math.round((at - now) / 1_000)} s ahead of this machine's clock, ${utc(now)}: set the clock; ` +
        'or, where the clock is right now and was wrong then, start once with --set-time-back',
    );
  }
}

/** Partitions whose time is so far ahead that an engine must not start on them as they are. */
function timesAhead(times: readonly PartitionTime[], now: number): PartitionTime[] {
  return times.filter(({ at }) => at - now > journalAheadMsMax).toSorted((a, b) => b.at - a.at);
}

/** @throws ClockBehindJournal */
export function requireTime(times: readonly PartitionTime[], now: number): void {
  const [furthest] = timesAhead(times, now);
  if (furthest !== undefined) throw new ClockBehindJournal(furthest, now);
}

/**
 * Sets the time back in the journal, once for each partition that needs it, and returns those. A
 * partition that ends before `built`, the last entry anything was built on, has lost data: nothing is
 * added to it, and its recovery refuses it.
 * @throws Fenced, JournalUnavailable, OutcomeUnknown
 */
export async function setTimesBack(
  journal: Journal,
  times: readonly PartitionTime[],
  built: (partition: number) => Sequence,
  { writer, now }: { writer: string; now: number },
): Promise<PartitionTime[]> {
  const whole = timesAhead(times, now).filter((each) => each.sequence >= built(each.partition));
  for (const time of whole) await setTimeBack(journal, time, writer, now);
  return whole;
}

function utc(at: number): string {
  return new Date(at).toISOString();
}
