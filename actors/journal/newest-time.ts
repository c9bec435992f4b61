/** The newest time in a journal: an engine on it must not start with an earlier clock. */
import { decodeEntry } from './codec.ts';
import { type Journal, JournalCorrupt, JournalUnavailable } from './journal.ts';

/**
 * The latest time in the last entries of all partitions, in milliseconds since 1970 UTC; 0 when there
 * are none. A partition that cannot be read is ignored: its recovery says what is wrong.
 */
export async function newestTime(journal: Journal, partitions: number): Promise<number> {
  const all = Array.from({ length: partitions }, (_, partition) => lastTime(journal, partition));
  return Math.max(0, ...(await Promise.all(all)));
}

async function lastTime(journal: Journal, partition: number): Promise<number> {
  let newest = 0;
  try {
    const last = await journal.last(partition);
    if (last === 0) return 0;
    for await (const { sequence, bytes } of journal.read(partition, last)) {
      const { at, events } = decodeEntry(partition, sequence, bytes);
      newest = Math.max(newest, at, events.at(-1)?.at ?? 0);
    }
  } catch (error) {
    if (!(error instanceof JournalCorrupt || error instanceof JournalUnavailable)) throw error;
  }
  return newest;
}
