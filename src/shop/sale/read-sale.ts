/**
 * A sale as its merchant sees it: a promo with its item, how it stands, what came of it, and the points of its
 * charts. What is left, and who waits, the board knows at once; what was ordered and paid under the promo comes from
 * the series, a moment later.
 */
import type { BoardRow } from '../../../actors/memory/board.ts';
import { partitionOf } from '../../../actors/protocol.ts';
import { emptyCounts, type SeriesCount, type SeriesReading } from '../../db/series.ts';
import type { ItemRow, PromoRow } from '../../db/sql.ts';
import type { ShopParts } from '../parts.ts';
import { type PromoState, promoState } from '../promo-state.ts';
import { type Warning, warningsOf } from '../promo-warnings.ts';

/** Of the promo's orders, at one time. */
export interface SaleUnits {
  /** Units that are paid, less those whose money went back. */
  sold: number;
  /** Units that are ordered, and not paid yet. */
  held: number;
}

/** A point of a chart; sums are those at the end of its step. */
export interface SalePoint extends SaleUnits {
  /** Milliseconds since 1970 UTC, of its begin. */
  at: number;
  orders: number;
  /** Units of the item. */
  left: number;
  /** Of the item, for stock. */
  refused: number;
  /** People who came into the queue, and who were let in, since the sale began. */
  joined: number;
  admitted: number;
}

export interface SaleChart {
  /** Milliseconds since 1970 UTC. */
  from: number;
  to: number;
  /** Of a point, milliseconds; those in which nothing happened are left out. */
  stepMs: number;
  points: SalePoint[];
  /** Units of the item when the chart begins. */
  leftBefore: number;
}

export interface SaleFigures extends SaleUnits {
  orders: number;
  units: number;
  /** Money that was paid, and what of it went back; minor units. */
  paidMinor: number;
  refundedMinor: number;
  refundedUnits: number;
  cancelled: number;
  expired: number;
  joined: number;
  admitted: number;
  lapsed: number;
  /** Orders in the second that had most of them. */
  peak: number;
  /** Orders a second over the last ten of them. */
  now: number;
  /** Of the item, for stock, while the promo was on. */
  refused: number;
  /** The first moment at which no unit of the item was left, to the step of the chart; null without one. */
  soldOutAt: number | null;
}

export interface Sale {
  promo: PromoRow;
  item: ItemRow;
  row: BoardRow;
  state: PromoState;
  /** Whether the board's figures of a queue and a gate are this promo's. */
  isShown: boolean;
  /** Of a draft. */
  warnings: Warning[];
  chart: SaleChart;
  figures: SaleFigures;
  /** Whether the series is still made from the journal, or cannot be. */
  isBehind: boolean;
}

type Parts = Pick<ShopParts, 'board' | 'sql' | 'clock' | 'positions' | 'partitions'>;

/** A chart is at least so long. */
const spanMsMin = 60_000;
const nowS = 10;

/** Null where there is no such promo, or its item is not open. @throws SqlUnavailable */
export async function readSale(parts: Parts, promoId: number): Promise<Sale | null> {
  const { board, sql } = parts;
  const promo = await sql.catalog.promo(promoId);
  const row = promo === null ? null : board.read(promo.itemId);
  const item = row === null ? null : await sql.catalog.item(promo!.itemId);
  if (promo === null || row === null || item === null) return null;
  const now = parts.clock();
  const state = promoState(promo, board, now);
  const warnings = state.status === 'draft' ? await warningsOf(parts, promo) : [];
  const span = spanOf(promo, state, now);
  const seconds = { from: Math.floor(span.from / 1000), to: Math.ceil(span.to / 1000) };
  const asked = { itemId: item.id, promoId, ...seconds };
  const reading = await sql.series.read(asked);
  const chart = chartOf(reading, span, state);
  const recently = await sql.series.read({ ...asked, from: seconds.to - nowS });
  const figures = figuresOf(reading, recently, { chart, endAt: state.endAt });
  const isBehind = await isSeriesBehind(parts, item.id);
  const isShown = row.promo === promo.id;
  return { promo, item, row, state, isShown, warnings, chart, figures, isBehind };
}

