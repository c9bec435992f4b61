/**
 * How a partition's entries are numbered in its stream. Entry 1 is the stream's first message, so that
 * the numbers are the same, except where the stream had no message, but a sequence: cuts have left that
 * behind in streams that nobody had written to (see `jetstream-probe.ts`). Such a stream is empty and
 * whole: its entry n is then the sequence n + offset.
 *
 * A stream is not made anew instead: between the look at it and its deletion another engine may have
 * written its first entry. Nor is the offset kept anywhere: it is where the first message lies, and the
 * message says itself that it is entry 1. A stream that has lost its first messages begins with another
 * entry, so it cannot be mistaken for one.
 */
import type { Sequence } from '../events.ts';
import { decodeEntry } from './codec.ts';
import { JournalCorrupt } from './journal.ts';

/** What a server says of a stream. */
export interface StreamState {
  messages: number;
  first_seq: number;
  last_seq: number;
}

/** Where a partition stands, in numbers of entries, and how these become sequences of its stream. */
export interface Numbers {
  /** The first entry that is there, or will be. */
  first: Sequence;
  last: Sequence;
  /** Added to an entry's number, gives its sequence. */
  offset: number;
}

/** Numbers of a stream; `firstBytes` reads its first message, which is asked for only after a gap. */
export async function numbersOf(
  partition: number,
  { messages, first_seq, last_seq }: StreamState,
  firstBytes: (sequence: number) => Promise<Uint8Array>,
): Promise<Numbers> {
  if (messages === 0) return { first: 1, last: 0, offset: last_seq };
  if (first_seq <= 1) return { first: first_seq, last: last_seq, offset: 0 };
  const offset = first_seq - 1;
  if (!isEntryOne(partition, await firstBytes(first_seq))) {
    return { first: first_seq, last: last_seq, offset: 0 };
  }
  return { first: 1, last: last_seq - offset, offset };
}

function isEntryOne(partition: number, bytes: Uint8Array): boolean {
  try {
    decodeEntry(partition, 1, bytes);
    return true;
  } catch (error) {
    if (error instanceof JournalCorrupt) return false;
    throw error;
  }
}
