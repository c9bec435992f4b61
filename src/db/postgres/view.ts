/** One state of the projected rows in Postgres, for audits. */
import type { TransactionSQL } from 'bun';
import { and, asc, eq, gt, gte, isNotNull, lt, or, sum } from 'drizzle-orm';
import { type BunSQLDatabase, drizzle } from 'drizzle-orm/bun-sql';
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
} from '../schema.postgres.ts';
import type { SeriesSum } from '../series.ts';
import { sumOf } from '../series-queries.ts';
import { joinSums, orderedItemsQuery, pageRows, partitionOfId } from '../sums.ts';
import type { Answered } from './connections.ts';
import { readSeriesCheckpoints, readSeriesSums } from './series.ts';

const { id: itemId, sales: units, price, normalSale, limitPerUser } = items;
/** What only the journal tells; a draft may have its secret before. */
const { publishedAt, pausedAt, endedAt, withdrawnAt, drawSeed, drawnAt } = promos;
const told = [publishedAt, pausedAt, endedAt, withdrawnAt, drawSeed, drawnAt];
const soldColumns = { itemId, units, price, normalSale, limitPerUser };

export class PostgresView implements ProjectionView {
  readonly #database: BunSQLDatabase;
  readonly #wait: Answered;

  constructor(client: TransactionSQL, wait: Answered) {
    this.#database = drizzle(client);
    this.#wait = wait;
  }

  async checkpoints(): Promise<Map<number, Checkpoint>> {
    const rows = await this.#wait(this.#database.select().from(checkpoints));
    return new Map(rows.map(({ partition, seq, hash }) => [partition, { seq, hash }]));
  }

  async *ordersOfItem(itemId: number): AsyncGenerator<OrderRow> {
    for (let last = orderKey(itemId, 0); ; ) {
      const beyond = and(gt(orders.key, last), lt(orders.key, orderKey(itemId + 1, 0)));
      const page = await this.#wait(
        this.#database.select().from(orders).where(beyond).orderBy(asc(orders.key)).limit(pageRows),
      );
      yield* page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.key;
    }
  }

  async *orderPages(from: number, below: number): AsyncGenerator<OrderRow[]> {
    for (let first = from; ; ) {
      const range = and(gte(orders.key, first), lt(orders.key, below));
      const page = await this.#wait(
        this.#database.select().from(orders).where(range).orderBy(asc(orders.key)).limit(pageRows),
      );
      yield page;
      if (page.length < pageRows) return;
      first = page.at(-1)!.key + 1;
    }
  }

  async orderedItems(): Promise<number[]> {
    const rows = await this.#wait(this.#database.execute(orderedItemsQuery(orders.key)));
    return rows.map(({ item }) => Number(item));
  }

  async itemSums(): Promise<ItemSums[]> {
    const logged = await this.#wait(
      this.#database
        .select({ itemId: stockLogs.itemId, units: sum(stockLogs.delta).mapWith(Number) })
        .from(stockLogs)
        .groupBy(stockLogs.itemId),
    );
    const left = await this.#wait(this.#database.select().from(itemStocks));
    const sold = await this.#wait(this.#database.select(soldColumns).from(items));
    return joinSums(logged, left, sold);
  }

  async itemTitles(): Promise<Map<number, string>> {
    const titles = { id: items.id, title: items.title };
    const rows = await this.#wait(this.#database.select(titles).from(items));
    return new Map(rows.map(({ id, title }) => [id, title]));
  }

  async publishedPromos(): Promise<PromoWithSecret[]> {
    return this.#wait(
      this.#database
        .select()
        .from(promos)
        .where(or(...told.map((column) => isNotNull(column))))
        .orderBy(asc(promos.id)),
    );
  }

  async *refundPages(): AsyncGenerator<RefundDueRow[]> {
    for (let last = ''; ; ) {
      const { id } = refundsDue;
      const page = await this.#wait(
        this.#database
          .select()
          .from(refundsDue)
          .where(gt(id, last))
          .orderBy(asc(id))
          .limit(pageRows),
      );
      yield page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.id;
    }
  }

  seriesCheckpoints(): Promise<Map<number, number>> {
    return this.#wait(readSeriesCheckpoints(this.#database));
  }

  async seriesSums(): Promise<SeriesSum[]> {
    return (await this.#wait(readSeriesSums(this.#database))).map(sumOf);
  }

  async *entrantPages(partition: number | null): AsyncGenerator<EntrantRow[]> {
    const { id } = drawEntrants;
    const wanted = partition === null ? undefined : eq(partitionOfId(id), partition);
    for (let last = Number.MIN_SAFE_INTEGER; ; ) {
      const page = await this.#wait(
        this.#database
          .select()
          .from(drawEntrants)
          .where(and(gt(id, last), wanted))
          .orderBy(asc(id))
          .limit(pageRows),
      );
      yield page;
      if (page.length < pageRows) return;
      last = page.at(-1)!.id;
    }
  }
}
