/** Replays a journal through an audit, and compares the copies of it with what it says. */

import type { Sequence } from '../../actors/events.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { Audit } from './audit/audit.ts';
import type { Compared, Comparison, Names, Reading } from './compare/comparison.ts';
import type { SnapshotChecks } from './compare/snapshots.ts';
import { hashAt, readAgain, readPartition } from './read-journal.ts';
import type { EntrySource } from './reader/read-ahead.ts';

export interface ReplayOptions {
  journal: Journal;
  /** How many partitions the journal was made with. */
  partitions: number;
  item?: number | null;
  /** Only this one, where each is replayed by itself. */
  partition?: number | null;
  to?: Sequence | null;
  comparisons?: readonly Comparison[];
  /** Compares snapshots with the states on the way. */
  snapshots?: SnapshotChecks;
  /** Keeps what happened to each item over time, for a report. */
  chronicles?: boolean;
  /** Reads the same journal, ahead of the audit. */
  source?: EntrySource;
  /** Hot: called after each entry. */
  onEntry?: (audit: Audit) => void;
  /** Called when all is read, before the comparisons. */
  onRead?: () => void;
}

export interface Replayed {
  audit: Audit;
  comparisons: Compared[];
  /** Of the items and promos that a catalogue was found for. */
  names: Names;
  /** By partition that was read: who answered. */
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
  const { journal, partitions, to = null, comparisons = [], snapshots } = options;
  const { item: onlyItem = null, partition: onlyPartition = null, chronicles = false } = options;
  const audit = new Audit({ partitions, onlyItem, onlyPartition, chronicles });
  const startedAt = performance.now();
  const answeredBy = await readAll(audit, options);
  const journalMs = performance.now() - startedAt - (snapshots?.ms ?? 0);
  options.onRead?.();
  const readOn: Reading['readOn'] = async (partition, sequence) => {
    const upTo = Math.min(sequence, to ?? sequence);
    if (partition.sequence >= upTo) return;
    await readPartition(journal, partition, upTo, () => snapshots?.passed(partition));
  };
  const names: Names = { items: new Map(), promos: new Map() };
  const reading = {
    ...{ audit, names, to, readOn },
    readAgain: readAgain.bind(null, journal),
    hashAt: hashAt.bind(null, journal),
  };
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
  const { journal, to = null, snapshots, onEntry, source = journal } = options;
  const answeredBy: string[] = [];
  for (const partition of audit.partitions) {
    await snapshots?.expect(partition, to);
    const passed = () => {
      snapshots?.passed(partition);
      onEntry?.(audit);
    };
    await readPartition(journal, partition, to ?? undefined, passed, source);
    answeredBy.push(source.answeredBy(partition.partition));
  }
  return answeredBy;
}
