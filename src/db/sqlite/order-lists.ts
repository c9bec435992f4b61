/** The projected orders, in SQLite. */
import type { Database } from 'bun:sqlite';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import type { OrderFilter, OrderWalk } from '../order-walk/order-walk.ts';
import { orders } from '../schema.sqlite.ts';
import type { OrderCursor, OrderLists, OrderRow } from '../sql.ts';
import { guarded } from './connect.ts';
import { sqliteOrderWalk } from './order-walks.ts';

export class SqliteOrderLists implements OrderLists {
  constructor(
    readonly database: BunSQLiteDatabase,
    private readonly plain: Database,
  ) {}

  async byKey(key: number): Promise<OrderRow | null> {
    const isIt = eq(orders.key, key);
    return guarded(() => this.database.select().from(orders).where(isIt).get() ?? null);
  }

  async byKeys(keys: readonly number[]): Promise<OrderRow[]> {
    const areThey = inArray(orders.key, [...keys]);
    return guarded(() => this.database.select().from(orders).where(areThey).all());
  }

  async ordersOf(userId: number, after: OrderCursor | null, limit: number): Promise<OrderRow[]> {
    // Comparing row values lets the index on user and time find the place at once.
    const beyond =
      after === null
        ? undefined
        : sql`(${orders.createdAt}, ${orders.key}) < (${after.createdAt}, ${after.key})`;
    return guarded(() =>
      this.database
        .select()
        .from(orders)
        .where(and(eq(orders.userId, userId), beyond))
        .orderBy(desc(orders.createdAt), desc(orders.key))
        .limit(limit)
        .all(),
    );
  }

  async walk(filter: OrderFilter, after: OrderCursor | null): Promise<OrderWalk> {
    return sqliteOrderWalk(this.plain, filter, after);
  }
}
