/** What an operator may do to a run's journal from outside of its engines. */
import { Fenced, JournalUnavailable, OutcomeUnknown } from '../../actors/journal/journal.ts';
import { newestTimes } from '../../actors/journal/newest-time.ts';
import { setTimesBack } from '../journal-time.ts';
import { SimulatedJournal } from './faulty-journal.ts';
import type { Surroundings } from './surroundings.ts';

/** Starts an engine that sets the journal's times back to `now`, whatever else is running. */
export async function setTimeBack(around: Surroundings, now: number): Promise<void> {
  const journal = new SimulatedJournal(around.store, {});
  try {
    const times = await newestTimes(journal, around.partitions);
    await setTimesBack(journal, times, () => 0, { writer: 'operator', now });
  } catch (error) {
    const kinds = [Fenced, JournalUnavailable, OutcomeUnknown];
    if (!kinds.some((kind) => error instanceof kind)) around.fail(error);
  }
}
