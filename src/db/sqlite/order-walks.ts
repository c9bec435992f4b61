/** Walks through projected orders in SQLite: along the table's key, or the index on users. */
import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { getTableColumns } from 'drizzle-orm';
import { orderKey, orderKeyRange } from '../../order-id.ts';
import { IndexedWalk, type IndexReads } from '../order-walk/indexed-walk.ts';
import { MergedWalk } from '../order-walk/merged-walk.ts';
import type { OrderFilter, OrderReads, OrderWalk } from '../order-walk/order-walk.ts';
import { SingleWalk } from '../order-walk/single-walk.ts';
import type { OrderCursor, OrderRow } from '../rows.ts';
import { orders } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

/** Every column under its name in `OrderRow`. */
const columns = Object.entries(getTableColumns(orders))
  .map(([name, column]) => `"${column.name}" as "${name}"`)
  .join();

const place = 'select "key", created_at as createdAt from orders';

/** A condition in SQL with its parameters. */
interface Condition {
  text: string;
  values: SQLQueryBindings[];
}

export function sqliteOrderWalk(
  database: Database,
  filter: OrderFilter,
  after: OrderCursor | null,
): OrderWalk {
  const { key, userId } = filter;
  if (key !== null) return new SingleWalk(async () => only(database, filter, key), after);
  if (userId !== null) return new IndexedWalk(new UserReads(database, filter, userId), after);
  return new MergedWalk(new KeyReads(database), filter, after);
}

function only(database: Database, filter: OrderFilter, key: number): OrderRow | undefined {
  const { text, values } = conditionOf(filter);
  const query = `select ${columns} from orders where "key" = ? and ${text}`;
  return all<OrderRow>(database, query, key, ...values)[0];
}

/** Statements are kept by their text: there are few combinations of filters. */
function all<T>(database: Database, text: string, ...values: SQLQueryBindings[]): T[] {
  return guarded(() => database.query<T, SQLQueryBindings[]>(text).all(...values));
}

/** What a row must be like to fit a filter. */
function conditionOf(filter: OrderFilter): Condition {
  const { itemId, promoId, userId, status, fromAt, belowAt, idPart } = filter;
  const parts: [string, SQLQueryBindings | null][] = [
    ['promo_id = ?', promoId],
    ['user_id = ?', userId],
    ['status = ?', status],
    ['created_at >= ?', fromAt],
    ['created_at < ?', belowAt],
    ['instr(id, ?) > 0', idPart],
    [`"key" >= ?`, itemId === null ? null : orderKey(itemId, 0)],
    [`"key" < ?`, itemId === null ? null : orderKey(itemId + 1, 0)],
  ];
  const given = parts.filter(([, value]) => value !== null);
  return {
    text: ['true', ...given.map(([text]) => text)].join(' and '),
    values: given.map(([, value]) => value),
  };
}

class KeyReads implements OrderReads {
  constructor(private readonly database: Database) {}

  async newest(itemId: number | null): Promise<OrderCursor[]> {
    if (itemId !== null) {
      const last = await this.lastIn(orderKey(itemId, 0), orderKey(itemId + 1, 0));
      return last === null ? [] : [last];
    }
    // From the last order of an item to the last of the one before: as many steps as there are items.
    return all(
      this.database,
      `with recursive last(k) as (
        select max("key") from orders
        union all select (select max("key") from orders where "key" < k / ${orderKeyRange} * ${orderKeyRange})
        from last where k is not null
      )
      ${place} join last on "key" = k`,
    );
  }

  async lastIn(fromKey: number, belowKey: number): Promise<OrderCursor | null> {
    return this.#placeIn(fromKey, belowKey, 'desc');
  }

  async firstIn(fromKey: number, belowKey: number): Promise<OrderCursor | null> {
    return this.#placeIn(fromKey, belowKey, 'asc');
  }

  async fitting(
    filter: OrderFilter,
    fromKey: number,
    belowKey: number,
    limit: number,
  ): Promise<OrderRow[]> {
    // The item's own bounds are in the range already.
    const { text, values } = conditionOf({ ...filter, itemId: null });
    return all(
      this.database,
      `select ${columns} from orders where "key" >= ? and "key" < ? and ${text} order by "key" desc limit ?`,
      ...[fromKey, belowKey, ...values, limit],
    );
  }

  #placeIn(fromKey: number, belowKey: number, order: 'asc' | 'desc'): OrderCursor | null {
    const text = `${place} where "key" >= ? and "key" < ? order by "key" ${order} limit 1`;
    return all<OrderCursor>(this.database, text, fromKey, belowKey)[0] ?? null;
  }
}

class UserReads implements IndexReads {
  constructor(
    private readonly database: Database,
    private readonly filter: OrderFilter,
    private readonly userId: number,
  ) {}

  async fitting(after: OrderCursor | null, look: number, limit: number): Promise<OrderRow[]> {
    const next = this.#next('*', after);
    const { text, values } = conditionOf({ ...this.filter, userId: null });
    return all(
      this.database,
      `select ${columns} from (${next.text} limit ?) where ${text} ` +
        'order by created_at desc, "key" desc limit ?',
      ...[...next.values, look, ...values, limit],
    );
  }

  async last(after: OrderCursor | null, look: number): Promise<OrderCursor | null> {
    const next = this.#next('"key", created_at as createdAt', after);
    const text = `${next.text} limit 1 offset ?`;
    return all<OrderCursor>(this.database, text, ...next.values, look - 1)[0] ?? null;
  }

  /** The user's orders after a place, and in the filter's time, newest first: the index tells all of that. */
  #next(selected: string, after: OrderCursor | null): Condition {
    const { fromAt, belowAt } = this.filter;
    const beyond = after === null ? '' : ' and (created_at, "key") < (?, ?)';
    const from = fromAt === null ? '' : ' and created_at >= ?';
    const below = belowAt === null || after !== null ? '' : ' and created_at < ?';
    return {
      text: `select ${selected} from orders where user_id = ?${beyond}${from}${below} order by created_at desc, "key" desc`,
      values: [
        this.userId,
        ...(after === null ? [] : [after.createdAt, after.key]),
        ...(fromAt === null ? [] : [fromAt]),
        ...(below === '' ? [] : [belowAt]),
      ],
    };
  }
}
