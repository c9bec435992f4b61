/** What main tells HTTP threads of the engines of a cluster: for those who operate them. */
import { goneToldMs } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import type { Share } from './beat.ts';
import type { Member } from './members.ts';

/** What an engine said of a partition in its last beat. */
export interface ToldPartition {
  owned: boolean;
  mode: PartitionMode;
  /** When it took the partition, or gave it up, by its wall clock. */
  since: number;
  seq: number;
  sqlSeq: number;
  replicaSeq: number;
}

export interface ToldMember {
  /** Id of its run. */
  id: string;
  /** Where it serves HTTP. */
  address: string;
  version: string;
  /** Milliseconds since 1970 UTC. */
  startedAt: number;
  actorThreads: number;
  /** Of commands between engines: those of another layout cannot forward to each other. */
  layout: number;
  state: 'alive' | 'leaving' | 'gone';
  /** When its last beat was heard, by the steady clock of the engine that tells. */
  heardAt: number;
  /** Fingerprints of what engines must have in common; `own` where an engine keeps one to itself. */
  common: { tokenSecret: string; sql: string; store: string };
  /** By partition. */
  partitions: readonly ToldPartition[];
}

/** To every HTTP thread, in a cluster: about once a second, and whenever an owner changes. */
export interface MembersMessage {
  type: 'members';
  /** JSON of all members, the engine itself among them: `ToldMember[]`. */
  text: string;
}

/**
 * What is told at a time of the steady clock: of those that are no more, only the engines that are missed. One
 * that left has said so, and one that was started again is there under a new id.
 */
export function toldMembers(members: readonly Readonly<Member>[], now: number): ToldMember[] {
  const told = members.filter((each) => each.state === 'alive' || isMissed(each, members, now));
  return told.map(({ id, state, heardAt, beat }) => {
    const { address, version, startedAt, actorThreads, layout, common } = beat;
    const partitions = beat.partitions.map(toldPartition);
    const living = beat.leaving ? 'leaving' : 'alive';
    const facts = { id, address, version, startedAt, actorThreads, layout, common, partitions };
    return { ...facts, state: state === 'alive' ? living : 'gone', heardAt };
  });
}

function isMissed(
  { state, heardAt, beat: { address, startedAt } }: Readonly<Member>,
  members: readonly Readonly<Member>[],
  now: number,
): boolean {
  if (state !== 'gone' || now - heardAt >= goneToldMs) return false;
  return !members.some(({ beat }) => beat.address === address && beat.startedAt > startedAt);
}

function toldPartition({ owned, mode, since, seq, sqlSeq, replicaSeq }: Share): ToldPartition {
  return { owned, mode, since, seq, sqlSeq: sqlSeq ?? 0, replicaSeq: replicaSeq ?? 0 };
}
