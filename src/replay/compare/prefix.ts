/** What the rows of one SQL snapshot are compared with: the journal, as far as the rows contain it. */
import type { Sequence } from '../../../actors/events.ts';
import { partitionOf } from '../../../actors/protocol.ts';
import type { Audit } from '../audit/audit.ts';
import type { ItemAudit } from '../audit/item-audit.ts';

export class Prefix {
  constructor(
    readonly audit: Audit,
    /** By partition: the last entry the rows contain. Partitions that are not compared are left out. */
    readonly checkpoints: ReadonlyMap<number, Sequence>,
  ) {}

  /**
   * The checkpoint of an item's partition; undefined where the item is not to be compared. Rows under
   * ids that no item can have are compared with nothing.
   */
  checkpointOf(item: number): Sequence | undefined {
    const { onlyItem = null } = this.audit.options;
    if (onlyItem !== null && item !== onlyItem) return undefined;
    if (item >= 1) return this.checkpoints.get(this.#partitionOf(item));
    return this.audit.looksAtStrays ? 0 : undefined;
  }

  /** An item's books; undefined where the journal does not know it. */
  bookOf(item: number): ItemAudit | undefined {
    return this.audit.partition(this.#partitionOf(item))?.items.get(item);
  }

  /** The items to be compared, and the checkpoints they are compared at. */
  *books(): Generator<[book: ItemAudit, checkpoint: Sequence]> {
    for (const book of this.audit.items()) {
      const checkpoint = this.checkpointOf(book.item);
      if (checkpoint !== undefined) yield [book, checkpoint];
    }
  }

  differs(item: number, sequence: Sequence, what: string): void {
    const partition = this.#partitionOf(item);
    this.audit.findings.add({ check: 'I7', partition, sequence, item, what });
  }

  /** Reports what no item is known of. False where the partition is not to be compared, or one item alone is. */
  differsIn(partition: number, sequence: Sequence, what: string): boolean {
    const { onlyItem = null, partitions } = this.audit.options;
    // Rows of partitions that no journal has are compared with nothing.
    const isStray = partition >= partitions || partition < 0;
    const isCompared = isStray ? this.audit.looksAtStrays : this.checkpoints.has(partition);
    if (onlyItem !== null || !isCompared) return false;
    this.audit.findings.add({ check: 'I7', partition, sequence, item: null, what });
    return true;
  }

  #partitionOf(item: number): number {
    return partitionOf(Math.max(item, 0), this.audit.options.partitions);
  }
}
