/**
 * The projected rows in Postgres.
 *
 * Everything written here follows from the journal, and a checkpoint is committed together with its
 * rows, so a commit need not wait for the server's disk: a crash of the server may undo the newest
 * rows, with their checkpoints, and the projector writes them again.
 */
import { getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import {
  type Checkpoint,
  type Projection,
  type ProjectionBatch,
  type ProjectionView,
  unpublished,
} from '../projection.ts';
import {
  checkpoints,
  drawEntrants,
  itemStocks,
  items,
  orders,
  promos,
  refundsDue,
  saleSeries,
  seriesCheckpoints,
  stockEvents,
} from '../schema.postgres.ts';
import type { OrderTerms, SeriesBatch } from '../series.ts';
import type { Connections } from './connections.ts';
import { readSeriesCheckpoints, termsOfOrders, writeSeries } from './series.ts';
import { PostgresView } from './view.ts';
import { advance, write } from './writer.ts';

export class PostgresProjection implements Projection {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async checkpoints(): Promise<Map<number, Checkpoint>> {
    const rows = await this.#connections.run((client) =>
      drizzle(client).select().from(checkpoints),
    );
    return new Map(rows.map(({ partition, seq, hash }) => [partition, { seq, hash }]));
  }

  apply(batch: ProjectionBatch): Promise<boolean> {
    return this.#connections.run(async (client) => {
      await client.unsafe('SET LOCAL synchronous_commit = off');
      if (!(await advance(client, batch))) return false;
      await write(client, batch.changes);
      const { partition, from, to, series } = batch;
      if (series !== null) await writeSeries(client, { partition, from, to: to.seq, rows: series });
      return true;
    });
  }

  seriesCheckpoints(): Promise<Map<number, number>> {
    return this.#connections.run((client) => readSeriesCheckpoints(drizzle(client)));
  }

  applySeries(batch: SeriesBatch): Promise<boolean> {
    return this.#connections.run(async (client) => {
      await client.unsafe('SET LOCAL synchronous_commit = off');
      return writeSeries(client, batch);
    });
  }

  termsOfOrders(keys: readonly number[]): Promise<Map<number, OrderTerms>> {
    return this.#connections.run((client) => termsOfOrders(client, keys));
  }

  async clear(): Promise<void> {
    // In the order in which `apply` locks them, so that a rebuild and a projector cannot deadlock.
    const ofOrders = [checkpoints, orders, stockEvents, itemStocks];
    const ofSales = [refundsDue, drawEntrants, seriesCheckpoints, saleSeries];
    const tables = [...ofOrders, ...ofSales].map(getTableName);
    await this.#connections.run(async (client) => {
      await client.unsafe(`TRUNCATE ${tables}`);
      await drizzle(client).update(items).set({ sales: 0 });
      await drizzle(client).update(promos).set(unpublished);
    });
  }

  snapshot<T>(read: (view: ProjectionView) => Promise<T>): Promise<T> {
    return this.#connections.snapshot((client, wait) => read(new PostgresView(client, wait)));
  }
}
