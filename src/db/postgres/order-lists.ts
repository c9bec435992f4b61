/** The projected orders, in Postgres. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import type { OrderFilter, OrderWalk } from '../order-walk/order-walk.ts';
import { orders } from '../schema.postgres.ts';
import type { OrderCursor, OrderLists, OrderRow } from '../sql.ts';
import type { Connections } from './connections.ts';
import { postgresOrderWalk } from './order-walks.ts';

export class PostgresOrderLists implements OrderLists {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async byKey(key: number): Promise<OrderRow | null> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select().from(orders).where(eq(orders.key, key)),
    );
    return row ?? null;
  }

  byKeys(keys: readonly number[]): Promise<OrderRow[]> {
    return this.#connections.run((client) =>
      drizzle(client)
        .select()
        .from(orders)
        .where(inArray(orders.key, [...keys])),
    );
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

  async walk(filter: OrderFilter, after: OrderCursor | null): Promise<OrderWalk> {
    return postgresOrderWalk(this.#connections, filter, after);
  }
}
