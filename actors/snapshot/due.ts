/** When snapshots of partitions are due. */
import type { Clock } from '../clock.ts';
import {
  snapshotIdleMs,
  snapshotLookMs,
  snapshotLullMs,
  snapshotOrdersShare,
  snapshotPauseMs,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotRushEvents,
  snapshotTailEvents,
} from '../limits.ts';
import type { Positions } from '../memory/positions.ts';

/** When snapshots are due, and how often that is looked at; `limits.ts` says what each is. */
export interface SnapshotTerms {
  tailEvents: number;
  ordersShare: number;
  rushEvents: number;
  lullMs: number;
  quietEvents: number;
  quietMs: number;
  lookMs: number;
  pauseMs: number;
  idleMs: number;
}

export const snapshotTerms: SnapshotTerms = {
  tailEvents: snapshotTailEvents,
  ordersShare: snapshotOrdersShare,
  rushEvents: snapshotRushEvents,
  lullMs: snapshotLullMs,
  quietEvents: snapshotQuietEvents,
  quietMs: snapshotQuietMs,
  lookMs: snapshotLookMs,
  pauseMs: snapshotPauseMs,
  idleMs: snapshotIdleMs,
};

/**
 * The partitions of which the next start would have so much to read that a snapshot is worth its time; while buyers
 * rush, only if it would have very much to read of all of them.
 * @param clock - the wall clock
 */
export function dueSnapshots(
  partitions: number,
  positions: Positions,
  clock: Clock,
  terms: SnapshotTerms = snapshotTerms,
): number[] {
  const now = clock();
  const own = Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => positions.owns(partition) && positions.mode(partition) === 'ready',
  );
  const lull = own.every((partition) => positions.restingMs(partition, now) >= terms.lullMs);
  const all = own.reduce((sum, partition) => sum + uncovered(partition, positions), 0);
  const mayWork = lull || all >= terms.rushEvents;
  return own.filter((partition) => {
    const events = uncovered(partition, positions);
    const share = positions.get(partition, 'ordersKept') * terms.ordersShare;
    if (mayWork && events >= Math.max(terms.tailEvents, share)) return true;
    return events >= terms.quietEvents && positions.restingMs(partition, now) >= terms.quietMs;
  });
}

/** Events that may be in no snapshot. */
function uncovered(partition: number, positions: Pick<Positions, 'get'>): number {
  const from = positions.get(partition, 'eventsFrom');
  const isSame = positions.get(partition, 'coveredFrom') === from;
  const covered = isSame ? positions.get(partition, 'coveredEvents') : 0;
  return positions.get(partition, 'journalEvents') - covered;
}
