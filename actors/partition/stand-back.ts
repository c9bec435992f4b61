/** What a fenced partition does: it waits until the engine that has written it is silent. */

import type { Sequence } from '../events.ts';
import { isJournalFault, type Journal } from '../journal/journal.ts';
import { fencedMs } from '../limits.ts';

/** Answers in a row that the journal is short before the recovery is to judge it. */
const shortAnswersMax = 2;

export interface StandBackWorld {
  journal: Pick<Journal, 'last'>;
  sleep(ms: number): Promise<void>;
  log(level: 'warning', message: string, details: Record<string, unknown>): void;
}

/**
 * Resolves with true once a partition has had no new entry after `sequence` for `fencedMs`, and with
 * false when `wanted` turned false in the meantime. A journal that cannot be read says nothing of the
 * other engine, and neither does one that answers short; the latter for a second time ends the wait, and
 * the recovery that follows judges it.
 */
export async function untilSilent(
  partition: number,
  world: StandBackWorld,
  sequence: Sequence,
  wanted: () => boolean,
): Promise<boolean> {
  for (let seen = sequence, short = 0; short < shortAnswersMax; ) {
    await world.sleep(fencedMs);
    if (!wanted()) return false;
    const last = await lastOrUnknown(partition, world);
    if (!wanted()) return false;
    if (last === null) continue;
    if (last === seen) return true;
    short = last < seen ? short + 1 : 0;
    seen = Math.max(seen, last);
  }
  return true;
}

/** The journal's last sequence; null while it cannot be read. */
async function lastOrUnknown(partition: number, world: StandBackWorld): Promise<Sequence | null> {
  try {
    return await world.journal.last(partition);
  } catch (error) {
    if (!isJournalFault(error)) throw error;
    const message = 'cannot see whether the other writer is silent';
    world.log('warning', message, { partition, error: String(error) });
    return null;
  }
}
