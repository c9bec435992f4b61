/**
 * The snapshots of a run, which outlive the engines. Whoever stores one may die before it is there; the store may not
 * answer for a moment, and what it keeps may be damaged.
 */
import { snapshotsKept } from '../../actors/limits.ts';
import type { Recovered } from '../../actors/partition/recovered.ts';
import {
  decodeHeader,
  digestOf,
  encodeHeader,
  encodeItems,
  headerBytes,
  SnapshotUnfit,
} from '../../actors/snapshot/format.ts';
import {
  type OpenedSnapshot,
  type SnapshotStore,
  SnapshotsUnavailable,
  type StoredSnapshot,
} from '../../actors/snapshot/store.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Probabilities that the store does not answer, and that one is damaged after it was stored. */
export interface SnapshotFaults {
  away: number;
  damaged: number;
}

interface Kept extends StoredSnapshot {
  bytes: Uint8Array;
  damaged: boolean;
}

export class SimulatedSnapshots {
  #kept: Kept[] = [];

  constructor(
    private readonly random: Random,
    private readonly scheduler: Scheduler,
    private readonly faults: SnapshotFaults,
  ) {}

  /** The store as one thread has it, which may crash. */
  openedBy(owner: object): SnapshotStore {
    const answer = (what: string) => this.#answer(owner, what);
    return {
      list: async (partition) => {
        await answer('list of snapshots');
        return this.#of(partition);
      },
      open: async (snapshot) => {
        await answer('snapshot is opened');
        return this.#open(snapshot);
      },
      put: async (state) => {
        // As it is now: the state goes on where it is used.
        const bytes = encoded(state);
        await answer('snapshot is stored');
        return this.#put(state, bytes);
      },
    };
  }

  async #answer(owner: object, what: string): Promise<void> {
    const { random, scheduler, faults } = this;
    await scheduler.pause(owner, what, random.pick([0, 0, 5]));
    if (random.chance(faults.away)) throw new SnapshotsUnavailable('the store does not answer');
  }

  #of(partition: number): Kept[] {
    const own = this.#kept.filter((each) => each.partition === partition);
    return own.sort((a, b) => b.seq - a.seq);
  }

  #open(snapshot: StoredSnapshot): OpenedSnapshot {
    const kept = this.#kept.find(({ name }) => name === snapshot.name);
    if (kept === undefined) throw new SnapshotUnfit('it is gone');
    if (kept.damaged) throw new SnapshotUnfit('it is damaged');
    const header = decodeHeader(kept.bytes.subarray(0, headerBytes));
    return { header, body: kept.bytes.slice(headerBytes) };
  }

  #put({ chain }: Readonly<Recovered>, bytes: Uint8Array): StoredSnapshot {
    const { partition, sequence: seq, hash } = chain;
    const name = `p${partition}-${seq}-${hash.slice(0, 16)}`;
    const damaged = this.random.chance(this.faults.damaged);
    const kept = { partition, seq, name, bytes, damaged };
    if (this.#kept.some((each) => each.name === name)) return kept;
    this.#kept.push(kept);
    const old = this.#of(partition).slice(snapshotsKept);
    this.#kept = this.#kept.filter((each) => !old.includes(each));
    return kept;
  }
}

function encoded(state: Readonly<Recovered>): Uint8Array {
  const header = encodeHeader(state, digestOf(state.items));
  return new Uint8Array(Buffer.concat([header, ...encodeItems(state.items)]));
}
