/** Where the reading of a partition's journal may begin: after a snapshot, or with the first entry. */
import type { Sequence } from '../events.ts';
import { decodeState, SnapshotUnfit } from '../snapshot/format.ts';
import { type Pace, type SnapshotStore, SnapshotsUnavailable } from '../snapshot/store.ts';
import { nothingRecovered, type Recovered } from './recovered.ts';

export interface StartingPointsWorld {
  /** Null where the engine keeps none. */
  snapshots: Pick<SnapshotStore, 'list' | 'open'> | null;
  /** A snapshot cannot be used, or (null) none can be found at present. */
  passedOver(snapshot: string | null, why: string): void;
}

/**
 * The states that snapshots hold, the newest first, each only as it is asked for; and at last the state before
 * the first entry.
 * @param notAfter - the last entry that one may be the state after
 */
export async function* startingPoints(
  partition: number,
  { snapshots, passedOver }: StartingPointsWorld,
  notAfter: Sequence,
  pace: Pace,
): AsyncGenerator<{ state: Recovered; name: string | null }> {
  for (const snapshot of (await listed(partition, snapshots, passedOver)) ?? []) {
    if (snapshot.seq > notAfter) continue;
    try {
      const { header, body } = await snapshots!.open(snapshot, pace);
      if (header.partition !== partition || header.seq !== snapshot.seq)
        throw new SnapshotUnfit('it is not what its name says');
      yield { state: understood(header, body), name: snapshot.name };
    } catch (error) {
      if (!(error instanceof SnapshotUnfit || error instanceof SnapshotsUnavailable)) throw error;
      passedOver(snapshot.name, error.message);
    }
  }
  yield { state: nothingRecovered(partition), name: null };
}

/**
 * What a build of this version has written that had another idea of an item must not keep an engine from its start.
 * @throws SnapshotUnfit
 */
function understood(...snapshot: Parameters<typeof decodeState>): Recovered {
  try {
    return decodeState(...snapshot);
  } catch (cause) {
    throw new SnapshotUnfit(`it makes no sense: ${cause}`, { cause });
  }
}

async function listed(
  partition: number,
  snapshots: StartingPointsWorld['snapshots'],
  passedOver: StartingPointsWorld['passedOver'],
) {
  try {
    return await snapshots?.list(partition);
  } catch (error) {
    if (!(error instanceof SnapshotsUnavailable)) throw error;
    passedOver(null, error.message);
    return [];
  }
}
