/** The projected refunds due, in SQLite. */
import {
  and,
  asc,
  count,
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
import {
  orderDuesMax,
  type RefundDue,
  type RefundDueCursor,
  type RefundsDue,
} from '../refunds-due.ts';
import { orders, refundsDue } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

const newestFirst = [desc(refundsDue.at), desc(refundsDue.itemId), desc(refundsDue.due)];

/** Comparing row values lets the index on open refunds find the place at once. */
const place = sql`(${refundsDue.at}, ${refundsDue.itemId}, ${refundsDue.due})`;
const placeOf = ({ at, itemId, due }: RefundDueCursor) => sql`(${at}, ${itemId}, ${due})`;

export class SqliteRefundsDue implements RefundsDue {
  constructor(readonly database: BunSQLiteDatabase) {}

  async open(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const beyond = after === null ? undefined : sql`${place} < ${placeOf(after)}`;
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit);
  }

  async waiting(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const beyond = after === null ? undefined : sql`${place} > ${placeOf(after)}`;
    const { at, itemId, due } = refundsDue;
    const order = [asc(at), asc(itemId), asc(due)];
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit, order);
  }

  async openSum(): Promise<{ count: number; amountMinor: number }> {
    const sums = { count: count(), amountMinor: sum(refundsDue.amountMinor).mapWith(Number) };
    const [row] = guarded(() =>
      this.database.select(sums).from(refundsDue).where(isNull(refundsDue.settledAt)).all(),
    );
    return { count: row?.count ?? 0, amountMinor: row?.amountMinor ?? 0 };
  }

  async settled(limit: number): Promise<RefundDue[]> {
    const { settledAt, itemId, due } = refundsDue;
    return this.#select(isNotNull(settledAt), limit, [desc(settledAt), desc(itemId), desc(due)]);
  }

  async byId(id: string): Promise<RefundDue | null> {
    return this.#select(eq(refundsDue.id, id), 1)[0] ?? null;
  }

  async ofOrder(itemId: number, n: number): Promise<RefundDue[]> {
    return this.#select(and(eq(refundsDue.itemId, itemId), eq(refundsDue.n, n)), orderDuesMax);
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

  #select(where: SQL | undefined, limit: number, order = newestFirst): RefundDue[] {
    const key = sql`${refundsDue.itemId} * ${orderKeyRange} + ${refundsDue.n}`;
    const ofOrder = and(eq(orders.key, key), eq(orders.id, refundsDue.orderId));
    return guarded(() =>
      this.database
        .select({ ...getTableColumns(refundsDue), userId: orders.userId })
        .from(refundsDue)
        .leftJoin(orders, ofOrder)
        .where(where)
        .orderBy(...order)
        .limit(limit)
        .all(),
    );
  }
}
