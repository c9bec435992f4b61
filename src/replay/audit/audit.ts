/**
 * The audit of a journal: entries in, findings and books out. It streams: it takes entries one by one,
 * partition by partition in any order, and does not keep them.
 *
 * ```ts
 * const audit = new Audit({ partitions: 8 });
 * for await (const { sequence, bytes } of journal.read(3, 1)) audit.entry(3, sequence, bytes);
 * audit.finish();
 * audit.findings.listed;
 * ```
 */
import type { Sequence } from '../../../actors/events.ts';
import { partitionOf } from '../../../actors/protocol.ts';
import { Findings } from './findings.ts';
import type { ItemAudit } from './item-audit.ts';
import { PartitionAudit } from './partition-audit.ts';

export interface AuditOptions {
  /** How many partitions the journal was made with. */
  partitions: number;
  /** Reports only on this item; its partition is the only one that is read. */
  onlyItem?: number | null;
  /** Reads only this partition, where each has an audit of its own. */
  onlyPartition?: number | null;
  /** Keeps what happened to each item over time, down-sampled. */
  chronicles?: boolean;
}

export class Audit {
  readonly findings: Findings;
  /** Those to be read, in order. */
  readonly partitions: readonly PartitionAudit[];
  readonly #byPartition: ReadonlyMap<number, PartitionAudit>;

  constructor(readonly options: AuditOptions) {
    const { partitions, onlyItem = null, chronicles = false } = options;
    this.findings = new Findings(onlyItem);
    const numbers = partitionsToRead(options);
    this.partitions = numbers.map(
      (p) => new PartitionAudit(p, { partitions, chronicles }, this.findings),
    );
    this.#byPartition = new Map(this.partitions.map((each) => [each.partition, each]));
  }

  /** One of the partitions to be read; undefined for any other. */
  partition(partition: number): PartitionAudit | undefined {
    return this.#byPartition.get(partition);
  }

  /** Whether all partitions are this audit's, so that no row is another's. */
  get isWhole(): boolean {
    return this.partitions.length === this.options.partitions;
  }

  /**
   * Whether it looks at rows of partitions that the journal does not have: where each partition has an audit of its
   * own, that of the first one does.
   */
  get looksAtStrays(): boolean {
    return this.isWhole || this.#byPartition.has(0);
  }

  /** Takes the next entry of one of the partitions. */
  entry(partition: number, sequence: Sequence, bytes: Uint8Array): void {
    this.#byPartition.get(partition)!.entry(sequence, bytes);
  }

  /** The last checks, once every entry was taken. */
  finish(): void {
    for (const partition of this.partitions) partition.finish();
  }

  /** The books to report on, by item. */
  items(): ItemAudit[] {
    const { onlyItem = null } = this.options;
    return this.partitions
      .flatMap((partition) => [...partition.items.values()])
      .filter(({ item }) => onlyItem === null || item === onlyItem)
      .sort((a, b) => a.item - b.item || a.partition - b.partition);
  }
}

/** In order. */
export function partitionsToRead({ partitions, onlyItem, onlyPartition }: AuditOptions): number[] {
  const only = onlyItem == null ? onlyPartition : partitionOf(onlyItem, partitions);
  return only == null ? [...Array(partitions).keys()] : [only];
}
