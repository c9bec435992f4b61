/** What a replay found, as one plain object (`--json`) and as text for people. */
import {
  type Check,
  checkNames,
  checks,
  type Finding,
  findingsListedMax,
} from './audit/findings.ts';
import { type ComparisonReport, joinedComparisons } from './comparison-report.ts';
import { counted, megabytes, number, seconds, table } from './format.ts';
import { type ItemReport, itemTable } from './item-report.ts';
import {
  type PartitionReport,
  type PartReport,
  partOf,
  type TimeSetBackReport,
} from './part-report.ts';
import type { Replayed } from './replay.ts';

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
  comparisons: ComparisonReport[];
  differences: { count: number; listed: Finding[] };
}

/** What the report says of a whole replay. */
export function reportOf(replayed: Replayed, to: number | null, currency: string): Report {
  const { partitions, onlyItem: item = null } = replayed.audit.options;
  return joined([[partOf(replayed)]], { partitions, limits: { item, to }, currency });
}

/**
 * What the report says of parts of a journal that were replayed each by itself.
 * @param byThread - by thread: what it replayed, one part after the other. A thread works while the others do.
 */
export function joined(
  byThread: readonly (readonly PartReport[])[],
  { partitions, limits, currency }: { partitions: number } & Pick<Report, 'limits' | 'currency'>,
): Report {
  const parts = byThread
    .flat()
    .sort((a, b) => a.partitions[0]!.partition - b.partitions[0]!.partition);
  const sum = (pick: (part: PartReport) => number) => sumOf(parts.map(pick));
  const ms = Math.max(...byThread.map((thread) => sumOf(thread.map((part) => part.journalMs))));
  const orders = sum((part) => part.orders);
  const differences = (name: Check) => sum((part) => part.differences.byCheck[name] ?? 0);
  const count = sum((part) => part.differences.count);
  return {
    holds: count === 0,
    limits,
    currency,
    journal: {
      partitions,
      answeredBy: parts.flatMap((part) => part.answeredBy),
      entries: sum((part) => part.entries),
      events: sum((part) => part.events),
      orders,
      bytes: sum((part) => part.bytes),
      ms: Math.round(ms),
      ordersPerSecond: Math.round((orders / ms) * 1000),
    },
    partitions: parts.flatMap((part) => part.partitions),
    timesSetBack: parts.flatMap((part) => part.timesSetBack),
    items: parts
      .flatMap((part) => part.items)
      .sort((a, b) => a.item - b.item || a.partition - b.partition),
    checks: Object.fromEntries(
      checkNames.map((name) => [name, { means: checks[name], differences: differences(name) }]),
    ) as Report['checks'], // The names are all there.
    comparisons: joinedComparisons(byThread),
    differences: {
      count,
      listed: parts.flatMap((part) => part.differences.listed).slice(0, findingsListedMax),
    },
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

function comparisonLines({ name, compared, skipped, ms }: ComparisonReport): string[] {
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