/** From when buyers may come to when the last of them may pay, as far as that is past. */
function spanOf(promo: PromoRow, { status, endAt }: PromoState, now: number) {
  const { startAt, queueOpenAt, queue, payWindowS } = promo;
  const first = queue === 'draw' && queueOpenAt !== null ? Math.min(queueOpenAt, startAt) : startAt;
  // A sale that was paused has an end, too; one that was ended early has that.
  const last = status === 'ended' ? endAt + payWindowS * 1000 : now;
  const from = Math.min(first, now);
  return { from, to: Math.max(from + spanMsMin, Math.min(now, last)) };
}

function chartOf(
  { points, stepS, leftBefore }: SeriesReading,
  { from, to }: { from: number; to: number },
  { status, endAt }: PromoState,
): SaleChart {
  const sums = emptyCounts();
  let left = leftBefore;
  const shown = points.map((point): SalePoint => {
    for (const count of summed) sums[count] += point[count];
    left += point.stockDelta;
    const { joined, admitted } = sums;
    const at = point.at * 1000;
    // Whoever came later was refused at the normal price, or in the next sale.
    const refused = status === 'ended' && at >= endAt ? 0 : point.refused;
    return { at, orders: point.orders, refused, left, joined, admitted, ...unitsOf(sums) };
  });
  return { from, to, stepMs: stepS * 1000, points: shown, leftBefore };
}

const ofUnits = [
  ...(['units', 'paidUnits', 'lateUnits', 'cancelledUnits', 'expiredUnits'] as const),
  'refundedUnits',
] as const;
const summed = [...ofUnits, 'joined', 'admitted'] as const;

function unitsOf(sums: Pick<Record<SeriesCount, number>, (typeof ofUnits)[number]>): SaleUnits {
  const { units, paidUnits, lateUnits, cancelledUnits, expiredUnits, refundedUnits } = sums;
  const held = units - (paidUnits - lateUnits) - cancelledUnits - expiredUnits;
  return { sold: paidUnits - refundedUnits, held };
}

function figuresOf(
  { whole, leftBefore }: SeriesReading,
  recently: SeriesReading,
  { chart, endAt }: { chart: SaleChart; endAt: number },
): SaleFigures {
  const sums = whole ?? { ...emptyCounts(), peak: 0 };
  const sumOf = <Name extends string>(all: readonly Record<Name, number>[], count: Name) =>
    all.reduce((sum, point) => sum + point[count], 0);
  const had = leftBefore > 0 || chart.points.some(({ left }) => left > 0);
  const soldOut = chart.points.find(({ at, left }) => had && left === 0 && at < endAt);
  return {
    ...unitsOf(sums),
    orders: sums.orders,
    units: sums.units,
    paidMinor: sums.paidMinor,
    refundedMinor: sums.refundedMinor,
    refundedUnits: sums.refundedUnits,
    cancelled: sums.cancelledOrders,
    expired: sums.expiredOrders,
    joined: sums.joined,
    admitted: sums.admitted,
    lapsed: sums.lapsed,
    peak: sums.peak,
    now: sumOf(recently.points, 'orders') / nowS,
    refused: sumOf(chart.points, 'refused'),
    soldOutAt: soldOut?.at ?? null,
  };
}

/** Entries that the series may be behind the other rows, from one query to the next. */
async function isSeriesBehind(
  { positions, partitions, sql }: Parts,
  itemId: number,
): Promise<boolean> {
  const partition = partitionOf(itemId, partitions);
  const before = positions.get(partition, 'sqlSeq');
  return ((await sql.series.checkpoints()).get(partition) ?? 0) < before;
}
