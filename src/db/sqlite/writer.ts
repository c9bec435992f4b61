/**
 * Writes projected rows into SQLite. Hot: a row per order. They go through bun:sqlite's prepared
 * statements, and those of new orders many at once, which takes an eighth of the CPU of drizzle's inserts; the names in
 * them come from drizzle's schema.
 */
import type { Database, Statement } from 'bun:sqlite';
import { eq, getTableName, sql } from 'drizzle-orm';
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite';
import {
  type ProjectionBatch,
  type RowChanges,
  type Settlement,
  type StockEventRow,
  unpublished,
} from '../projection.ts';
import {
  checkpoints,
  drawEntrants,
  itemStocks,
  items,
  orders,
  promos,
  refundsDue,
  saleSeries,
  seriesCheckpoints,
  stockEvents,
} from '../schema.sqlite.ts';
import type { OrderTerms, SeriesBatch } from '../series.ts';
import type { LogLimit } from './log-limit.ts';
import { OrderInserts } from './order-inserts.ts';
import { SaleWriter } from './sale-writer.ts';
import { SeriesWriter } from './series.ts';
import { insertText, set } from './statements.ts';

export class SqliteWriter {
  readonly #database: Database;
  readonly #rare: ReturnType<typeof rareStatements>;
  readonly #orders: OrderInserts;
  readonly #settlement: Statement;
  readonly #refund: Statement;
  readonly #stockEvent: Statement;
  readonly #sale: SaleWriter;
  readonly #series: SeriesWriter;

  constructor(
    database: Database,
    private readonly log: LogLimit,
  ) {
    this.#database = database;
    this.#rare = rareStatements(drizzle(database));
    this.#orders = new OrderInserts(database);
    this.#settlement = database.prepare(settlementText);
    this.#refund = database.prepare(refundText);
    this.#stockEvent = database.prepare(stockEventText);
    this.#sale = new SaleWriter(database);
    this.#series = new SeriesWriter(database);
  }

  /** See `Projection.apply`. */
  apply(batch: ProjectionBatch): boolean {
    this.log.mind();
    const inTransaction = this.#database.transaction(() => {
      if (!this.#advance(batch)) return false;
      this.#write(batch.changes);
      const { partition, from, to, series } = batch;
      if (series !== null) this.#series.write({ partition, from, to: to.seq, rows: series });
      return true;
    });
    return inTransaction.immediate();
  }

  /** See `Projection.applySeries`. */
  applySeries(batch: SeriesBatch): boolean {
    this.log.mind();
    return this.#database.transaction(() => this.#series.write(batch)).immediate();
  }

  /** See `Projection.termsOfOrders`. */
  termsOf(keys: readonly number[]): Map<number, OrderTerms> {
    return this.#series.termsOf(keys);
  }

  /** See `Projection.clear`. */
  clear(): void {
    const database = drizzle(this.#database);
    database.transaction(
      (transaction) => {
        const ofSeries = [seriesCheckpoints, saleSeries];
        const ofSale = [refundsDue, drawEntrants, ...ofSeries];
        const tables = [orders, stockEvents, itemStocks, checkpoints, ...ofSale];
        for (const table of tables) transaction.delete(table).run();
        transaction.update(items).set({ sales: 0 }).run();
        transaction.update(promos).set(unpublished).run();
      },
      { behavior: 'immediate' },
    );
  }

  close(): void {
    this.#database.close();
  }

  /** Moves the checkpoint, or returns false where it is not at the start of the batch. */
  #advance({ partition, from, to }: ProjectionBatch): boolean {
    const stands = this.#rare.checkpoint.get({ partition })?.seq ?? 0;
    if (stands !== from) return false;
    this.#rare.advance.run({ partition, ...to });
    return true;
  }

  #write(changes: RowChanges): void {
    this.#orders.write(changes.orders);
    for (const row of changes.settlements) settleOrder(this.#settlement, row);
    for (const { key, at } of changes.refunds) this.#refund.run('refunded', at, at, key);
    for (const row of changes.stockEvents) insertStockEvent(this.#stockEvent, row);
    for (const [itemId, delta] of changes.stock) this.#rare.stock.run({ itemId, delta });
    for (const [itemId, units] of changes.sales) this.#rare.sales.run({ itemId, units });
    this.#sale.write(changes);
  }
}

/** Statements that run a few times in a batch. */
function rareStatements(database: BunSQLiteDatabase) {
  const seq = sql.placeholder('seq');
  const hash = sql.placeholder('hash');
  const added = sql`${itemStocks.stock} + ${sql.placeholder('delta')}`;
  const sold = sql`${items.sales} + ${sql.placeholder('units')}`;
  const isPartition = eq(checkpoints.partition, sql.placeholder('partition'));
  return {
    checkpoint: database.select().from(checkpoints).where(isPartition).prepare(),
    advance: database
      .insert(checkpoints)
      .values({ partition: sql.placeholder('partition'), seq, hash })
      .onConflictDoUpdate({
        target: checkpoints.partition,
        set: { seq: sql`${seq}`, hash: sql`${hash}` },
      })
      .prepare(),
    stock: database
      .insert(itemStocks)
      .values({ itemId: sql.placeholder('itemId'), stock: sql.placeholder('delta') })
      .onConflictDoUpdate({ target: itemStocks.itemId, set: { stock: added } })
      .prepare(),
    sales: database
      .update(items)
      .set({ sales: sold })
      .where(eq(items.id, sql.placeholder('itemId')))
      .prepare(),
  };
}

// The columns of each statement are in the order in which the function below it passes their values.

const settlementText = `
  update ${getTableName(orders)}
  set ${set([orders.status, orders.paidAt, orders.closedAt, orders.reference])}
  where "${orders.key.name}" = ?`;

function settleOrder(statement: Statement, row: Settlement): void {
  statement.run(row.status, row.paidAt, row.closedAt, row.reference, row.key);
}

const refundText = `
  update ${getTableName(orders)}
  set ${set([orders.status, orders.closedAt, orders.refundedAt])}
  where "${orders.key.name}" = ?`;

const stockEventText = insertText(stockEvents, [
  stockEvents.id,
  stockEvents.itemId,
  stockEvents.orderId,
  stockEvents.delta,
  stockEvents.reason,
  stockEvents.partition,
  stockEvents.seq,
  stockEvents.at,
]);

function insertStockEvent(statement: Statement, row: StockEventRow): void {
  statement.run(
    row.id,
    row.itemId,
    row.orderId,
    row.delta,
    row.reason,
    row.partition,
    row.seq,
    row.at,
  );
}
