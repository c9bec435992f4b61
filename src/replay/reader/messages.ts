/**
 * What is said between an audit and the thread that reads the journal ahead of it (`thread.ts`). The thread fills pages
 * with entries and hands their memory over; the audit hands it back when it has taken them, and there are no more than
 * `pagesMax` of them, so that neither runs away from the other.
 */
import type { Sequence } from '../../../actors/events.ts';
import {
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
} from '../../../actors/journal/journal.ts';
import type { JournalSettings } from '../../../actors/journal/open.ts';
import { entryBytesMax } from '../../../actors/limits.ts';

export const pagesMax = 4;
/** A longer entry, which no engine writes, has a page of its own size. */
export const pageBytes = 2 ** 20;
if (pageBytes < entryBytesMax) throw new Error('the longest entry has no room in a page');

/** Each reading of a partition has a number; the thread leaves the one before as soon as it hears of another. */
export type ToReader =
  | { type: 'open'; journal: JournalSettings; partitions: number; patienceMs: number }
  | { type: 'read'; reading: number; partition: number; from: Sequence }
  | { type: 'leave'; reading: number }
  | { type: 'taken'; memory: ArrayBuffer };

export interface Page {
  type: 'page';
  reading: number;
  /** The first entry's number; those of the others follow. */
  first: Sequence;
  /** Where each entry ends in the memory, and the hash of its bytes. */
  ends: number[];
  hashes: string[];
  memory: ArrayBuffer;
  /** Who has answered so far. */
  answeredBy: string;
}

export type FromReader =
  | Page
  | { type: 'end'; reading: number; answeredBy: string }
  | { type: 'failed'; reading: number; fault: Fault; answeredBy: string };

/** An error, as it can be sent. */
interface Fault {
  name: string;
  message: string;
  corrupt: { partition: number; sequence: Sequence } | null;
}

export function faultOf(error: unknown): Fault {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const isCorrupt = error instanceof JournalCorrupt;
  const corrupt = isCorrupt ? { partition: error.partition, sequence: error.sequence } : null;
  return { name, message, corrupt };
}

/** The error that a fault was. */
export function errorOf({ name, message, corrupt }: Fault): Error {
  if (corrupt !== null) {
    const what = message.slice(message.indexOf(': ') + 2);
    return new JournalCorrupt(corrupt.partition, corrupt.sequence, what);
  }
  if (name === 'JournalUnavailable') return new JournalUnavailable(message);
  return name === 'JournalMisconfigured' ? new JournalMisconfigured(message) : new Error(message);
}
