/** What a report says of the comparisons with the copies of a journal. */
import type { Compared } from './compare/comparison.ts';
import { number } from './format.ts';
import type { PartReport } from './part-report.ts';

export interface ComparisonReport {
  name: string;
  /** Rows that were compared with the journal, by kind. */
  compared: Record<string, number>;
  /** What was left out, and why. */
  skipped: string[];
  ms: number;
}

/** Joins what the parts of a journal were compared with; each with the same. */
export function joinedComparisons(
  byThread: readonly (readonly PartReport[])[],
): ComparisonReport[] {
  const names = byThread.flat()[0]!.comparisons.map(({ name }) => name);
  return names.map((name) => {
    const threads = byThread.map((parts) =>
      parts.flatMap(({ comparisons }) => comparisons.filter((each) => each.name === name)),
    );
    const ms = Math.max(...threads.map((parts) => parts.reduce((sum, each) => sum + each.ms, 0)));
    const parts = threads.flat();
    const compared = added(parts.map((each) => each.compared));
    return { name, compared, skipped: skippedOf(parts), ms: Math.round(ms) };
  });
}

function skippedOf(parts: readonly Compared[]): string[] {
  const absent = parts.every((each) => each.absent !== undefined) ? parts[0]!.absent : undefined;
  const uncompared = added(parts.map((each) => each.uncompared ?? {}));
  return [
    ...(absent === undefined ? [] : [absent]),
    // What has failed for one part has for the next, and is said once.
    ...new Set(parts.flatMap((each) => each.skipped)),
    ...Object.entries(uncompared)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `not compared, ${what}: ${number(count)}`),
  ];
}

function added(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of counts) {
    for (const [what, count] of Object.entries(each)) sums[what] = (sums[what] ?? 0) + count;
  }
  return sums;
}
