/** What metrics tell of partitions: their journal, and how far SQL and the replica follow it. */
import type { Clock } from '../../actors/clock.ts';
import { type Copy, type Positions, partitionModes } from '../../actors/memory/positions.ts';
import type { Add, Labels } from './metric.ts';

interface PartitionParts {
  positions: Positions;
  partitions: number;
  clock: Clock;
  replicated: boolean;
}

export function addPartitions(parts: PartitionParts, gauge: Add, counter: Add): void {
  addJournals(parts, gauge, counter);
  addModes(parts, gauge);
  addCopy(parts, gauge, 'sql', 'stampede_projector', 'SQL');
  if (!parts.replicated) return;
  addCopy(parts, gauge, 'replica', 'stampede_replica', 'Redis');
  const silent = '1 while the replica cannot be written.';
  const { positions } = parts;
  gauge(
    'stampede_replica_silent',
    silent,
    label,
    each(parts, (p) => positions.get(p, 'replicaSilent')),
  );
}

const label = ['partition'];

/** A sample for each partition. */
function each({ partitions }: PartitionParts, value: (partition: number) => number) {
  return function* (): Generator<[Labels, number]> {
    for (let partition = 0; partition < partitions; partition++) {
      yield [{ partition }, value(partition)];
    }
  };
}

const journalCounters = {
  stampede_journal_entries_total: ['entries', 'Entries appended: group commits.'],
  stampede_journal_events_total: ['events', 'Events in the entries appended.'],
  stampede_journal_errors_total: ['appendErrors', 'Appends that failed or were not answered.'],
  stampede_journal_fences_total: ['fences', 'Appends refused because another writer had written.'],
  stampede_recoveries_total: ['recoveries', 'Times the state was rebuilt from the journal.'],
} as const;

const journalGauges = {
  stampede_journal_sequence: ['journalSeq', 'Last durable entry.'],
  stampede_orders_kept: ['ordersKept', 'Orders in memory, counted once a minute.'],
  stampede_snapshot_sequence: [
    'snapshotSeq',
    'Entry of the newest snapshot that this engine has stored or started from; 0 where there is none.',
  ],
  stampede_journal_silent: ['journalSilent', '1 while the journal does not answer.'],
} as const;

function addJournals(parts: PartitionParts, gauge: Add, counter: Add): void {
  const { positions } = parts;
  for (const [name, [cell, help]] of Object.entries(journalCounters)) {
    const value = (p: number) => positions.get(p, cell);
    counter(name, help, label, each(parts, value));
  }
  const appendSeconds = 'Time spent waiting for appends; divided by entries, the mean.';
  const seconds = (p: number) => positions.get(p, 'appendMs') / 1000;
  counter('stampede_journal_append_seconds_total', appendSeconds, label, each(parts, seconds));
  for (const [name, [cell, help]] of Object.entries(journalGauges)) {
    const value = (p: number) => positions.get(p, cell);
    gauge(name, help, label, each(parts, value));
  }
}

function addModes(parts: PartitionParts, gauge: Add): void {
  const { positions, partitions } = parts;
  gauge(
    'stampede_partition_time_ahead_seconds',
    'How far the time of a partition is ahead of a wall clock that was set back: it stands still.',
    label,
    each(parts, (p) => positions.get(p, 'aheadMs') / 1000),
  );
  gauge(
    'stampede_partition_mode',
    'What the partition is doing: 1 for its mode, else 0.',
    ['partition', 'mode'],
    function* () {
      for (let partition = 0; partition < partitions; partition++) {
        const mode = positions.mode(partition);
        for (const each of partitionModes) yield [{ partition, mode: each }, each === mode ? 1 : 0];
      }
    },
  );
}

/** How far a copy of the journal has come, and what it does not have yet. */
function addCopy(
  parts: PartitionParts,
  gauge: Add,
  copy: Copy,
  lagging: 'stampede_projector' | 'stampede_replica',
  name: 'SQL' | 'Redis',
): void {
  const { positions, clock } = parts;
  const lag = (p: number) => positions.lag(p, copy, clock());
  gauge(
    `stampede_${copy}_sequence`,
    `Last entry in ${name}.`,
    label,
    each(parts, (p) => positions.get(p, `${copy}Seq`)),
  );
  gauge(
    `${lagging}_lag_entries`,
    `Entries that ${name} does not have yet.`,
    label,
    each(parts, (p) => lag(p).entries),
  );
  gauge(
    `${lagging}_lag_seconds`,
    `Age of the oldest entry that ${name} does not have yet; 0 when it has all.`,
    label,
    each(parts, (p) => lag(p).ms / 1000),
  );
}
