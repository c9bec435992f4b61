/** SQL in the embedded database: one SQLite file, WAL. */
import type { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { migrate } from 'drizzle-orm/bun-sqlite/migrator';
import { getLogger } from '../../../actors/log.ts';
import { ownPath } from '../../own-files.ts';
import type { Sql } from '../sql.ts';
import { SqliteActions } from './actions.ts';
import { SqliteApiKeys } from './api-keys.ts';
import { SqliteCatalog } from './catalog.ts';
import { connect, damageOf, guarded } from './connect.ts';
import { SqliteDraws } from './draws.ts';
import type { DatabaseFile } from './file.ts';
import { SqliteOrderLists } from './order-lists.ts';
import { SqlitePictures } from './pictures.ts';
import { SqliteProjection } from './projection.ts';
import { SqlitePromoDrafts } from './promo-drafts.ts';
import { SqlitePromoLists } from './promo-lists.ts';
import { SqliteRefundsDue } from './refunds-due.ts';
import { SqliteReminders } from './reminders.ts';
import { SqliteSeries } from './series.ts';
import { SqliteUsers } from './users.ts';
import { FileWatch } from './watch.ts';
import { SqliteWebhooks } from './webhooks.ts';

/**
 * Opens a file's database, made and migrated where needed. With `check` it is looked through for damage,
 * which is said in the log.
 * @throws SqlUnavailable, SqlDamaged
 */
export function openSqlite(file: DatabaseFile, check: boolean): Sql {
  // What merchants and users write is stored nowhere else: it must survive a power cut.
  const database = connect(file, 'FULL');
  // What is deleted here, such as an erased account, is overwritten where its page is written anyway.
  database.run('PRAGMA secure_delete = FAST');
  migrateSqlite(database, file.path);
  const damage = check ? damageOf(database, file.path) : null;
  if (damage !== null) getLogger(['stampede', 'sql']).error(damage.message, {});
  const drizzled = drizzle(database);
  const projection = new SqliteProjection(file);
  const webhooks = new SqliteWebhooks(drizzled, file);
  const watch = new FileWatch(database, file);
  return {
    catalog: new SqliteCatalog(drizzled),
    orders: new SqliteOrderLists(drizzled, database),
    refundsDue: new SqliteRefundsDue(drizzled),
    draws: new SqliteDraws(drizzled),
    series: new SqliteSeries(drizzled),
    drafts: new SqlitePromoDrafts(drizzled),
    promoLists: new SqlitePromoLists(drizzled),
    apiKeys: new SqliteApiKeys(drizzled),
    actions: new SqliteActions(drizzled),
    pictures: new SqlitePictures(drizzled),
    users: new SqliteUsers(drizzled),
    reminders: new SqliteReminders(drizzled),
    projection,
    webhooks,
    get trouble() {
      return watch.trouble;
    },
    async close() {
      watch.stop();
      projection.close();
      webhooks.close();
      database.close();
    },
  };
}

/**
 * Applies the missing migrations. They run in one transaction, but drizzle looks for what is missing
 * before it begins: when another thread migrates in between, ours fails, and a second look finds
 * nothing to do.
 */
function migrateSqlite(database: Database, path: string): void {
  const migrateOnce = () =>
    guarded(
      () => migrate(drizzle(database), { migrationsFolder: ownPath('migrations/sqlite') }),
      path,
    );
  try {
    migrateOnce();
  } catch {
    migrateOnce();
  }
}
