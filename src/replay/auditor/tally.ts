/** How far an audit of several partitions has come. */
import type { Audit } from '../audit/audit.ts';
import type { Tally } from './messages.ts';

export class RunningTally {
  #before: Tally = { entries: 0, orders: 0 };
  #audit: Audit | null = null;

  /** Hot: the audit of the partition that is being read. */
  reading(audit: Audit): void {
    this.#audit = audit;
  }

  /** The partition is audited, and its books may go. */
  read(): void {
    this.#before = this.sum();
    this.#audit = null;
  }

  sum(): Tally {
    let { entries, orders } = this.#before;
    for (const partition of this.#audit?.partitions ?? []) {
      entries += partition.sequence;
      orders += partition.orders;
    }
    return { entries, orders };
  }
}
