/**
 * Writes projected rows into Postgres. Hot: two rows per order. They travel as array literals, one per
 * column, which take a third of the CPU of Bun's own arrays and a tenth of that of a parameter per
 * value; names and types come from drizzle's schema.
 */
import type { TransactionSQL } from 'bun';
import { and, eq, getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { checkpoints, itemStocks, items, orders, promos, stockLogs } from '../schema.postgres.ts';
import type { OrderRow, ProjectionBatch, RowChanges, Settlement, StockLogRow } from '../sql.ts';

/**
 * A column, and what a row holds in it as an element of an array literal. Our own ids and
 * words go in unquoted, since nothing in them needs quotes; what others chose is made a `literal`.
 */
type Column<Row> = [column: PgColumn, pick: (row: Row) => number | string];

/** Moves the checkpoint, or returns false where it is not at the start of the batch. */
export async function advance(
  client: TransactionSQL,
  { partition, from, to }: ProjectionBatch,
): Promise<boolean> {
  const database = drizzle(client);
  const stands = and(eq(checkpoints.partition, partition), eq(checkpoints.seq, from));
  const moved =
    from === 0
      ? await database
          .insert(checkpoints)
          .values({ partition, ...to })
          .onConflictDoNothing()
          .returning()
      : await database.update(checkpoints).set(to).where(stands).returning();
  return moved.length === 1;
}

export async function write(client: TransactionSQL, changes: RowChanges): Promise<void> {
  const run = async <Row>(text: string, columns: Column<Row>[], rows: readonly Row[]) => {
    if (rows.length > 0)
      await client.unsafe(
        text,
        columns.map(([, pick]) => `{${rows.map(pick)}}`),
      );
  };
  await run(orderText, orderColumns, changes.orders);
  await run(settlementText, settlementColumns, changes.settlements);
  await run(stockLogText, stockLogColumns, changes.stockLogs);
  await run(stockText, stockColumns, [...changes.stock]);
  await run(salesText, salesColumns, [...changes.sales]);
  await run(publishedText, publishedColumns, [...changes.published]);
}

const orderColumns: Column<OrderRow>[] = [
  [orders.key, (row) => row.key],
  [orders.id, (row) => row.id],
  [orders.itemId, (row) => row.itemId],
  [orders.userId, (row) => row.userId],
  [orders.promoId, (row) => row.promoId],
  [orders.amount, (row) => row.amount],
  [orders.unitPrice, (row) => row.unitPrice],
  [orders.total, (row) => row.total],
  [orders.status, (row) => row.status],
  [orders.createdAt, (row) => row.createdAt],
  [orders.paidAt, (row) => row.paidAt ?? 'NULL'],
  [orders.closedAt, (row) => row.closedAt ?? 'NULL'],
  [orders.partition, (row) => row.partition],
  [orders.seq, (row) => row.seq],
  [orders.reference, (row) => literal(row.reference)],
  [orders.refundedAt, (row) => row.refundedAt ?? 'NULL'],
];
const orderText = insertText(orders, orderColumns);

const stockLogColumns: Column<StockLogRow>[] = [
  [stockLogs.id, (row) => row.id],
  [stockLogs.itemId, (row) => row.itemId],
  [stockLogs.orderId, (row) => row.orderId ?? 'NULL'],
  [stockLogs.delta, (row) => row.delta],
  [stockLogs.reason, (row) => row.reason],
  [stockLogs.partition, (row) => row.partition],
  [stockLogs.seq, (row) => row.seq],
  [stockLogs.at, (row) => row.at],
];
const stockLogText = insertText(stockLogs, stockLogColumns);

const settlementColumns: Column<Settlement>[] = [
  [orders.key, (row) => row.key],
  [orders.status, (row) => row.status],
  [orders.paidAt, (row) => row.paidAt ?? 'NULL'],
  [orders.closedAt, (row) => row.closedAt ?? 'NULL'],
];
const settlementText = updateText(orders, settlementColumns, (name) => `changed.${name}`);

/** Sums travel as pairs of an id and the units to add. */
type Pair = [id: number, value: number];

const stockColumns: Column<Pair>[] = [
  [itemStocks.itemId, (pair) => pair[0]],
  [itemStocks.stock, (pair) => pair[1]],
];
const stockName = nameOf(itemStocks.stock);
const stockText = `${insertText(itemStocks, stockColumns)}
  ON CONFLICT (${nameOf(itemStocks.itemId)})
  DO UPDATE SET ${stockName} = ${getTableName(itemStocks)}.${stockName} + excluded.${stockName}`;

const salesColumns: Column<Pair>[] = [
  [items.id, (pair) => pair[0]],
  [items.sales, (pair) => pair[1]],
];
const salesText = updateText(items, salesColumns, (name) => `rows.${name} + changed.${name}`);

const publishedColumns: Column<Pair>[] = [
  [promos.id, (pair) => pair[0]],
  [promos.publishedAt, (pair) => pair[1]],
];
const publishedText = updateText(
  promos,
  publishedColumns,
  (name) => `coalesce(rows.${name}, changed.${name})`,
);

function insertText<Row>(table: PgTable, columns: Column<Row>[]): string {
  const names = columns.map(([column]) => nameOf(column));
  return `INSERT INTO ${getTableName(table)} (${names}) SELECT * FROM unnest(${parameters(columns)})`;
}

/** Updates the rows that the first column names. */
function updateText<Row>(
  table: PgTable,
  columns: Column<Row>[],
  value: (name: string) => string,
): string {
  const [key, ...names] = columns.map(([column]) => nameOf(column));
  return `
    UPDATE ${getTableName(table)} AS rows SET ${names.map((name) => `${name} = ${value(name)}`)}
    FROM unnest(${parameters(columns)}) AS changed (${[key, ...names]}) WHERE rows.${key} = changed.${key}`;
}

/** The parameters of a statement, each an array of its column's type. */
function parameters<Row>(columns: Column<Row>[]): string[] {
  return columns.map(([column], index) => `$${index + 1}::${column.getSQLType()}[]`);
}

/** A text that others chose, as an element of an array literal. */
function literal(text: string | null): string {
  return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function nameOf(column: PgColumn): string {
  return `"${column.name}"`;
}
