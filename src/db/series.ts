/**
 * What happened to an item and its promos over time: counts that follow from the journal, one row for each
 * second in which something happened, and coarser rows beside them, so that a chart of any length reads a
 * few thousand rows. What says nothing of a promo (units that were loaded, refusals for stock) is in the rows
 * of promo 0, which are also those of the normal price.
 */

/** What is counted. Units and orders; money is in minor units. */
export const seriesCounts = [
  'orders',
  'units',
  'paidOrders',
  'paidUnits',
  'paidMinor',
  'cancelledOrders',
  'cancelledUnits',
  'expiredOrders',
  'expiredUnits',
  /** Of `paidUnits`, those whose hold had ended before: they were taken from what was left. */
  'lateUnits',
  'refundedUnits',
  'refundedMinor',
  /** Of `refundedUnits`, those that are on sale again. */
  'backUnits',
  'joined',
  'admitted',
  'lapsed',
  /** Refused for stock. */
  'refused',
  'loadedUnits',
  'withdrawnUnits',
] as const;

export type SeriesCount = (typeof seriesCounts)[number];
export type SeriesCounts = Record<SeriesCount, number>;

/** Of one item and promo in one second, which is `at`, since 1970 UTC. */
export interface SeriesRow extends SeriesCounts {
  itemId: number;
  promoId: number;
  at: number;
}

/** A row as it is stored. */
export interface StoredSeriesRow extends SeriesRow {
  /** Seconds of the row, the first of which is `at`; `wholeS`: of all time. */
  widthS: number;
  /** The most orders in one of its seconds. */
  peak: number;
}

/** Of the rows that are one for all time; their `at` is 0. */
export const wholeS = 0;
export const minuteS = 60;
export const hourS = 3_600;
const coarserWidths = [10, minuteS, 10 * minuteS, hourS, wholeS];
/** Of all rows. */
export const seriesWidthsS = [1, ...coarserWidths];

/** How what is left of an item changed. */
export const stockDelta = {
  added: ['loadedUnits', 'cancelledUnits', 'expiredUnits', 'backUnits'],
  taken: ['withdrawnUnits', 'units', 'lateUnits'],
} as const satisfies Record<string, readonly SeriesCount[]>;

export function emptyCounts(): SeriesCounts {
  return Object.fromEntries(seriesCounts.map((count) => [count, 0])) as SeriesCounts; // Of all counts.
}

/** Rows of single seconds, as they are stored; their peak is what is stored of their second then. */
export function rowsOfSeconds(rows: readonly SeriesRow[]): StoredSeriesRow[] {
  return rows.map((row) => ({ ...row, widthS: 1, peak: 0 }));
}

/** What rows of single seconds add to the coarser ones. `ordersNow`: all orders of each row's second. */
export function coarserRows(
  rows: readonly SeriesRow[],
  ordersNow: readonly number[],
): StoredSeriesRow[] {
  const coarser = new Map<string, StoredSeriesRow>();
  for (const [index, row] of rows.entries()) {
    for (const widthS of coarserWidths) {
      const at = widthS === wholeS ? 0 : row.at - (row.at % widthS);
      const name = `${row.itemId}:${row.promoId}:${widthS}:${at}`;
      const known = coarser.get(name);
      const peak = ordersNow[index]!;
      if (known === undefined) {
        coarser.set(name, { ...row, widthS, at, peak });
        continue;
      }
      for (const count of seriesCounts) known[count] += row[count];
      known.peak = Math.max(known.peak, peak);
    }
  }
  return [...coarser.values()];
}

/** The last entry of a partition that the series contains may be behind that of the other rows, never for long. */
export interface SeriesBatch {
  partition: number;
  /** The last entry before the batch: the series must stand here. */
  from: number;
  /** The last entry of the batch. */
  to: number;
  rows: readonly SeriesRow[];
}

/** What an order's later events do not say. */
export interface OrderTerms {
  promoId: number;
  /** Minor units. */
  unitPrice: number;
}

/** Sums of one item and promo over all rows of a width. */
export interface SeriesSum extends SeriesCounts {
  itemId: number;
  promoId: number;
  widthS: number;
  peak: number;
}

/** What charts are made of. */
export const pointCounts = [
  'orders',
  'units',
  'paidUnits',
  'lateUnits',
  'cancelledUnits',
  'expiredUnits',
  'refundedUnits',
  'joined',
  'admitted',
  'refused',
] as const satisfies readonly SeriesCount[];

/** One step of a chart. */
export interface SeriesPoint extends Record<(typeof pointCounts)[number], number> {
  /** Its first second. */
  at: number;
  /** Of the whole item: how what is left changed. Those who were `refused` are the item's, too. */
  stockDelta: number;
}

export interface SeriesReading {
  /** Seconds of a point; those in which nothing happened are left out. */
  stepS: number;
  points: SeriesPoint[];
  /** Units left of the item when the first point began. */
  leftBefore: number;
  /** Of the promo, over all time; null before anything happened. */
  whole: (SeriesCounts & { peak: number }) | null;
}

export interface SeriesAsked {
  itemId: number;
  promoId: number;
  /** Seconds since 1970 UTC; `to` is not included. */
  from: number;
  to: number;
}

/** For charts of sales. */
export interface Series {
  /** At most `seriesPointsMax` points from a range of some thousand rows, however long it is. @throws SqlUnavailable */
  read(asked: SeriesAsked): Promise<SeriesReading>;
  /** By partition: the last entry that the series contains. */
  checkpoints(): Promise<Map<number, number>>;
}

export const seriesPointsMax = 300;

/** Steps that people read well, each at most five times the width of the rows it is made of, up to an hour. */
const stepsS = [
  ...[1, 2, 5, 10, 20, 30],
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * minuteS),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * hourS),
];

/** The step of a chart from one second to another, and the width of the rows that it is read from. */
export function stepOf({ from, to }: { from: number; to: number }): {
  stepS: number;
  widthS: number;
} {
  // A range begins within a step.
  const least = (to - from) / (seriesPointsMax - 1);
  const days = Math.ceil(least / (24 * hourS)) * 24 * hourS;
  const stepS = stepsS.find((step) => step >= least) ?? days;
  const widthS = coarserWidths.findLast((width) => width > 0 && stepS % width === 0) ?? 1;
  return { stepS, widthS };
}
