/** The projected refunds due, in Postgres. */
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
import { drizzle } from 'drizzle-orm/bun-sql';
import { orderKeyRange } from '../../order-id.ts';
import {
  orderDuesMax,
  type RefundDue,
  type RefundDueCursor,
  type RefundsDue,
} from '../refunds-due.ts';
import { orders, refundsDue } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

const newestFirst = [desc(refundsDue.at), desc(refundsDue.itemId), desc(refundsDue.due)];

/** Comparing row values lets the index on open refunds find the place at once. */
const place = sql`(${refundsDue.at}, ${refundsDue.itemId}, ${refundsDue.due})`;
const placeOf = ({ at, itemId, due }: RefundDueCursor) =>
  sql`(${at}::bigint, ${itemId}::bigint, ${due}::bigint)`;

export class PostgresRefundsDue implements RefundsDue {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  open(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const beyond = after === null ? undefined : sql`${place} < ${placeOf(after)}`;
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit);
  }

  waiting(after: RefundDueCursor | null, limit: number): Promise<RefundDue[]> {
    const beyond = after === null ? undefined : sql`${place} > ${placeOf(after)}`;
    const { at, itemId, due } = refundsDue;
    const order = [asc(at), asc(itemId), asc(due)];
    return this.#select(and(isNull(refundsDue.settledAt), beyond), limit, order);
  }

  async openSum(): Promise<{ count: number; amountMinor: number }> {
    const sums = { count: count(), amountMinor: sum(refundsDue.amountMinor).mapWith(Number) };
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select(sums).from(refundsDue).where(isNull(refundsDue.settledAt)),
    );
    return { count: row?.count ?? 0, amountMinor: row?.amountMinor ?? 0 };
  }

  settled(limit: number): Promise<RefundDue[]> {
    const { settledAt, itemId, due } = refundsDue;
    return this.#select(isNotNull(settledAt), limit, [desc(settledAt), desc(itemId), desc(due)]);
  }

  async byId(id: string): Promise<RefundDue | null> {
    const [row] = await this.#select(eq(refundsDue.id, id), 1);
    return row ?? null;
  }

  ofOrder(itemId: number, n: number): Promise<RefundDue[]> {
    return this.#select(and(eq(refundsDue.itemId, itemId), eq(refundsDue.n, n)), orderDuesMax);
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

  #select(where: SQL | undefined, limit: number, order = newestFirst): Promise<RefundDue[]> {
    const key = sql`${refundsDue.itemId} * ${orderKeyRange}::bigint + ${refundsDue.n}`;
    const ofOrder = and(eq(orders.key, key), eq(orders.id, refundsDue.orderId));
    return this.#connections.run((client) =>
      drizzle(client)
        .select({ ...getTableColumns(refundsDue), userId: orders.userId })
        .from(refundsDue)
        .leftJoin(orders, ofOrder)
        .where(where)
        .orderBy(...order)
        .limit(limit),
    );
  }
}
