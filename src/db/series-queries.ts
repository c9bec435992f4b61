/** The queries of both databases for the series of sales. */
import { type Column, type SQL, sql } from 'drizzle-orm';
import {
  hourS,
  minuteS,
  pointCounts,
  type SeriesAsked,
  type SeriesCount,
  type SeriesPoint,
  type SeriesSum,
  seriesCounts,
  stepOf,
  stockDelta,
} from './series.ts';

type SeriesColumns = Record<SeriesCount | 'itemId' | 'promoId' | 'widthS' | 'at' | 'peak', Column>;

/** A row as a database returns it: Postgres has sums as texts. */
export type Summed = Record<string, number | string | null>;

export interface LeftUnits {
  units: number | string;
}

/** For the points of a chart, in the order of time. */
export function pointsQuery(table: SQL, columns: SeriesColumns, asked: SeriesAsked): SQL {
  const { itemId, promoId, from, to } = asked;
  const { stepS, widthS } = stepOf(asked);
  const begin = sql`(${columns.at} / ${sql.raw(String(stepS))}) * ${sql.raw(String(stepS))}`;
  const ofPromo = sql`${columns.promoId} = ${sql.raw(String(promoId))}`;
  const sums = pointCounts.map((count) => {
    const value =
      count === 'refused'
        ? columns[count]
        : sql`CASE WHEN ${ofPromo} THEN ${columns[count]} ELSE 0 END`;
    return sql`sum(${value}) AS ${sql.identifier(count)}`;
  });
  return sql`
    SELECT ${begin} AS "at", ${sql.join(sums, sql`, `)}, ${delta(columns)} AS "stockDelta"
    FROM ${table}
    WHERE ${columns.itemId} = ${itemId} AND ${columns.widthS} = ${widthS}
      AND ${columns.at} >= ${from - (from % stepS)} AND ${columns.at} < ${to}
    GROUP BY 1 ORDER BY 1`;
}

/** For the units that were left of the item when the first point of a chart began. */
export function leftQuery(table: SQL, columns: SeriesColumns, asked: SeriesAsked): SQL {
  const { stepS } = stepOf(asked);
  const first = asked.from - (asked.from % stepS);
  const hour = first - (first % hourS);
  const minute = first - (first % minuteS);
  const { widthS, at } = columns;
  return sql`
    SELECT coalesce(sum("units"), 0) AS "units" FROM (
      ${sql.join(
        [
          sql`${widthS} = ${hourS} AND ${at} < ${hour}`,
          sql`${widthS} = ${minuteS} AND ${at} >= ${hour} AND ${at} < ${minute}`,
          sql`${widthS} = 1 AND ${at} >= ${minute} AND ${at} < ${first}`,
        ].map(
          (range) => sql`
            SELECT ${delta(columns)} AS "units" FROM ${table}
            WHERE ${columns.itemId} = ${asked.itemId} AND ${range}`,
        ),
        sql` UNION ALL `,
      )}
    ) AS parts`;
}

/** For all that was counted, by item, promo and width. */
export function sumsQuery(table: SQL, columns: SeriesColumns): SQL {
  const sums = seriesCounts.map((count) => sql`sum(${columns[count]}) AS ${sql.identifier(count)}`);
  const { itemId, promoId, widthS, orders, peak } = columns;
  return sql`
    SELECT ${itemId} AS "itemId", ${promoId} AS "promoId", ${widthS} AS "widthS", ${sql.join(sums, sql`, `)},
      max(CASE WHEN ${widthS} = 1 THEN ${orders} ELSE ${peak} END) AS "peak"
    FROM ${table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;
}

export const pointOf = (row: Summed) => asNumbers<SeriesPoint>(row);
export const sumOf = (row: Summed) => asNumbers<SeriesSum>(row);

/** `Row` has the names of the query's columns, all of them numbers. */
function asNumbers<Row>(row: Summed): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number(value)]),
  ) as Row;
}

function delta(columns: SeriesColumns): SQL {
  const sum = (counts: readonly SeriesCount[]) =>
    sql.join(
      counts.map((count) => sql`${columns[count]}`),
      sql` + `,
    );
  return sql`sum(${sum(stockDelta.added)} - (${sum(stockDelta.taken)}))`;
}

/** What both databases write where a row is there already. */
export function upsertText(name: (column: string) => string, columns: SeriesColumns): string {
  const table = 'sale_series';
  const key = [columns.itemId, columns.widthS, columns.at, columns.promoId];
  const added = seriesCounts.map((count) => name(columns[count].name));
  const peak = name(columns.peak.name);
  return `ON CONFLICT (${key.map((column) => name(column.name))}) DO UPDATE SET
    ${added.map((column) => `${column} = ${table}.${column} + excluded.${column}`)},
    ${peak} = CASE WHEN excluded.${peak} > ${table}.${peak} THEN excluded.${peak} ELSE ${table}.${peak} END`;
}
