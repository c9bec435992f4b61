/** When a snapshot of a partition is due. */
import type { Clock } from '../clock.ts';
import {
  snapshotOrdersShare,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotTailEvents,
} from '../limits.ts';
import type { Positions } from '../memory/positions.ts';

/**
 * Whether the next start would have so much of a partition to read that a snapshot is worth its time.
 * @param clock - the wall clock
 */
export function isSnapshotDue(partition: number, positions: Positions, clock: Clock): boolean {
  if (!positions.owns(partition) || positions.mode(partition) !== 'ready') return false;
  const events = uncovered(partition, positions);
  const share = positions.get(partition, 'ordersKept') * snapshotOrdersShare;
  if (events >= Math.max(snapshotTailEvents, share)) return true;
  return (
    events >= snapshotQuietEvents && positions.restingMs(partition, clock()) >= snapshotQuietMs
  );
}

/** Events that may be in no snapshot. */
function uncovered(partition: number, positions: Pick<Positions, 'get'>): number {
  const from = positions.get(partition, 'eventsFrom');
  const isSame = positions.get(partition, 'coveredFrom') === from;
  const covered = isSame ? positions.get(partition, 'coveredEvents') : 0;
  return positions.get(partition, 'journalEvents') - covered;
}
