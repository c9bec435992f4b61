/**
 * What the sender of webhooks keeps, in Postgres. As with projected rows a commit need not wait for the
 * server's disk: what a crash undoes is sent again under the same ids.
 */
import type { TransactionSQL } from 'bun';
import { and, asc, count, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import type { Checkpoint } from '../projection.ts';
import { webhookDeliveries, webhookPartitions, webhookWishRows } from '../schema.postgres.ts';
import {
  countsByState,
  inChunks,
  type ReceiverState,
  type TakenPartition,
  takenPartition,
  type WebhookList,
  type WebhookPartition,
  type WebhookRecord,
  type WebhookRow,
  type WebhookState,
  type Webhooks,
  type WebhookWish,
  wishLimit,
} from '../webhooks.ts';
import type { Connections } from './connections.ts';

type Database = ReturnType<typeof drizzle>;

export class PostgresWebhooks implements Webhooks {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  take(partition: number, fresh: Checkpoint | null): Promise<TakenPartition | null> {
    return this.#run(async (database) => {
      const [stood = null] = await database
        .select()
        .from(webhookPartitions)
        .where(eq(webhookPartitions.partition, partition))
        .for('update');
      const stands = takenPartition(partition, stood, fresh);
      if (stands === null) return null;
      const { epoch } = stands;
      await database
        .insert(webhookPartitions)
        .values(stands)
        .onConflictDoUpdate({ target: webhookPartitions.partition, set: { epoch } });
      const isOf = eq(webhookDeliveries.partition, partition);
      const waiting = await database
        .select()
        .from(webhookDeliveries)
        .where(and(eq(webhookDeliveries.state, 'waiting'), isOf))
        .orderBy(asc(webhookDeliveries.seq), asc(webhookDeliveries.place));
      return { stands, waiting };
    });
  }

  record(records: readonly WebhookRecord[], receiver: ReceiverState): Promise<number[]> {
    return this.#write(async (database) => {
      const lost: number[] = [];
      for (const record of records) {
        const { partition, epoch, checkpoint, differs } = record;
        const { partition: own, epoch: its } = webhookPartitions;
        const stands = await database
          .update(webhookPartitions)
          .set({ ...checkpoint, differs, ...receiver })
          .where(and(eq(own, partition), eq(its, epoch)))
          .returning({ own });
        if (stands.length === 0) lost.push(partition);
        else await writeRows(database, record);
      }
      return lost;
    });
  }

  async prune(keep: Parameters<Webhooks['prune']>[0]): Promise<void> {
    await this.#write(async (database) => {
      for (const state of ['delivered', 'givenUp'] as const) {
        const oldest = database
          .select({ id: webhookDeliveries.id })
          .from(webhookDeliveries)
          .where(eq(webhookDeliveries.state, state))
          .orderBy(desc(webhookDeliveries.at), desc(webhookDeliveries.id))
          .offset(keep[state]);
        await database.delete(webhookDeliveries).where(inArray(webhookDeliveries.id, oldest));
      }
    });
  }

  wishes(): Promise<WebhookWish[]> {
    return this.#run((database) =>
      database.select().from(webhookWishRows).orderBy(asc(webhookWishRows.id)).limit(wishLimit),
    );
  }

  async wish(wishes: readonly Omit<WebhookWish, 'id'>[]): Promise<void> {
    await this.#run((database) => database.insert(webhookWishRows).values([...wishes]));
  }

  async byId(id: string): Promise<WebhookRow | null> {
    const [row = null] = await this.#run((database) =>
      database.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id)),
    );
    return row;
  }

  partitions(): Promise<WebhookPartition[]> {
    return this.#run((database) =>
      database.select().from(webhookPartitions).orderBy(asc(webhookPartitions.partition)),
    );
  }

  async counts(): Promise<Record<WebhookState, number>> {
    const { state } = webhookDeliveries;
    const counted = await this.#run((database) =>
      database.select({ state, events: count() }).from(webhookDeliveries).groupBy(state),
    );
    return countsByState(counted);
  }

  list({ state, after, limit }: WebhookList): Promise<WebhookRow[]> {
    const { at, id, state: its } = webhookDeliveries;
    const beyond =
      after === null ? undefined : sql`(${at}, ${id}) < (${after.at}::bigint, ${after.id}::text)`;
    return this.#run((database) =>
      database
        .select()
        .from(webhookDeliveries)
        .where(and(eq(its, state), beyond))
        .orderBy(desc(at), desc(id))
        .limit(limit),
    );
  }

  #run<T>(work: (database: Database) => PromiseLike<T>): Promise<T> {
    return this.#connections.run((client: TransactionSQL) => work(drizzle(client)));
  }

  #write<T>(work: (database: Database) => PromiseLike<T>): Promise<T> {
    return this.#connections.run(async (client) => {
      await client.unsafe('SET LOCAL synchronous_commit = off');
      return work(drizzle(client));
    });
  }
}

const { id: _, ...written } = getTableColumns(webhookDeliveries);
/** The values of the row that could not be inserted, for one that is there. */
const replaced = Object.fromEntries(
  Object.entries(written).map(([field, { name }]) => [field, sql.raw(`excluded."${name}"`)]),
);

async function writeRows(database: Database, { rows, fulfilled }: WebhookRecord): Promise<void> {
  for (const some of inChunks(rows)) {
    await database
      .insert(webhookDeliveries)
      .values(some)
      .onConflictDoUpdate({ target: webhookDeliveries.id, set: replaced });
  }
  if (fulfilled.length === 0) return;
  await database.delete(webhookWishRows).where(inArray(webhookWishRows.id, fulfilled));
}
