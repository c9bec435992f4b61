/** SQL in Postgres. */
import { drizzle } from 'drizzle-orm/bun-sql';
import { migrate } from 'drizzle-orm/bun-sql/migrator';
import { ownPath } from '../../own-files.ts';
import type { Sql } from '../sql.ts';
import { PostgresCatalog } from './catalog.ts';
import { Connections, onOneConnection } from './connections.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresProjection } from './projection.ts';
import { PostgresUsers } from './users.ts';

/** Any number that nothing else locks in this database. */
const migrationLock = 7_301_402;

/** Opens a database, migrated where needed. @throws SqlUnavailable */
export async function openPostgres(url: string): Promise<Sql> {
  await onOneConnection(url, async (client) => {
    // The lock ends with the connection.
    await client.unsafe(`SELECT pg_advisory_lock(${migrationLock})`);
    await migrate(drizzle(client), { migrationsFolder: ownPath('migrations/postgres') });
  });
  const connections = new Connections(url);
  return {
    catalog: new PostgresCatalog(connections),
    orders: new PostgresOrderLists(connections),
    users: new PostgresUsers(connections),
    projection: new PostgresProjection(connections),
    trouble: null,
    close: () => connections.close(),
  };
}
