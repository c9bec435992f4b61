/** One state of the projected rows in SQLite, for audits. */
import { and, asc, eq, gt, gte, isNotNull, lt, or, sum } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { orderKey } from '../../order-id.ts';
import type { EntrantRow } from '../draws.ts';
import type { Checkpoint, ItemSums, ProjectionView } from '../projection.ts';
import type { RefundDueRow } from '../refunds-due.ts';
import type { OrderRow, PromoWithSecret } from '../rows.ts';
import {
  checkpoints,
  drawEntrants,
  itemStocks,
  items,
  orders,
  promos,
  refundsDue,
  stockLogs,
} from '../schema.sqlite.ts';
import type { SeriesSum } from '../series.ts';
import { joinSums, orderedItemsQuery, pageRows, partitionOfId } from '../sums.ts';
import { guarded } from './connect.ts';
import { readSeriesCheckpoints, readSeriesSums } from './series.ts';

const { id: itemId, sales: units, price, normalSale, limitPerUser } = items;
/** What only the journal tells; a draft may have its secret before. */
const { publishedAt, pausedAt, endedAt, withdrawnAt, drawSeed, drawnAt } = promos;
const told = [publishedAt, pausedAt, endedAt, withdrawnAt, drawSeed, drawnAt];
const soldColumns = { itemId, units, price, normalSale, limitPerUser };

export class SqliteView implements ProjectionView {
  constructor(readonly database: BunSQLiteDatabase) {}

  async checkpoints(): Promise<Map<number, Checkpoint>> {
    const rows = guarded(() => this.database.select().from(checkpoints).all());
    return new Map(rows.map(({ partition, seq, hash }) => [partition, { seq, hash }]));
  }

  async *ordersOfItem(itemId: number): AsyncGenerator<OrderRow> {
    for (let last = orderKey(itemId, 0); ; ) {
      const beyond = and(gt(orders.key, last), lt(orders.key, orderKey(itemId + 1, 0)));
      const page = guarded(() =>
        this.database
          .select()
          .from(orders)
          .where(beyond)
          .orderBy(asc(orders.key))
          .limit(pageRows)
          .all(),
      );
      yield* page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.key;
    }
  }

  async *orderPages(from: number, below: number): AsyncGenerator<OrderRow[]> {
    for (let first = from; ; ) {
      const range = and(gte(orders.key, first), lt(orders.key, below));
      const page = guarded(() =>
        this.database
          .select()
          .from(orders)
          .where(range)
          .orderBy(asc(orders.key))
          .limit(pageRows)
          .all(),
      );
      yield page;
      if (page.length < pageRows) return;
      first = page.at(-1)!.key + 1;
    }
  }

  async orderedItems(): Promise<number[]> {
    const query = orderedItemsQuery(orders.key);
    return guarded(() => this.database.all<{ item: number }>(query)).map(({ item }) => item);
  }

  async itemSums(): Promise<ItemSums[]> {
    return guarded(() => {
      const logged = this.database
        .select({ itemId: stockLogs.itemId, units: sum(stockLogs.delta).mapWith(Number) })
        .from(stockLogs)
        .groupBy(stockLogs.itemId)
        .all();
      const left = this.database.select().from(itemStocks).all();
      const sold = this.database.select(soldColumns).from(items).all();
      return joinSums(logged, left, sold);
    });
  }

  async itemTitles(): Promise<Map<number, string>> {
    const titles = { id: items.id, title: items.title };
    const rows = guarded(() => this.database.select(titles).from(items).all());
    return new Map(rows.map(({ id, title }) => [id, title]));
  }

  async publishedPromos(): Promise<PromoWithSecret[]> {
    return guarded(() =>
      this.database
        .select()
        .from(promos)
        .where(or(...told.map((column) => isNotNull(column))))
        .orderBy(asc(promos.id))
        .all(),
    );
  }

  async *refundPages(): AsyncGenerator<RefundDueRow[]> {
    for (let last = ''; ; ) {
      const { id } = refundsDue;
      const page = guarded(() =>
        this.database
          .select()
          .from(refundsDue)
          .where(gt(id, last))
          .orderBy(asc(id))
          .limit(pageRows)
          .all(),
      );
      yield page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.id;
    }
  }

  async seriesCheckpoints(): Promise<Map<number, number>> {
    return readSeriesCheckpoints(this.database);
  }

  async seriesSums(): Promise<SeriesSum[]> {
    return readSeriesSums(this.database);
  }

  async *entrantPages(partition: number | null): AsyncGenerator<EntrantRow[]> {
    const { id } = drawEntrants;
    const wanted = partition === null ? undefined : eq(partitionOfId(id), partition);
    for (let last = Number.MIN_SAFE_INTEGER; ; ) {
      const page = guarded(() =>
        this.database
          .select()
          .from(drawEntrants)
          .where(and(gt(id, last), wanted))
          .orderBy(asc(id))
          .limit(pageRows)
          .all(),
      );
      yield page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.id;
    }
  }
}
