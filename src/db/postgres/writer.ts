/**
 * Writes projected rows into Postgres. Hot: a row per order. They travel as array literals, one per
 * column, which take a third of the CPU of Bun's own arrays and a tenth of that of a parameter per
 * value; names and types come from drizzle's schema.
 */
import type { TransactionSQL } from 'bun';
import { and, eq, getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { orderId, orderOfKey } from '../../order-id.ts';
import type {
  OrderRefund,
  PlacedOrder,
  ProjectionBatch,
  RowChanges,
  Settlement,
  StockEventRow,
} from '../projection.ts';
import { rowSource } from '../row-id.ts';
import { checkpoints, itemStocks, items, orders, stockEvents } from '../schema.postgres.ts';
import { type Column, insertText, literal, nameOf, run, updateText } from './arrays.ts';
import { writeSale } from './sale-writer.ts';

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
  await run(client, orderText, orderColumns, changes.orders);
  await run(client, settlementText, settlementColumns, changes.settlements);
  await run(client, refundText, refundColumns, changes.refunds);
  await run(client, stockEventText, stockEventColumns, changes.stockEvents);
  await run(client, stockText, stockColumns, [...changes.stock]);
  await run(client, salesText, salesColumns, [...changes.sales]);
  await writeSale(client, changes);
}

const orderColumns: Column<PlacedOrder>[] = [
  [orders.key, (row) => row.key],
  [orders.id, idOf],
  [orders.itemId, (row) => orderOfKey(row.key).item],
  [orders.userId, (row) => row.userId],
  [orders.promoId, (row) => row.promoId],
  [orders.amount, (row) => row.amount],
  [orders.unitPrice, (row) => row.unitPrice],
  [orders.total, (row) => row.amount * row.unitPrice],
  // What becomes of an order in the same batch is written afterwards.
  [orders.status, () => 'placed'],
  [orders.createdAt, (row) => row.createdAt],
  [orders.partition, (row) => rowSource(row.eventId).partition],
  [orders.seq, (row) => rowSource(row.eventId).seq],
  [orders.eventId, (row) => row.eventId],
];
const orderText = insertText(orders, orderColumns);

const stockEventColumns: Column<StockEventRow>[] = [
  [stockEvents.id, (row) => row.id],
  [stockEvents.itemId, (row) => row.itemId],
  [stockEvents.orderId, (row) => row.orderId ?? 'NULL'],
  [stockEvents.delta, (row) => row.delta],
  [stockEvents.reason, (row) => row.reason],
  [stockEvents.partition, (row) => row.partition],
  [stockEvents.seq, (row) => row.seq],
  [stockEvents.at, (row) => row.at],
];
const stockEventText = insertText(stockEvents, stockEventColumns);

const settlementColumns: Column<Settlement>[] = [
  [orders.key, (row) => row.key],
  [orders.status, (row) => row.status],
  [orders.paidAt, (row) => row.paidAt ?? 'NULL'],
  [orders.closedAt, (row) => row.closedAt ?? 'NULL'],
  [orders.reference, (row) => literal(row.reference)],
];
const settlementText = updateText(orders, settlementColumns, (name) => `changed.${name}`);

const refundColumns: Column<OrderRefund>[] = [
  [orders.key, (row) => row.key],
  [orders.status, () => 'refunded'],
  [orders.closedAt, (row) => row.at],
  [orders.refundedAt, (row) => row.at],
];
const refundText = updateText(orders, refundColumns, (name) => `changed.${name}`);

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

function idOf({ key, createdAt }: PlacedOrder): string {
  const { item, n } = orderOfKey(key);
  return orderId(item, n, createdAt);
}
