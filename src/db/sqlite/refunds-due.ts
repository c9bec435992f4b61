/** The projected refunds due, in SQLite. */
import {
  and,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNotNull,
  isNull,
  type SQL,
  sql,
  sum,
} from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { orderKeyRange } from '../../order-id.ts';
import type { RefundDue, RefundDueCursor, RefundsDue } from '../refunds-due.ts';
import { orders, refundsDue } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

export class SqliteRefundsDue implements RefundsDue {
  constructor(readonly database: BunSQLiteDatabase) {}

  async open(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const { at, itemId, due } = refundsDue;
    // Comparing row values lets the index on open refunds find the place at once.
    const beyond =
      after === null
        ? undefined
        : sql`(${at}, ${itemId}, ${due}) < (${after.at}, ${after.itemId}, ${after.due})`;
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit);
  }

  async byId(id: string): Promise<RefundDue | null> {
    return this.#select(eq(refundsDue.id, id), 1)[0] ?? null;
  }

  async owedFor(itemId: number, n: number): Promise<number> {
    const ofOrder = and(eq(refundsDue.itemId, itemId), eq(refundsDue.n, n));
    const open = and(isNull(refundsDue.settledAt), isNotNull(refundsDue.orderId), ofOrder);
    const owed = sql<number>`coalesce(sum(${refundsDue.amountMinor}), 0)`;
    return guarded(
      () => this.database.select({ owed }).from(refundsDue).where(open).get()?.owed ?? 0,
    );
  }

  async owed(orderIds: readonly string[]): Promise<Map<string, number>> {
    const { orderId, amountMinor, settledAt } = refundsDue;
    const rows = guarded(() =>
      this.database
        .select({ orderId, owed: sum(amountMinor).mapWith(Number) })
        .from(refundsDue)
        .where(and(isNull(settledAt), inArray(orderId, [...orderIds])))
        .groupBy(orderId)
        .all(),
    );
    return new Map(rows.map(({ orderId, owed }) => [orderId!, owed])); // Null is in no list.
  }

  #select(where: SQL | undefined, limit: number): RefundDue[] {
    const key = sql`${refundsDue.itemId} * ${orderKeyRange} + ${refundsDue.n}`;
    const ofOrder = and(eq(orders.key, key), eq(orders.id, refundsDue.orderId));
    return guarded(() =>
      this.database
        .select({ ...getTableColumns(refundsDue), userId: orders.userId })
        .from(refundsDue)
        .leftJoin(orders, ofOrder)
        .where(where)
        .orderBy(desc(refundsDue.at), desc(refundsDue.itemId), desc(refundsDue.due))
        .limit(limit)
        .all(),
    );
  }
}
