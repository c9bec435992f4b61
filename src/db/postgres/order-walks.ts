/** Walks through projected orders in Postgres: along the table's key, or the indexes on users and on times. */
import { and, asc, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { orderKey } from '../../order-id.ts';
import { IndexedWalk, type IndexReads } from '../order-walk/indexed-walk.ts';
import { MergedWalk } from '../order-walk/merged-walk.ts';
import type { OrderFilter, OrderReads, OrderWalk } from '../order-walk/order-walk.ts';
import { SingleWalk } from '../order-walk/single-walk.ts';
import type { OrderCursor, OrderRow } from '../rows.ts';
import { orders } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

const place = { key: orders.key, createdAt: orders.createdAt };
const newestFirst = [desc(orders.createdAt), desc(orders.key)];

export function postgresOrderWalk(
  connections: Connections,
  filter: OrderFilter,
  after: OrderCursor | null,
): OrderWalk {
  const { key, userId, itemId } = filter;
  if (key !== null) return new SingleWalk(() => only(connections, filter, key), after);
  if (userId === null && itemId !== null)
    return new MergedWalk(new KeyReads(connections), filter, after);
  return new IndexedWalk(new TimeReads(connections, filter), after);
}

async function only(
  connections: Connections,
  filter: OrderFilter,
  key: number,
): Promise<OrderRow | undefined> {
  const [row] = await connections.run((client) =>
    drizzle(client)
      .select()
      .from(orders)
      .where(and(eq(orders.key, key), conditionOf(filter))),
  );
  return row;
}

/** What a row must be like to fit a filter. */
function conditionOf(filter: OrderFilter): SQL | undefined {
  const { itemId, promoId, userId, status, idPart } = filter;
  return and(
    itemId === null ? undefined : inItem(itemId),
    promoId === null ? undefined : eq(orders.promoId, promoId),
    userId === null ? undefined : eq(orders.userId, userId),
    status === null ? undefined : eq(orders.status, status),
    timeOf(filter),
    idPart === null ? undefined : sql`strpos(${orders.id}, ${idPart}) > 0`,
  );
}

function timeOf({ fromAt, belowAt }: OrderFilter): SQL | undefined {
  return and(
    fromAt === null ? undefined : gte(orders.createdAt, fromAt),
    belowAt === null ? undefined : lt(orders.createdAt, belowAt),
  );
}

function inItem(itemId: number): SQL | undefined {
  return inKeys(orderKey(itemId, 0), orderKey(itemId + 1, 0));
}

function inKeys(fromKey: number, belowKey: number): SQL | undefined {
  return and(gte(orders.key, fromKey), lt(orders.key, belowKey));
}

/** Of one item: those of all are in the index on times. */
class KeyReads implements OrderReads {
  constructor(private readonly connections: Connections) {}

  async newest(itemId: number): Promise<OrderCursor[]> {
    const last = await this.lastIn(orderKey(itemId, 0), orderKey(itemId + 1, 0));
    return last === null ? [] : [last];
  }

  lastIn(fromKey: number, belowKey: number): Promise<OrderCursor | null> {
    return this.#placeIn(fromKey, belowKey, desc(orders.key));
  }

  firstIn(fromKey: number, belowKey: number): Promise<OrderCursor | null> {
    return this.#placeIn(fromKey, belowKey, asc(orders.key));
  }

  async fitting(
    filter: OrderFilter,
    fromKey: number,
    belowKey: number,
    limit: number,
  ): Promise<OrderRow[]> {
    const where = and(inKeys(fromKey, belowKey), conditionOf({ ...filter, itemId: null }));
    return this.connections.run((client) =>
      drizzle(client).select().from(orders).where(where).orderBy(desc(orders.key)).limit(limit),
    );
  }

  async #placeIn(fromKey: number, belowKey: number, order: SQL): Promise<OrderCursor | null> {
    const [found] = await this.connections.run((client) =>
      drizzle(client)
        .select(place)
        .from(orders)
        .where(inKeys(fromKey, belowKey))
        .orderBy(order)
        .limit(1),
    );
    return found ?? null;
  }
}

/** Of all items or users, or of one user. */
class TimeReads implements IndexReads {
  constructor(
    private readonly connections: Connections,
    private readonly filter: OrderFilter,
  ) {}

  async fitting(after: OrderCursor | null, look: number, limit: number): Promise<OrderRow[]> {
    return this.connections.run((client) => {
      const database = drizzle(client);
      const next = database
        .select()
        .from(orders)
        .where(this.#next(after))
        .orderBy(...newestFirst)
        .limit(look)
        .as('orders');
      return database
        .select()
        .from(next)
        .where(conditionOf(this.filter))
        .orderBy(...newestFirst)
        .limit(limit);
    });
  }

  async last(after: OrderCursor | null, look: number): Promise<OrderCursor | null> {
    const [found] = await this.connections.run((client) =>
      drizzle(client)
        .select(place)
        .from(orders)
        .where(this.#next(after))
        .orderBy(...newestFirst)
        .limit(1)
        .offset(look - 1),
    );
    return found ?? null;
  }

  /** What an index tells by itself. */
  #next(after: OrderCursor | null): SQL | undefined {
    const { userId } = this.filter;
    const beyond =
      after === null
        ? undefined
        : sql`(${orders.createdAt}, ${orders.key}) < (${after.createdAt}::bigint, ${after.key}::bigint)`;
    return and(
      userId === null ? undefined : eq(orders.userId, userId),
      timeOf(this.filter),
      beyond,
    );
  }
}
