/**
 * Where snapshots are kept: files beside an embedded journal (`files.ts`), an object store of JetStream beside its
 * streams (`objects.ts`). One that is listed is whole: it appears at once, or never.
 */
import type { Sequence } from '../events.ts';
import type { Recovered } from '../partition/recovered.ts';
import type { SnapshotHeader } from './format.ts';

/** A snapshot by its name. What it really is its header says. */
export interface StoredSnapshot {
  partition: number;
  /** The entry that it is the state after. */
  seq: Sequence;
  name: string;
}

/** A snapshot whose bytes match its checksum. */
export interface OpenedSnapshot {
  header: SnapshotHeader;
  /** What follows the header, for `decodeState`: nobody else's, and written nowhere when it changes. */
  body: Uint8Array;
}

/**
 * Called now and then while there is much to do, so that a thread's other work gets a turn.
 * @throws SnapshotAbandoned where the work is to be left
 */
export type Pace = () => Promise<void>;

/** Nobody wants the snapshot any more. */
export class SnapshotAbandoned extends Error {
  override readonly name = 'SnapshotAbandoned';
}

export interface SnapshotStore {
  /** Those of a partition, the newest first. @throws SnapshotsUnavailable */
  list(partition: number): Promise<StoredSnapshot[]>;
  /** @throws SnapshotUnfit where it cannot be used. @throws SnapshotsUnavailable */
  open(snapshot: StoredSnapshot, pace: Pace): Promise<OpenedSnapshot>;
  /**
   * Stores a state, which must not change until then, and removes all but the newest `snapshotsKept` of its
   * partition. One that is there already is not stored again.
   * @throws SnapshotsUnavailable
   */
  put(state: Readonly<Recovered>, pace: Pace): Promise<StoredSnapshot>;
}

/** The snapshots cannot be read or written now: no room, no permission, no server. */
export class SnapshotsUnavailable extends Error {
  override readonly name = 'SnapshotsUnavailable';
}
