/** Where a journal's time stands: an engine on it must not start with a clock that is far behind. */

import type { Sequence } from '../events.ts';
import { decodeEntry, encodeEntry, entryHash } from './codec.ts';
import { type Journal, JournalCorrupt, JournalUnavailable } from './journal.ts';

/** The end of a partition, as of its last entry. */
export interface PartitionTime {
  partition: number;
  sequence: Sequence;
  /** SHA-256 of the last entry, in hex. */
  hash: string;
  /** The partition's time, in milliseconds since 1970 UTC. */
  at: number;
}

/**
 * The time of every partition that has entries. One that cannot be read is left out: its recovery says
 * what is wrong.
 */
export async function newestTimes(journal: Journal, partitions: number): Promise<PartitionTime[]> {
  const all = Array.from({ length: partitions }, (_, partition) => lastTime(journal, partition));
  return (await Promise.all(all)).filter((time) => time !== null);
}

async function lastTime(journal: Journal, partition: number): Promise<PartitionTime | null> {
  let newest: PartitionTime | null = null;
  try {
    const last = await journal.last(partition);
    if (last === 0) return null;
    for await (const { sequence, bytes } of journal.read(partition, last)) {
      const { at, events } = decodeEntry(partition, sequence, bytes);
      // Within a partition the last entry has the newest time, and in it the last event.
      const newestAt = Math.max(at, events.at(-1)?.at ?? 0);
      newest = { partition, sequence, hash: entryHash(bytes), at: newestAt };
    }
  } catch (error) {
    if (!(error instanceof JournalCorrupt || error instanceof JournalUnavailable)) throw error;
  }
  return newest;
}

/**
 * Sets a partition's time back, by an entry of its own. What was decided before stays as it is: only
 * from here on do times go on from `at`.
 * @throws Fenced, JournalUnavailable, OutcomeUnknown
 */
export async function setTimeBack(
  journal: Journal,
  { partition, sequence, hash: prev, at: timeSetBackFrom }: PartitionTime,
  writer: string,
  at: number,
): Promise<void> {
  const head = { partition, seq: sequence + 1, prev, writer, at, timeSetBackFrom };
  await journal.append(partition, sequence, encodeEntry(head, []));
}
