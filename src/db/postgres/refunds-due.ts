/** The projected refunds due, in Postgres. */
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
import { drizzle } from 'drizzle-orm/bun-sql';
import { orderKeyRange } from '../../order-id.ts';
import type { RefundDue, RefundDueCursor, RefundsDue } from '../refunds-due.ts';
import { orders, refundsDue } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

export class PostgresRefundsDue implements RefundsDue {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  open(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const { at, itemId, due } = refundsDue;
    // Comparing row values lets the index on open refunds find the place at once.
    const beyond =
      after === null
        ? undefined
        : sql`(${at}, ${itemId}, ${due}) < (${after.at}::bigint, ${after.itemId}::bigint, ${after.due}::bigint)`;
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit);
  }

  async byId(id: string): Promise<RefundDue | null> {
    const [row] = await this.#select(eq(refundsDue.id, id), 1);
    return row ?? null;
  }

  async owedFor(itemId: number, n: number): Promise<number> {
    const ofOrder = and(eq(refundsDue.itemId, itemId), eq(refundsDue.n, n));
    const open = and(isNull(refundsDue.settledAt), isNotNull(refundsDue.orderId), ofOrder);
    const owed = sql<string>`coalesce(sum(${refundsDue.amountMinor}), 0)`;
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select({ owed }).from(refundsDue).where(open),
    );
    return Number(row?.owed ?? 0);
  }

  async owed(orderIds: readonly string[]): Promise<Map<string, number>> {
    const { orderId, amountMinor, settledAt } = refundsDue;
    const rows = await this.#connections.run((client) =>
      drizzle(client)
        .select({ orderId, owed: sum(amountMinor).mapWith(Number) })
        .from(refundsDue)
        .where(and(isNull(settledAt), inArray(orderId, [...orderIds])))
        .groupBy(orderId),
    );
    return new Map(rows.map(({ orderId, owed }) => [orderId!, owed])); // Null is in no list.
  }

  #select(where: SQL | undefined, limit: number): Promise<RefundDue[]> {
    const key = sql`${refundsDue.itemId} * ${orderKeyRange}::bigint + ${refundsDue.n}`;
    const ofOrder = and(eq(orders.key, key), eq(orders.id, refundsDue.orderId));
    return this.#connections.run((client) =>
      drizzle(client)
        .select({ ...getTableColumns(refundsDue), userId: orders.userId })
        .from(refundsDue)
        .leftJoin(orders, ofOrder)
        .where(where)
        .orderBy(desc(refundsDue.at), desc(refundsDue.itemId), desc(refundsDue.due))
        .limit(limit),
    );
  }
}
