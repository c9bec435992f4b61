/** When a snapshot of a partition is due. */
import type { Clock } from '../clock.ts';
import {
  snapshotIdleMs,
  snapshotLookMs,
  snapshotOrdersShare,
  snapshotPauseMs,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotTailEvents,
} from '../limits.ts';
import type { Positions } from '../memory/positions.ts';

/** When snapshots are due, and how often that is looked at; `limits.ts` says what each is. */
export interface SnapshotTerms {
  tailEvents: number;
  ordersShare: number;
  quietEvents: number;
  quietMs: number;
  lookMs: number;
  pauseMs: number;
  idleMs: number;
}

export const snapshotTerms: SnapshotTerms = {
  tailEvents: snapshotTailEvents,
  ordersShare: snapshotOrdersShare,
  quietEvents: snapshotQuietEvents,
  quietMs: snapshotQuietMs,
  lookMs: snapshotLookMs,
  pauseMs: snapshotPauseMs,
  idleMs: snapshotIdleMs,
};

/**
 * Whether the next start would have so much of a partition to read that a snapshot is worth its time.
 * @param clock - the wall clock
 */
export function isSnapshotDue(
  partition: number,
  positions: Positions,
  clock: Clock,
  { tailEvents, ordersShare, quietEvents, quietMs } = snapshotTerms,
): boolean {
  if (!positions.owns(partition) || positions.mode(partition) !== 'ready') return false;
  const events = uncovered(partition, positions);
  const share = positions.get(partition, 'ordersKept') * ordersShare;
  if (events >= Math.max(tailEvents, share)) return true;
  return events >= quietEvents && positions.restingMs(partition, clock()) >= quietMs;
}

/** Events that may be in no snapshot. */
function uncovered(partition: number, positions: Pick<Positions, 'get'>): number {
  const from = positions.get(partition, 'eventsFrom');
  const isSame = positions.get(partition, 'coveredFrom') === from;
  const covered = isSame ? positions.get(partition, 'coveredEvents') : 0;
  return positions.get(partition, 'journalEvents') - covered;
}
