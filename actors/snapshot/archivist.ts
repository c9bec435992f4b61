/**
 * The archivist's work: it reads a partition's journal behind the actor, from the last snapshot on, and stores the
 * next one when there is much to read after that. No order waits for it, and what it cannot store costs time at the
 * next start, no more.
 */
import type { Sequence } from '../events.ts';
import type { Journal } from '../journal/journal.ts';
import type { Positions } from '../memory/positions.ts';
import { ordersKept } from '../partition/history.ts';
import type { Recovered } from '../partition/recovered.ts';
import { recoverPartition } from '../partition/recovery.ts';
import type { PartitionLog } from '../partition/telling.ts';
import { named } from './files.ts';
import { Milestones } from './milestones.ts';
import type { Pace, SnapshotStore } from './store.ts';

export interface ArchivistWorld extends PartitionLog {
  journal: Journal;
  snapshots: SnapshotStore;
  positions: Pick<Positions, 'get' | 'set'>;
  /** Called between the pieces that are written; and read, if reading has no pace of its own. */
  pace: Pace;
  readingPace?: Pace;
}

/** Nobody asks who has bought. */
const noBoard = { markBuyer: () => undefined };

/**
 * Reads a partition's journal to its end and stores what it comes to, unless a snapshot has all of it.
 * @throws SnapshotsUnavailable, JournalUnavailable, JournalCorrupt, JournalShort, SnapshotAbandoned
 */
export async function takeSnapshot(partition: number, world: ArchivistWorld): Promise<void> {
  const { positions, snapshots, pace, log } = world;
  // Counted before the journal is read: what is appended meanwhile may be covered, and is not taken for it.
  const coveredFrom = positions.get(partition, 'eventsFrom');
  const coveredEvents = positions.get(partition, 'journalEvents');
  const startedAt = performance.now();
  const times = new Milestones();
  const state = await read(partition, world, times);
  const { chain, from, events } = state;
  if (chain.sequence > from) await snapshots.put({ ...state, times: times.all }, pace);
  const orders = ordersKept(state.items);
  positions.set(partition, 'coveredFrom', coveredFrom);
  positions.set(partition, 'coveredEvents', coveredEvents);
  positions.set(partition, 'ordersKept', orders);
  positions.set(partition, 'snapshotSeq', chain.sequence);
  const ms = Math.round(performance.now() - startedAt);
  log('debug', 'snapshot', { partition, sequence: chain.sequence, from, events, orders, ms });
}

async function read(
  partition: number,
  { journal, snapshots, positions, pace, readingPace = pace, log }: ArchivistWorld,
  times: Milestones,
): Promise<Recovered> {
  const stored = positions.get(partition, 'snapshotSeq');
  const world = {
    ...{ journal, snapshots, board: noBoard, sleep: readingPace },
    positions: {
      noteEntry: (_: number, sequence: Sequence, at: number) => times.note(sequence, at),
    },
    passedOver: (snapshot: string | null, why: string) => {
      // Of others whoever recovered the partition has told.
      const isOurs = named(snapshot === null ? [] : [snapshot]).some(({ seq }) => seq === stored);
      const isNews = isOurs && stored > positions.get(partition, 'eventsFrom');
      log(isNews ? 'warning' : 'debug', 'passes over a snapshot', { partition, snapshot, why });
    },
  };
  const known = { last: positions.get(partition, 'journalSeq'), acknowledged: null };
  const state = await recoverPartition(partition, world, () => true, known);
  return state!; // It is wanted to the end.
}
