/** A database for tests that may be opened many times, as several threads would. */
import { Database } from 'bun:sqlite';
import { openSql, type SqlSettings } from '../db/open.ts';
import type { Sql } from '../db/sql.ts';
import { temporaryFolder } from './process.ts';

export const projectedTables = ['orders', 'stock_logs', 'item_stocks', 'checkpoints'] as const;

export interface SqlFixture {
  readonly settings: SqlSettings;
  /** Opens the database once more. */
  open(): Promise<Sql>;
  /** Every row of a table, in the order of its first column. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  /** Closes what was opened, and removes the database. */
  remove(): Promise<void>;
}

/** Makes an empty database. */
export type SqlFixtureMaker = () => Promise<SqlFixture>;

export async function sqliteFixture(): Promise<SqlFixture> {
  const folder = temporaryFolder();
  const settings = { databaseUrl: null, dataDir: folder.path };
  const opened: Sql[] = [];
  return {
    settings,
    async open() {
      const sql = await openSql(settings);
      opened.push(sql);
      return sql;
    },
    async rows(table) {
      const database = new Database(folder.file('stampede.db'), { readonly: true });
      try {
        return database
          .query<Record<string, unknown>, []>(`SELECT * FROM ${table} ORDER BY 1`)
          .all();
      } finally {
        database.close();
      }
    },
    async remove() {
      for (const sql of opened) await sql.close();
      folder.remove();
    },
  };
}
