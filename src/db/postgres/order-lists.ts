/** The projected orders of a user, in Postgres. */
import { and, desc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { orderKey, parseOrderId } from '../../order-id.ts';
import { orders } from '../schema.postgres.ts';
import type { OrderCursor, OrderLists, OrderRow } from '../sql.ts';
import type { Connections } from './connections.ts';

export class PostgresOrderLists implements OrderLists {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async order(id: string): Promise<OrderRow | null> {
    const named = parseOrderId(id);
    if (named === null) return null;
    const key = orderKey(named.item, named.n);
    const byKey = and(eq(orders.key, key), eq(orders.id, id));
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select().from(orders).where(byKey),
    );
    return row ?? null;
  }

  async ordersOf(userId: number, after: OrderCursor | null, limit: number): Promise<OrderRow[]> {
    // Comparing row values lets the index on user and time find the place at once.
    const beyond =
      after === null
        ? undefined
        : sql`(${orders.createdAt}, ${orders.key}) < (${after.createdAt}::bigint, ${after.key}::bigint)`;
    return this.#connections.run((client) =>
      drizzle(client)
        .select()
        .from(orders)
        .where(and(eq(orders.userId, userId), beyond))
        .orderBy(desc(orders.createdAt), desc(orders.key))
        .limit(limit),
    );
  }
}
