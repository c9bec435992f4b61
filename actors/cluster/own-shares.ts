/** How this engine stands with the partitions, by the cells of its positions, and what main writes there. */
import { followerFreshMs } from '../limits.ts';
import type { Positions } from '../memory/positions.ts';
import { type Beat, type Common, isServing, type Share } from './beat.ts';

/** What a beat says of one partition, as far as the threads know it. */
export function ownShare(positions: Positions, partition: number): Omit<Share, 'heir'> {
  const get = (cell: Parameters<Positions['get']>[1]) => positions.get(partition, cell);
  const mode = positions.mode(partition);
  const seq = get('journalSeq');
  const caughtUp = mode === 'following' && seq >= get('ownerSeq');
  return {
    owned: positions.owns(partition),
    mode,
    since: get('ownedSince'),
    seq,
    sqlSeq: get('sqlKnown') === 1 ? get('sqlSeq') : null,
    replicaSeq: get('replicaKnown') === 1 ? get('replicaSeq') : null,
    fresh: mode === 'ready' || caughtUp,
  };
}

/** What the owner of a partition last said. Times are of the steady clock. */
export interface OwnerSaid {
  beat: Beat;
  heardAt: number;
  /**
   * It was stored after this. When it was heard says nothing of that: an engine that was frozen hears at
   * once what was said meanwhile.
   */
  storedAfter: number;
}

/**
 * Notes what the owner of a partition, another engine, last said: how far this engine's copy must have come,
 * and until when its board may answer. Without an owner nothing may.
 */
export function noteOwner(positions: Positions, partition: number, owner: OwnerSaid | null): void {
  if (owner === null) {
    positions.set(partition, 'ownerReady', 0);
    positions.set(partition, 'ownerHeardAt', 0);
    return;
  }
  const { mode, seq } = owner.beat.partitions[partition]!;
  positions.set(partition, 'ownerReady', mode === 'ready' ? 1 : 0);
  positions.set(partition, 'ownerSeq', seq);
  positions.set(partition, 'ownerHeardAt', owner.heardAt);
  // Who is about to own it does not know yet how far the one before has come.
  if (!isServing(mode) || positions.get(partition, 'journalSeq') < seq) return;
  positions.set(partition, 'boardStaleAt', owner.storedAfter + followerFreshMs);
}

/** Notes how far the owner, another engine, says that the copies have come that both of them share. */
export function noteCopies(
  positions: Positions,
  partition: number,
  { beat }: Pick<OwnerSaid, 'beat'>,
  own: Common,
): void {
  const { sqlSeq, replicaSeq } = beat.partitions[partition]!;
  if (sqlSeq !== null && isShared(own.sql, beat.common.sql)) {
    positions.reached(partition, 'sql', sqlSeq);
  }
  if (replicaSeq !== null && isShared(own.store, beat.common.store)) {
    positions.reached(partition, 'replica', replicaSeq);
  }
}

/** Notes that this engine owns a partition. A beat of its own was stored: its lease ends at `leaseEndsAt`. */
export function noteOwned(positions: Positions, partition: number, heardAt: number): void {
  const ready = positions.mode(partition) === 'ready';
  positions.set(partition, 'ownerReady', ready ? 1 : 0);
  positions.set(partition, 'ownerSeq', positions.get(partition, 'journalSeq'));
  positions.set(partition, 'ownerHeardAt', heardAt);
  if (ready) positions.set(partition, 'boardStaleAt', positions.leaseEndsAt);
}

/** What stands for an SQL or a store that no other engine has. */
const ownAlone = 'own';

function isShared(one: string, other: string): boolean {
  return one === other && one !== ownAlone;
}

/** What another engine has that must be the same in all of a cluster, and is not: in words. */
export function mismatches(own: Common, other: Common): string[] {
  const found = own.tokenSecret === other.tokenSecret ? [] : ['another TOKEN_SECRET'];
  if (!isShared(own.sql, other.sql)) found.push('another DATABASE_URL, or one of us has none');
  if (!isShared(own.store, other.store)) found.push('another REDIS_URL, or one of us has none');
  return found;
}
