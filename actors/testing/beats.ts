/** Beats of engines for tests. */
import type { Beat, Share } from '../cluster/beat.ts';

export const quietShare: Share = {
  owned: false,
  mode: 'following',
  since: 0,
  seq: 0,
  sqlSeq: 0,
  replicaSeq: null,
  fresh: true,
  heir: null,
};

/** The beat of an engine of two partitions. */
export function someBeat(id: string, n: number, changes: Partial<Beat> = {}): Beat {
  return {
    v: 1,
    id,
    n,
    serial: n,
    address: `http://${id}:3000`,
    version: '1.0.0',
    startedAt: 1_000,
    actorThreads: 2,
    layout: 1,
    leaving: false,
    archives: true,
    common: { tokenSecret: 'a', sql: 'b', store: 'own' },
    partitions: [quietShare, quietShare],
    ...changes,
  };
}
