/** SQL in the embedded database: one SQLite file, WAL. */
import type { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { migrate } from 'drizzle-orm/bun-sqlite/migrator';
import { ownPath } from '../../own-files.ts';
import type { Sql } from '../sql.ts';
import { SqliteCatalog } from './catalog.ts';
import { connect, guarded } from './connect.ts';
import { SqliteOrderLists } from './order-lists.ts';
import { SqliteProjection } from './projection.ts';
import { SqliteUsers } from './users.ts';

/** Opens a file's database, made and migrated where needed. @throws SqlUnavailable */
export function openSqlite(path: string): Sql {
  // What merchants and users write is stored nowhere else: it must survive a power cut.
  const database = connect(path, 'FULL');
  migrateSqlite(database);
  const drizzled = drizzle(database);
  const projection = new SqliteProjection(path);
  return {
    catalog: new SqliteCatalog(drizzled),
    orders: new SqliteOrderLists(drizzled),
    users: new SqliteUsers(drizzled),
    projection,
    async close() {
      projection.close();
      database.close();
    },
  };
}

/**
 * Applies the missing migrations. They run in one transaction, but drizzle looks for what is missing
 * before it begins: when another thread migrates in between, ours fails, and a second look finds
 * nothing to do.
 */
function migrateSqlite(database: Database): void {
  const migrateOnce = () =>
    guarded(() => migrate(drizzle(database), { migrationsFolder: ownPath('migrations/sqlite') }));
  try {
    migrateOnce();
  } catch {
    migrateOnce();
  }
}
