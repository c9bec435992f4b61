/** SQL in Postgres. */
import type { TransactionSQL } from 'bun';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { ownPath } from '../../own-files.ts';
import { type Sql, SqlUnavailable } from '../sql.ts';
import { PostgresActions } from './actions.ts';
import { PostgresApiKeys } from './api-keys.ts';
import { PostgresCatalog } from './catalog.ts';
import { Connections, inOneTransaction } from './connections.ts';
import { PostgresDraws } from './draws.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresPictures } from './pictures.ts';
import { PostgresProjection } from './projection.ts';
import { PostgresPromoDrafts } from './promo-drafts.ts';
import { PostgresPromoLists } from './promo-lists.ts';
import { PostgresRefundsDue } from './refunds-due.ts';
import { PostgresReminders } from './reminders.ts';
import { PostgresSeries } from './series.ts';
import { PostgresUsers } from './users.ts';
import { PostgresWebhooks } from './webhooks.ts';

/** Any number that nothing else locks in this database. */
const migrationLock = 7_301_402;

/** Where drizzle's own migrator notes what it has applied. */
const applied = 'drizzle.__drizzle_migrations';

/**
 * Opens a database, which is migrated where needed before its first use. One that is away may come back
 * at any time: until then every operation throws SqlUnavailable, and each looks again.
 */
export async function openPostgres(url: string): Promise<Sql> {
  const connections = new Connections(url, () => inOneTransaction(url, migrate));
  await connections.ready().catch((error: unknown) => {
    if (!(error instanceof SqlUnavailable)) throw error;
  });
  return {
    catalog: new PostgresCatalog(connections),
    orders: new PostgresOrderLists(connections),
    refundsDue: new PostgresRefundsDue(connections),
    draws: new PostgresDraws(connections),
    series: new PostgresSeries(connections),
    drafts: new PostgresPromoDrafts(connections),
    promoLists: new PostgresPromoLists(connections),
    apiKeys: new PostgresApiKeys(connections),
    actions: new PostgresActions(connections),
    pictures: new PostgresPictures(connections),
    users: new PostgresUsers(connections),
    reminders: new PostgresReminders(connections),
    projection: new PostgresProjection(connections),
    webhooks: new PostgresWebhooks(connections),
    trouble: null,
    close: () => connections.close(),
  };
}

/**
 * Does what drizzle's migrator does, but in one transaction that also has the lock: the migrator's own
 * would need a second connection, and a lock that a pooler may leave behind.
 */
async function migrate(client: TransactionSQL): Promise<void> {
  await client.unsafe(`SELECT pg_advisory_xact_lock(${migrationLock})`);
  await client.unsafe('CREATE SCHEMA IF NOT EXISTS drizzle');
  await client.unsafe(
    `CREATE TABLE IF NOT EXISTS ${applied} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  );
  const [last] = await client.unsafe<{ at: string | null }[]>(
    `SELECT max(created_at) AS at FROM ${applied}`,
  );
  const lastAt = Number(last?.at ?? 0);
  const migrations = readMigrationFiles({ migrationsFolder: ownPath('migrations/postgres') });
  for (const { sql, hash, folderMillis } of migrations) {
    if (folderMillis <= lastAt) continue;
    for (const statement of sql) await client.unsafe(statement);
    await client.unsafe(`INSERT INTO ${applied} (hash, created_at) VALUES ($1, $2)`, [
      hash,
      folderMillis,
    ]);
  }
}
