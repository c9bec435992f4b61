/** What a replay found, as one plain object (`--json`) and as text for people. */
import { type Check, checkNames, checks, type Finding } from './audit/findings.ts';
import type { Compared } from './compare/comparison.ts';
import { counted, megabytes, number, seconds, table } from './format.ts';
import { type ItemReport, itemReport, itemTable } from './item-report.ts';
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

export interface Report {
  holds: boolean;
  /** What `--item` and `--to` limited the replay to. */
  limits: { item: number | null; to: number | null };
  /** ISO 4217: what minor units are of. */
  currency: string;
  journal: {
    partitions: number;
    /** By partition: who answered when it was read. */
    answeredBy: string[];
    entries: number;
    events: number;
    orders: number;
    bytes: number;
    ms: number;
    ordersPerSecond: number;
  };
  partitions: PartitionReport[];
  timesSetBack: TimeSetBackReport[];
  items: ItemReport[];
  checks: Record<Check, { means: string; differences: number }>;
  comparisons: Compared[];
  differences: { count: number; listed: Finding[] };
}

export function reportOf(
  { audit, comparisons, names, answeredBy, journalMs }: Replayed,
  to: number | null,
  currency: string,
): Report {
  const { findings, partitions, options } = audit;
  const items = audit.items();
  const orders = sumOf(partitions.flatMap((p) => [...p.items.values()].map((i) => i.orders.count)));
  return {
    holds: findings.count === 0,
    limits: { item: options.onlyItem ?? null, to },
    currency,
    journal: {
      partitions: options.partitions,
      answeredBy,
      entries: sumOf(partitions.map((each) => each.entries)),
      events: sumOf(partitions.map((each) => each.events)),
      orders,
      bytes: sumOf(partitions.map((each) => each.bytes)),
      ms: Math.round(journalMs),
      ordersPerSecond: Math.round((orders / journalMs) * 1000),
    },
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
    items: items.map((book) => itemReport(book, names)),
    checks: Object.fromEntries(
      checkNames.map((name) => [
        name,
        { means: checks[name], differences: findings.counts.get(name) ?? 0 },
      ]),
    ) as Report['checks'], // The names are all there.
    comparisons: comparisons.map((each) => ({ ...each, ms: Math.round(each.ms) })),
    differences: { count: findings.count, listed: findings.listed },
  };
}

export function textOf(report: Report): string {
  const { journal, limits } = report;
  const limited = [
    ...(limits.item === null ? [] : [`item ${limits.item} alone`]),
    ...(limits.to === null ? [] : [`each partition up to entry ${limits.to}`]),
  ];
  const blocks = [
    [
      `Journal: ${counted(journal.entries, 'entry', 'entries')}, ${counted(journal.orders, 'order')}, ` +
        `${megabytes(journal.bytes)} in ${seconds(journal.ms)} (${number(journal.ordersPerSecond)} orders/s)`,
      ...answerLines(journal.answeredBy),
      ...(limited.length === 0 ? [] : [`Limited to: ${limited.join(', ')}`]),
    ],
    report.items.length === 0 ? ['No item was opened.'] : itemTable(report.items, report.currency),
    checkTable(report),
    ...report.comparisons.map(comparisonLines),
    partitionLines(report.partitions),
    ...(report.timesSetBack.length === 0 ? [] : [timeLines(report.timesSetBack)]),
    differenceLines(report),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Partitions that the same servers have answered for share a line. */
function answerLines(answeredBy: readonly string[]): string[] {
  const partitions = Map.groupBy(answeredBy.keys(), (partition) => answeredBy[partition]!);
  if (partitions.size === 1) return [`Read from: ${answeredBy[0]}`];
  return [...partitions].map(([who, which]) => `Read from: ${who} (partition ${which.join(', ')})`);
}

/** Checks of a copy of the journal's facts, and the comparison that makes them. */
const copies: Partial<Record<Check, string>> = {
  I7: 'SQL',
  redis: 'Redis',
  state: 'Snapshots',
};

/** Whether a check could be made at all: without a copy there is nothing to compare. */
export function wasTried({ comparisons }: Report, check: Check): boolean {
  const copy = copies[check];
  if (copy === undefined) return true;
  const made = comparisons.find(({ name }) => name === copy);
  return made !== undefined && Object.values(made.compared).some((count) => count > 0);
}

function checkTable(report: Report): string[] {
  return checkNames.map((name) => {
    const { means, differences } = report.checks[name];
    const untroubled = wasTried(report, name) ? 'holds' : 'not compared';
    const state = differences === 0 ? untroubled : counted(differences, 'difference');
    return `${name.padEnd(6)} ${state.padEnd(16)} ${means}`;
  });
}

function comparisonLines({ name, compared, skipped, ms }: Compared): string[] {
  const counts = Object.entries(compared).map(([what, count]) => `${what} ${number(count)}`);
  const summary = counts.length === 0 ? 'nothing' : `${counts.join(', ')} in ${seconds(ms)}`;
  return [`${name}, compared: ${summary}`, ...skipped.map((each) => `  ${each}`)];
}

function partitionLines(partitions: readonly PartitionReport[]): string[] {
  const written = partitions.filter((each) => each.sequence > 0);
  if (written.length === 0) return ['The journal is empty.'];
  return [
    'Last entries (a note of a hash vouches for all entries up to it):',
    ...table(
      ['partition', 'entry', 'SHA-256'],
      written.map(({ partition, sequence, hash }) => [String(partition), number(sequence), hash]),
    ),
    ...written
      .filter((each) => each.booksEnd < each.sequence)
      .map((each) => `Partition ${each.partition}: the books end at entry ${each.booksEnd}.`),
  ];
}

function timeLines(times: readonly TimeSetBackReport[]): string[] {
  return [
    'Time was set back by an operator; what was decided before stays as it was:',
    ...times.map(
      ({ partition, sequence, from, to }) =>
        `  partition ${partition}, entry ${number(sequence)}: from ${from} to ${to}`,
    ),
  ];
}

function differenceLines({ holds, differences: { count, listed } }: Report): string[] {
  if (holds) return ['All holds.'];
  const rows = listed.map(({ check, partition, sequence, item, what }) => {
    const place = `partition ${partition}, sequence ${sequence}, item ${item ?? '-'}`;
    return `  ${check.padEnd(6)} ${place}: ${what}`;
  });
  const more = count - listed.length;
  return [
    `${counted(count, 'difference')}:`,
    ...rows,
    ...(more > 0 ? [`  … and ${number(more)} more`] : []),
  ];
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
