/** What a partition needs from outside: the actor thread and the simulation each supply it. */
import type { Clock } from '../clock.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import type { ArchiveRule } from './decider.ts';
import type { FollowedWorld } from './follower.ts';
import type { PipelineWorld } from './pipeline.ts';
import type { PartitionLog } from './telling.ts';

export interface PartitionWorld extends PipelineWorld, PartitionLog {
  sleep(ms: number): Promise<void>;
  /** Called whenever a partition's mode has changed, and with it when `tick` will have something to do. */
  changed(): void;
  archive: ArchiveRule;
  /** Null where the engine keeps none. */
  snapshots: Pick<SnapshotStore, 'list' | 'open'> | null;
  /** Null where the engine is alone. */
  cluster: ClusterPart | null;
}

/** What a partition needs in a cluster. */
export interface ClusterPart extends FollowedWorld {
  /** The wall clock. */
  clock: Clock;
  /** Whether another engine is known that commands for a partition are to be sent to. */
  ownedElsewhere(partition: number): boolean;
  /** Answers a command with the engine that it is to be sent to. */
  redirect(mailbox: number, request: number, partition: number): void;
  /** The partition was taken or given up, which the others are to know at once. */
  ownershipChanged(partition: number): void;
}
