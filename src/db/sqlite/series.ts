/** The series of sales, in SQLite. */
import type { Database, Statement } from 'bun:sqlite';
import { and, eq, getTableName, sql } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { orders, saleSeries, seriesCheckpoints } from '../schema.sqlite.ts';
import {
  coarserRows,
  type OrderTerms,
  rowsOfSeconds,
  type Series,
  type SeriesAsked,
  type SeriesBatch,
  type SeriesReading,
  type SeriesSum,
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
  sumOf,
  sumsQuery,
  upsertText,
} from '../series-queries.ts';
import { guarded } from './connect.ts';
import { insertText } from './statements.ts';

const table = sql`${saleSeries}`;

export class SqliteSeries implements Series {
  constructor(readonly database: BunSQLiteDatabase) {}

  async read(asked: SeriesAsked): Promise<SeriesReading> {
    return guarded(() =>
      this.database.transaction((reads) => {
        const points = reads.all<Summed>(pointsQuery(table, saleSeries, asked)).map(pointOf);
        const [left] = reads.all<LeftUnits>(leftQuery(table, saleSeries, asked));
        const isWhole = and(
          eq(saleSeries.itemId, asked.itemId),
          eq(saleSeries.widthS, wholeS),
          eq(saleSeries.promoId, asked.promoId),
        );
        const whole = reads.select().from(saleSeries).where(isWhole).get() ?? null;
        return { stepS: stepOf(asked).stepS, points, leftBefore: Number(left!.units), whole };
      }),
    );
  }

  async checkpoints(): Promise<Map<number, number>> {
    return readSeriesCheckpoints(this.database);
  }
}

/** None where the database is that of a release without a series, which an audit may read. */
export function readSeriesCheckpoints(database: BunSQLiteDatabase): Map<number, number> {
  const named = sql`SELECT name FROM sqlite_master WHERE name = ${getTableName(seriesCheckpoints)}`;
  if (guarded(() => database.all(named)).length === 0) return new Map();
  const rows = guarded(() => database.select().from(seriesCheckpoints).all());
  return new Map(rows.map(({ partition, seq }) => [partition, seq]));
}

export function readSeriesSums(database: BunSQLiteDatabase): SeriesSum[] {
  return guarded(() => database.all<Summed>(sumsQuery(table, saleSeries))).map(sumOf);
}

const fields = ['itemId', 'widthS', 'at', 'promoId', ...seriesCounts, 'peak'] as const;

/** A few rows in a batch, however many orders it has. */
export class SeriesWriter {
  readonly #row: Statement<{ orders: number }>;
  readonly #stands: Statement<{ seq: number }>;
  readonly #move: Statement;
  readonly #terms: Statement<OrderTerms>;

  constructor(database: Database) {
    this.#row = database.prepare(rowText);
    this.#stands = database.prepare(standsText);
    this.#move = database.prepare(moveText);
    this.#terms = database.prepare(termsText);
  }

  /** False, with nothing written, where the series does not stand where the batch begins. */
  write({ partition, from, to, rows }: SeriesBatch): boolean {
    if ((this.#stands.get(partition)?.seq ?? 0) !== from) return false;
    this.#move.run(partition, to);
    const ordersNow = rowsOfSeconds(rows).map((row) => this.#write(row));
    for (const row of coarserRows(rows, ordersNow)) this.#write(row);
    return true;
  }

  /** See `Projection.termsOfOrders`. */
  termsOf(keys: readonly number[]): Map<number, OrderTerms> {
    const found = new Map<number, OrderTerms>();
    for (const key of keys) {
      const terms = this.#terms.get(key);
      if (terms !== null) found.set(key, terms);
    }
    return found;
  }

  /** Returns the orders that the row has now. */
  #write(row: StoredSeriesRow): number {
    return this.#row.get(...fields.map((field) => row[field]))!.orders;
  }
}

const quoted = (name: string) => `"${name}"`;
const rowText = `
  ${insertText(
    saleSeries,
    fields.map((field) => saleSeries[field]),
  )}
  ${upsertText(quoted, saleSeries)}
  returning ${quoted(saleSeries.orders.name)} as orders`;

const { partition, seq } = seriesCheckpoints;
const standsText = `select ${quoted(seq.name)} as seq from ${getTableName(seriesCheckpoints)} where ${quoted(partition.name)} = ?`;
const moveText = `
  ${insertText(seriesCheckpoints, [partition, seq])}
  on conflict (${quoted(partition.name)}) do update set ${quoted(seq.name)} = excluded.${quoted(seq.name)}`;

const termsText = `
  select ${quoted(orders.promoId.name)} as "promoId", ${quoted(orders.unitPrice.name)} as "unitPrice"
  from ${getTableName(orders)} where ${quoted(orders.key.name)} = ?`;
