/** How far this engine's copies of partitions that others own are behind them. */
import type { Clock } from '../../../actors/clock.ts';
import { followerFreshMs } from '../../../actors/limits.ts';
import type { PartitionMode, Positions } from '../../../actors/memory/positions.ts';

export interface FollowedCopy {
  mode: PartitionMode;
  seq: number;
  /** Entries that the owner had, by its last beat, and the copy has not. */
  entriesBehind: number;
  /** How long ago the copy had all that its owner had; null where it never had. */
  behindMs: number | null;
  /** Whether the board answers for the partition. */
  answers: boolean;
}

/** Null where this engine owns the partition. */
export function copyOf(
  positions: Positions,
  partition: number,
  steadyClock: Clock,
): FollowedCopy | null {
  if (positions.owns(partition)) return null;
  const seq = positions.get(partition, 'journalSeq');
  // The board counts as fresh for so long after it was last seen to be in step.
  const inStepAt = positions.get(partition, 'boardStaleAt') - followerFreshMs;
  return {
    mode: positions.mode(partition),
    seq,
    entriesBehind: Math.max(0, positions.get(partition, 'ownerSeq') - seq),
    behindMs: inStepAt <= 0 ? null : Math.max(0, steadyClock() - inStepAt),
    answers: positions.boardAnswers(partition, steadyClock),
  };
}
