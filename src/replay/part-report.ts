/** What a report says of a part of the journal: plain, so that it can be sent from one thread to another. */
import type { Check, Finding } from './audit/findings.ts';
import type { PartitionAudit } from './audit/partition-audit.ts';
import type { Compared } from './compare/comparison.ts';
import { type ItemReport, itemReport } from './item-report.ts';
import type { Replayed } from './replay.ts';

export interface PartitionReport {
  partition: number;
  /** The last entry, and its hash: it vouches for every entry before. */
  sequence: number;
  hash: string;
  /** The last entry in the books; less than `sequence` where an entry after it cannot be read. */
  booksEnd: number;
}

/** An operator set the time of a partition back, because a clock had been wrong. */
export interface TimeSetBackReport {
  partition: number;
  /** The entry that says so. */
  sequence: number;
  /** RFC 3339, UTC: the newest time before, and the time from then on. */
  from: string;
  to: string;
}

/** Times and names are those of `Report`. */
export interface PartReport {
  /** By partition: who answered when it was read. */
  answeredBy: string[];
  entries: number;
  events: number;
  orders: number;
  bytes: number;
  journalMs: number;
  /** At least one; in order. */
  partitions: PartitionReport[];
  timesSetBack: TimeSetBackReport[];
  items: ItemReport[];
  comparisons: Compared[];
  differences: { count: number; byCheck: Partial<Record<Check, number>>; listed: Finding[] };
}

export function partOf({ audit, comparisons, names, answeredBy, journalMs }: Replayed): PartReport {
  const { findings, partitions } = audit;
  const sum = (pick: (partition: PartitionAudit) => number) =>
    partitions.reduce((total, each) => total + pick(each), 0);
  return {
    answeredBy,
    entries: sum((each) => each.entries),
    events: sum((each) => each.events),
    orders: sum((each) => each.orders),
    bytes: sum((each) => each.bytes),
    journalMs,
    partitions: partitions.map(({ partition, sequence, hash, booksEnd }) => ({
      partition,
      sequence,
      hash,
      booksEnd: booksEnd ?? sequence,
    })),
    timesSetBack: partitions.flatMap(({ partition, timesSetBack }) =>
      timesSetBack.map(({ sequence, from, to }) => ({
        ...{ partition, sequence },
        ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      })),
    ),
    items: audit.items().map((book) => itemReport(book, names)),
    comparisons,
    differences: {
      count: findings.count,
      byCheck: Object.fromEntries(findings.counts),
      listed: findings.listed,
    },
  };
}
