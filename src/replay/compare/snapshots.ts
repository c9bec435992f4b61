/**
 * Compares snapshots with the journal: engines start from them instead of its first entry, an audit never does. It
 * comes to each one's entry by itself, and the state that the actors have there must be that of the snapshot, by its
 * SHA-256.
 *
 * One that is damaged, of another version or of another journal is worth nothing, and no engine starts from it: it is
 * named, but is no difference. One that an engine has removed meanwhile is nobody's any more.
 */
import type { Sequence } from '../../../actors/events.ts';
import { noteGarbage } from '../../../actors/journal/read-garbage.ts';
import {
  Digest,
  digestOf,
  SnapshotGone,
  type SnapshotHeader,
  SnapshotUnfit,
} from '../../../actors/snapshot/format.ts';
import {
  type SnapshotStore,
  SnapshotsUnavailable,
  type StoredSnapshot,
} from '../../../actors/snapshot/store.ts';
import type { Audit } from '../audit/audit.ts';
import type { PartitionAudit } from '../audit/partition-audit.ts';
import type { Compared } from './comparison.ts';

/** Bytes that are hashed at once. */
const blockBytes = 2 ** 20;

/** Nothing else waits for its turn. */
const atOnce = () => Promise.resolve();

/** Where snapshots are read. */
export type SnapshotSource = Pick<SnapshotStore, 'list' | 'open'>;

/** A snapshot of which the audit has not come to the entry yet. */
interface Expected {
  name: string;
  header: SnapshotHeader;
  /** The SHA-256 of the bytes that an engine would start from, whatever the header says. */
  sha256: string;
}

export class SnapshotChecks {
  /** How long it has taken so far. */
  ms = 0;
  /** By partition, in the order of their entries. */
  readonly #expected = new Map<number, Expected[]>();
  readonly #skipped: string[] = [];
  #compared = 0;
  #beyond = 0;
  #to: Sequence | null = null;

  constructor(private readonly sources: readonly SnapshotSource[]) {}

  /** Looks which snapshots there are of a partition. Call before it is read. */
  async expect({ partition }: PartitionAudit, to: Sequence | null): Promise<void> {
    const startedAt = performance.now();
    this.#to = to;
    const expected: Expected[] = [];
    for (const source of this.sources) {
      try {
        for (const snapshot of await source.list(partition)) {
          const known = await this.#open(source, snapshot, to);
          if (known !== null) expected.push(known);
        }
      } catch (error) {
        if (!(error instanceof SnapshotsUnavailable)) throw error;
        this.#skipped.push(`partition ${partition}: snapshots cannot be read: ${error.message}`);
      }
    }
    expected.sort((one, other) => one.header.seq - other.header.seq);
    this.#expected.set(partition, expected);
    this.ms += performance.now() - startedAt;
  }

  /** Hot: compares the snapshots after the entry that was just read. */
  passed(audit: PartitionAudit): void {
    const expected = this.#expected.get(audit.partition);
    if (expected?.[0] === undefined || expected[0].header.seq > audit.sequence) return;
    const startedAt = performance.now();
    while (expected[0] !== undefined && expected[0].header.seq <= audit.sequence) {
      this.#compare(expected.shift()!, audit);
    }
    this.ms += performance.now() - startedAt;
  }

  /** Call when all was read. */
  compared(audit: Audit): Compared {
    for (const { partition, sequence } of audit.partitions) {
      for (const { name } of this.#expected.get(partition) ?? []) {
        this.#skip(name, `the journal ends before it, at entry ${sequence}`);
      }
    }
    const common = { name: 'Snapshots', skipped: this.#skipped, ms: this.ms };
    const uncompared = { [`snapshots beyond --to ${this.#to}`]: this.#beyond };
    if (this.#compared + this.#beyond + this.#skipped.length === 0)
      return {
        ...common,
        compared: {},
        absent: 'there are no snapshots: nothing is compared with them',
      };
    return { ...common, compared: { snapshots: this.#compared }, uncompared };
  }

  /** Null where there is nothing to compare. */
  async #open(
    source: SnapshotSource,
    snapshot: StoredSnapshot,
    to: Sequence | null,
  ): Promise<Expected | null> {
    const { name, partition } = snapshot;
    try {
      const { header, body } = await source.open(snapshot, atOnce);
      if (header.partition !== partition) {
        return this.#skip(name, `it is of partition ${header.partition}`);
      }
      if (to !== null && header.seq > to) {
        this.#beyond++;
        return null;
      }
      const sha256 = sha256Of(body);
      noteGarbage(body.byteLength);
      return { name, header, sha256 };
    } catch (error) {
      if (error instanceof SnapshotGone) return null;
      if (error instanceof SnapshotUnfit) return this.#skip(name, error.message);
      throw error;
    }
  }

  #compare({ name, header, sha256 }: Expected, audit: PartitionAudit): void {
    const { sequence, hash } = audit;
    if (header.seq < sequence) {
      this.#skip(name, `entry ${header.seq} cannot be read`);
      return;
    }
    if (header.hash !== hash) {
      this.#skip(name, 'it is of another journal');
      return;
    }
    const states = audit.actorStates();
    if (states === null) {
      this.#skip(name, `the journal comes to no state at entry ${sequence}`);
      return;
    }
    this.#compared++;
    if (digestOf(states).sha256 !== sha256) {
      const what = 'it does not hold the state that the journal comes to at its entry';
      audit.differs('state', `snapshot ${name}: ${what}`);
    } else if (header.sha256 !== sha256) {
      this.#skip(name, 'its header names another SHA-256 than that of its bytes');
    }
  }

  #skip(name: string, why: string): null {
    this.#skipped.push(`${name}: ${why}`);
    return null;
  }
}

/** Block by block, for the bytes may be a file's that need not be in memory all at once. */
function sha256Of(body: Uint8Array): string {
  const digest = new Digest();
  for (let at = 0; at < body.byteLength; at += blockBytes) {
    digest.add(body.subarray(at, at + blockBytes));
  }
  return digest.end().sha256;
}
