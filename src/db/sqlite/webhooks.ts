/**
 * What the sender of webhooks keeps, in SQLite. Its records need not wait for the disk: a power cut may undo
 * the newest, each with its checkpoint, and what they told of is sent again under the same ids.
 */
import type { Database } from 'bun:sqlite';
import { and, asc, count, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite';
import type { Checkpoint } from '../projection.ts';
import { webhookDeliveries, webhookPartitions, webhookWishRows } from '../schema.sqlite.ts';
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
import { connect, guarded } from './connect.ts';
import type { DatabaseFile } from './file.ts';

/** More than there ever are: SQLite takes no offset without a limit. */
const rowsMax = 2 ** 31;

export class SqliteWebhooks implements Webhooks {
  #writer: Database | null = null;

  constructor(
    private readonly reader: BunSQLiteDatabase,
    private readonly file: DatabaseFile,
  ) {}

  async take(partition: number, fresh: Checkpoint | null): Promise<TakenPartition | null> {
    return this.#write((database) => {
      const stood = database
        .select()
        .from(webhookPartitions)
        .where(eq(webhookPartitions.partition, partition))
        .get();
      const stands = takenPartition(partition, stood ?? null, fresh);
      if (stands === null) return null;
      const { epoch } = stands;
      database
        .insert(webhookPartitions)
        .values(stands)
        .onConflictDoUpdate({ target: webhookPartitions.partition, set: { epoch } })
        .run();
      const isOf = eq(webhookDeliveries.partition, partition);
      const waiting = database
        .select()
        .from(webhookDeliveries)
        .where(and(eq(webhookDeliveries.state, 'waiting'), isOf))
        .orderBy(asc(webhookDeliveries.seq), asc(webhookDeliveries.place))
        .all();
      return { stands, waiting };
    });
  }

  async record(records: readonly WebhookRecord[], receiver: ReceiverState): Promise<number[]> {
    return this.#write((database) => {
      const lost: number[] = [];
      for (const record of records) {
        const { partition, epoch, checkpoint, differs } = record;
        const { partition: own, epoch: its } = webhookPartitions;
        const stands = database
          .update(webhookPartitions)
          .set({ ...checkpoint, differs, ...receiver })
          .where(and(eq(own, partition), eq(its, epoch)))
          .returning({ own })
          .all();
        if (stands.length === 0) lost.push(partition);
        else writeRows(database, record);
      }
      return lost;
    });
  }

  async prune(keep: Parameters<Webhooks['prune']>[0]): Promise<void> {
    this.#write((database) => {
      for (const state of ['delivered', 'givenUp'] as const) {
        const oldest = database
          .select({ id: webhookDeliveries.id })
          .from(webhookDeliveries)
          .where(eq(webhookDeliveries.state, state))
          .orderBy(desc(webhookDeliveries.at), desc(webhookDeliveries.id))
          .limit(rowsMax)
          .offset(keep[state]);
        database.delete(webhookDeliveries).where(inArray(webhookDeliveries.id, oldest)).run();
      }
    });
  }

  async wishes(): Promise<WebhookWish[]> {
    const { id } = webhookWishRows;
    return guarded(() =>
      this.reader.select().from(webhookWishRows).orderBy(asc(id)).limit(wishLimit).all(),
    );
  }

  async wish(wishes: readonly Omit<WebhookWish, 'id'>[]): Promise<void> {
    guarded(() =>
      this.reader
        .insert(webhookWishRows)
        .values([...wishes])
        .run(),
    );
  }

  async byId(id: string): Promise<WebhookRow | null> {
    const isIt = eq(webhookDeliveries.id, id);
    return guarded(() => this.reader.select().from(webhookDeliveries).where(isIt).get() ?? null);
  }

  async partitions(): Promise<WebhookPartition[]> {
    const { partition } = webhookPartitions;
    return guarded(() =>
      this.reader.select().from(webhookPartitions).orderBy(asc(partition)).all(),
    );
  }

  async counts(): Promise<Record<WebhookState, number>> {
    const { state } = webhookDeliveries;
    return guarded(() =>
      countsByState(
        this.reader.select({ state, events: count() }).from(webhookDeliveries).groupBy(state).all(),
      ),
    );
  }

  async list({ state, after, limit }: WebhookList): Promise<WebhookRow[]> {
    const { at, id, state: its } = webhookDeliveries;
    const beyond = after === null ? undefined : sql`(${at}, ${id}) < (${after.at}, ${after.id})`;
    return guarded(() =>
      this.reader
        .select()
        .from(webhookDeliveries)
        .where(and(eq(its, state), beyond))
        .orderBy(desc(at), desc(id))
        .limit(limit)
        .all(),
    );
  }

  close(): void {
    this.#writer?.close();
    this.#writer = null;
  }

  /** Only the sender's thread writes, so the connection is made when it first does. */
  #write<T>(work: (database: BunSQLiteDatabase) => T): T {
    return guarded(() => {
      this.#writer ??= connect(this.file, 'NORMAL');
      return drizzle(this.#writer).transaction(work, { behavior: 'immediate' });
    }, this.file.path);
  }
}

const { id: _, ...written } = getTableColumns(webhookDeliveries);
/** The values of the row that could not be inserted, for one that is there. */
const replaced = Object.fromEntries(
  Object.entries(written).map(([field, { name }]) => [field, sql.raw(`excluded."${name}"`)]),
);

function writeRows(database: BunSQLiteDatabase, { rows, fulfilled }: WebhookRecord): void {
  for (const some of inChunks(rows)) {
    database
      .insert(webhookDeliveries)
      .values(some)
      .onConflictDoUpdate({ target: webhookDeliveries.id, set: replaced })
      .run();
  }
  if (fulfilled.length === 0) return;
  database.delete(webhookWishRows).where(inArray(webhookWishRows.id, fulfilled)).run();
}
