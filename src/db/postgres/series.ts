/** The series of sales, in Postgres. */
import type { TransactionSQL } from 'bun';
import { and, eq, getTableName, sql } from 'drizzle-orm';
import { type BunSQLDatabase, drizzle } from 'drizzle-orm/bun-sql';
import { orders, saleSeries, seriesCheckpoints } from '../schema.postgres.ts';
import {
  coarserRows,
  type OrderTerms,
  rowsOfSeconds,
  type Series,
  type SeriesAsked,
  type SeriesBatch,
  type SeriesReading,
  type SeriesRow,
  type StoredSeriesRow,
  seriesCounts,
  stepOf,
  wholeS,
} from '../series.ts';
import {
  type LeftUnits,
  leftQuery,
  pointOf,
  pointsQuery,
  type Summed,
  sumsQuery,
  upsertText,
} from '../series-queries.ts';
import { type Column, insertText, nameOf, returned } from './arrays.ts';
import type { Connections } from './connections.ts';

const table = sql`${saleSeries}`;

export class PostgresSeries implements Series {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  read(asked: SeriesAsked): Promise<SeriesReading> {
    const { itemId, promoId } = asked;
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      const points: Summed[] = await database.execute(pointsQuery(table, saleSeries, asked));
      const [left] = await database.execute<LeftUnits & Summed>(
        leftQuery(table, saleSeries, asked),
      );
      const isWhole = and(
        eq(saleSeries.itemId, itemId),
        eq(saleSeries.widthS, wholeS),
        eq(saleSeries.promoId, promoId),
      );
      const [whole = null] = await database.select().from(saleSeries).where(isWhole);
      const leftBefore = Number(left!.units);
      return { stepS: stepOf(asked).stepS, points: points.map(pointOf), leftBefore, whole };
    });
  }

  checkpoints(): Promise<Map<number, number>> {
    return this.#connections.run((client) => readSeriesCheckpoints(drizzle(client)));
  }
}

/** None where the database is that of a release without a series, which an audit may read. */
export async function readSeriesCheckpoints(
  database: BunSQLDatabase,
): Promise<Map<number, number>> {
  const [named] = await database.execute<{ name: string | null }>(
    sql`SELECT to_regclass(${getTableName(seriesCheckpoints)})::text AS "name"`,
  );
  if (named?.name == null) return new Map();
  const rows = await database.select().from(seriesCheckpoints);
  return new Map(rows.map(({ partition, seq }) => [partition, seq]));
}

export async function readSeriesSums(database: BunSQLDatabase): Promise<Summed[]> {
  return await database.execute(sumsQuery(table, saleSeries));
}

/** False, with nothing written, where the series does not stand where the batch begins. */
export async function writeSeries(
  client: TransactionSQL,
  { partition, from, to, rows }: SeriesBatch,
): Promise<boolean> {
  const moved = await client.unsafe<unknown[]>(from === 0 ? beginText : moveText, [
    partition,
    to,
    ...(from === 0 ? [] : [from]),
  ]);
  if (moved.length !== 1) return false;
  const stored = await returned<StoredSeriesRow, StoredSecond>(
    client,
    rowText,
    rowColumns,
    rowsOfSeconds(rows),
  );
  const now = new Map(stored.map((row) => [nameOfSecond(row), Number(row.orders)]));
  const ordersNow = rows.map((row) => now.get(nameOfSecond(row))!);
  await returned(client, rowText, rowColumns, coarserRows(rows, ordersNow));
  return true;
}

/** See `Projection.termsOfOrders`. */
export async function termsOfOrders(
  client: TransactionSQL,
  keys: readonly number[],
): Promise<Map<number, OrderTerms>> {
  const rows = await client.unsafe<{ key: string; promo: string; price: string }[]>(termsText, [
    `{${keys}}`,
  ]);
  return new Map(
    rows.map(({ key, promo, price }) => [
      Number(key),
      { promoId: Number(promo), unitPrice: Number(price) },
    ]),
  );
}

/** Integers of eight bytes come as texts. */
type StoredSecond = Record<'itemId' | 'promoId' | 'at' | 'orders', string>;

const nameOfSecond = ({
  itemId,
  promoId,
  at,
}: Record<keyof SeriesRow & ('itemId' | 'promoId' | 'at'), number | string>) =>
  `${itemId}:${promoId}:${at}`;

const rowColumns = (['itemId', 'widthS', 'at', 'promoId', ...seriesCounts, 'peak'] as const).map(
  (field): Column<StoredSeriesRow> => [saleSeries[field], (row) => row[field]],
);
const rowText = `
  ${insertText(saleSeries, rowColumns)}
  ${upsertText((name) => `"${name}"`, saleSeries)}
  RETURNING ${nameOf(saleSeries.itemId)} AS "itemId", ${nameOf(saleSeries.promoId)} AS "promoId",
    ${nameOf(saleSeries.at)} AS "at", ${nameOf(saleSeries.orders)} AS "orders"`;

const checkpointTable = getTableName(seriesCheckpoints);
const [partitionName, seqName] = [seriesCheckpoints.partition, seriesCheckpoints.seq].map(nameOf);
const beginText = `INSERT INTO ${checkpointTable} (${partitionName}, ${seqName}) VALUES ($1, $2)
  ON CONFLICT DO NOTHING RETURNING 1`;
const moveText = `UPDATE ${checkpointTable} SET ${seqName} = $2
  WHERE ${partitionName} = $1 AND ${seqName} = $3 RETURNING 1`;

const termsText = `
  SELECT ${nameOf(orders.key)} AS "key", ${nameOf(orders.promoId)} AS "promo", ${nameOf(orders.unitPrice)} AS "price"
  FROM ${getTableName(orders)} WHERE ${nameOf(orders.key)} = ANY($1::bigint[])`;
