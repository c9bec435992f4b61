/** Reads a journal into an audit, gaps included. */

import type { Sequence } from '../../actors/events.ts';
import { decodeEntry, type Entry, entryHash } from '../../actors/journal/codec.ts';
import { type Journal, JournalCorrupt } from '../../actors/journal/journal.ts';
import { noteGarbage } from '../../actors/journal/read-garbage.ts';
import type { PartitionAudit } from './audit/partition-audit.ts';
import type { EntrySource } from './reader/read-ahead.ts';

/**
 * Of an entry that was read ahead the bytes are no garbage here, only what they are decoded to. Collecting that as
 * often would take a tenth of an audit's time; a quarter as often costs it fifty megabytes.
 */
const garbageShareAhead = 1 / 4;

/**
 * Reads a partition on from where its audit stands, to the journal's end or to an entry.
 * @param source - reads the same journal, ahead
 * @throws JournalUnavailable when the journal cannot be read now.
 */
export async function readPartition(
  journal: Journal,
  audit: PartitionAudit,
  upTo: Sequence = Number.MAX_SAFE_INTEGER,
  onEntry?: () => void,
  source: Pick<EntrySource, 'read'> = journal,
): Promise<void> {
  const { partition } = audit;
  while (audit.sequence < upTo) {
    try {
      for await (const entry of source.read(partition, audit.sequence + 1)) {
        const { sequence, bytes, hash } = entry;
        audit.entry(sequence, bytes, hash);
        noteGarbage(bytes.byteLength * (hash === undefined ? 1 : garbageShareAhead));
        onEntry?.();
        if (sequence >= upTo) break;
      }
      return;
    } catch (error) {
      if (!(error instanceof JournalCorrupt)) throw error;
      if (!(await skipHole(journal, audit, upTo, error))) return;
    }
  }
}

/** Entries that an audit has read, after one and up to another, decoded. */
export async function* readAgain(
  journal: Journal,
  partition: number,
  after: Sequence,
  upTo: Sequence,
): AsyncGenerator<Entry> {
  if (after >= upTo) return;
  for await (const { sequence, bytes } of journal.read(partition, after + 1)) {
    yield decodeEntry(partition, sequence, bytes);
    noteGarbage(bytes.byteLength);
    if (sequence >= upTo) return;
  }
}

/** Tells the audit what cannot be read. False when nothing after it can be read either. */
async function skipHole(
  journal: Journal,
  audit: PartitionAudit,
  upTo: Sequence,
  { message }: JournalCorrupt,
): Promise<boolean> {
  const first = audit.sequence + 1;
  const last = Math.min(upTo, await lastOf(journal, audit.partition, first));
  let next = first + 1;
  while (next <= last && !(await canRead(journal, audit.partition, next))) next++;
  audit.missing(first, next - 1, message.slice(message.indexOf(': ') + 2));
  return next <= last;
}

async function canRead(journal: Journal, partition: number, sequence: Sequence): Promise<boolean> {
  return (await hashAt(journal, partition, sequence)) !== null;
}

/**
 * The hash of an entry's stored bytes; null where it is missing or cannot be read.
 * @throws JournalUnavailable when the journal cannot be read now.
 */
export async function hashAt(
  journal: Journal,
  partition: number,
  sequence: Sequence,
): Promise<string | null> {
  try {
    for await (const entry of journal.read(partition, sequence)) {
      return entry.sequence === sequence ? entryHash(entry.bytes) : null;
    }
    return null;
  } catch (error) {
    if (error instanceof JournalCorrupt) return null;
    throw error;
  }
}

/** The last entry of a partition; where damage hides that, the one that is known to be broken. */
export async function lastOf(
  journal: Journal,
  partition: number,
  broken: Sequence,
): Promise<Sequence> {
  try {
    return Math.max(broken, await journal.last(partition));
  } catch (error) {
    if (error instanceof JournalCorrupt) return broken;
    throw error;
  }
}
