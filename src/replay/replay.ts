/** Replays a journal through an audit, and compares the copies of it with what it says. */

import type { Sequence } from '../../actors/events.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { Audit } from './audit/audit.ts';
import type { Compared, Comparison, Names, Reading } from './compare/comparison.ts';
import type { SnapshotChecks } from './compare/snapshots.ts';
import { hashAt, lastOf, readPartition } from './read-journal.ts';
import type { ReadAhead } from './reader/read-ahead.ts';

/** With fewer, a thread that reads ahead would hardly have begun. */
const aheadEntriesMin = 1_000;

export interface ReplayOptions {
  journal: Journal;
  /** How many partitions the journal was made with. */
  partitions: number;
  item?: number | null;
  to?: Sequence | null;
  comparisons?: readonly Comparison[];
  /** Compares snapshots with the states on the way. */
  snapshots?: SnapshotChecks;
  /** Keeps what happened to each item over time, for a report. */
  chronicles?: boolean;
  progress?: ReplayProgress;
  /** Starts a thread that reads the same journal, where it is long. */
  readAhead?: () => ReadAhead;
}

/** Called with how far a replay has come. */
export interface ReplayProgress {
  /** Called after each entry. `entries`: how many there were when the replay began. */
  reading(audit: Audit, entries: number): void;
  comparing(): void;
}

export interface Replayed {
  audit: Audit;
  comparisons: Compared[];
  /** Of the items and promos that a catalogue was found for. */
  names: Names;
  /** By partition: who answered when it was read. */
  answeredBy: string[];
  /** Time for the journal alone: reading, hashing, decoding, checking. */
  journalMs: number;
}

/**
 * Reads the journal to its end, or to `to`; then runs each comparison, which may read what the engine
 * has written meanwhile; then the last checks.
 * @throws JournalUnavailable, SqlUnavailable where something cannot be read.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { journal, partitions, item = null, to = null, comparisons = [] } = options;
  const { chronicles = false, snapshots, progress } = options;
  const audit = new Audit({ partitions, onlyItem: item, chronicles });
  const startedAt = performance.now();
  const answeredBy = await readAll(audit, options);
  const journalMs = performance.now() - startedAt - (snapshots?.ms ?? 0);
  progress?.comparing();
  const readOn: Reading['readOn'] = async (partition, sequence) => {
    const upTo = Math.min(sequence, to ?? sequence);
    if (partition.sequence >= upTo) return;
    await readPartition(journal, partition, upTo, () => snapshots?.passed(partition));
  };
  const names: Names = { items: new Map(), promos: new Map() };
  const reading = { audit, names, to, readOn, hashAt: hashAt.bind(null, journal) };
  const compared: Compared[] = [];
  for (const comparison of comparisons) {
    compared.push(await comparison.compare(reading));
  }
  if (snapshots !== undefined) compared.push(snapshots.compared(audit));
  audit.finish();
  return { audit, comparisons: compared, names, answeredBy, journalMs };
}

/** Returns who answered, by partition. */
async function readAll(audit: Audit, options: ReplayOptions): Promise<string[]> {
  const { journal, to = null, snapshots, progress, readAhead } = options;
  const isCounted = progress !== undefined || readAhead !== undefined;
  const entries = isCounted ? await countEntries(journal, audit, to) : 0;
  const ahead = readAhead !== undefined && entries >= aheadEntriesMin ? readAhead() : null;
  const source = ahead ?? journal;
  const answeredBy: string[] = [];
  try {
    for (const partition of audit.partitions) {
      await snapshots?.expect(partition, to);
      const passed = () => {
        snapshots?.passed(partition);
        progress?.reading(audit, entries);
      };
      await readPartition(journal, partition, to ?? undefined, passed, source);
      answeredBy.push(source.answeredBy(partition.partition));
    }
  } finally {
    ahead?.close();
  }
  return answeredBy;
}

async function countEntries(journal: Journal, audit: Audit, to: Sequence | null): Promise<number> {
  let entries = 0;
  for (const { partition } of audit.partitions) {
    const last = await lastOf(journal, partition, 0);
    entries += Math.min(last, to ?? last);
  }
  return entries;
}
