/** A database for tests that may be opened many times, as several threads would. */

import { Database } from 'bun:sqlite';
import { SQL } from 'bun';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { openSql, type SqlSettings } from '../db/open.ts';
import type { Sql } from '../db/sql.ts';
import type { PostgresServer } from './postgres.ts';

export const projectedTables = [
  'orders',
  'stock_logs',
  'item_stocks',
  'refunds_due',
  'draw_entrants',
  'sale_series',
  'series_checkpoints',
  'checkpoints',
] as const;

export interface SqlFixture {
  readonly settings: SqlSettings;
  /** Opens the database again. */
  open(): Promise<Sql>;
  /** Every row of a table, in the order of its first column. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  /**
   * Removes a table's rows from a number on, or all, and forgets that it gave those numbers: what a
   * database is like that was restored from before.
   */
  forget(table: string, from?: number): Promise<void>;
  /** Runs a statement, as someone with a shell would. */
  run(statement: string): Promise<void>;
  /** Closes everything opened, and removes the database. */
  remove(): Promise<void>;
}

/** All rows of a table in one order. */
function orderOf(table: string): string {
  return table === 'sale_series' ? '1, 2, 3, 4' : '1';
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
          .query<Record<string, unknown>, []>(`SELECT * FROM ${table} ORDER BY ${orderOf(table)}`)
          .all();
      } finally {
        database.close();
      }
    },
    async forget(table, from = 1) {
      const database = new Database(folder.file('stampede.db'));
      database.run('PRAGMA foreign_keys = ON');
      database.run(`DELETE FROM ${table} WHERE rowid >= ${from}`);
      database.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [from - 1, table]);
      database.close();
    },
    async run(statement) {
      const database = new Database(folder.file('stampede.db'));
      database.run(statement);
      database.close();
    },
    async remove() {
      for (const sql of opened) await sql.close();
      folder.remove();
    },
  };
}

/** Makes databases on a running Postgres. */
export function postgresFixtures(
  server: () => Pick<PostgresServer, 'createDatabase'>,
): SqlFixtureMaker {
  return async () => {
    const databaseUrl = await server().createDatabase();
    const settings = { databaseUrl, dataDir: '' };
    const reader = new SQL({ url: databaseUrl, max: 1, prepare: false });
    const opened: Sql[] = [];
    return {
      settings,
      async open() {
        const sql = await openSql(settings);
        opened.push(sql);
        return sql;
      },
      async rows(table) {
        const rows: Record<string, unknown>[] = await reader.unsafe(
          `SELECT * FROM ${table} ORDER BY ${orderOf(table)}`,
        );
        return rows.map((row) => Object.fromEntries(Object.entries(row).map(asNumber)));
      },
      async forget(table, from = 1) {
        const key = table === 'user_passwords' ? 'user_id' : 'id';
        await reader.unsafe(`DELETE FROM ${table} WHERE ${key} >= ${from}`);
        if (key === 'id') await reader.unsafe(`ALTER TABLE ${table} ALTER id RESTART WITH ${from}`);
      },
      async run(statement) {
        await reader.unsafe(statement);
      },
      async remove() {
        for (const sql of opened) await sql.close();
        await reader.close();
      },
    };
  };
}

/** Bun returns what may not fit a number as text; here everything fits. */
function asNumber([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value];
}

/** Every row that the projector writes or dates, by table. */
export async function dump(fixture: SqlFixture): Promise<Record<string, unknown[]>> {
  const tables = [...projectedTables, 'items', 'promos'];
  const rows = await Promise.all(tables.map((table) => fixture.rows(table)));
  return Object.fromEntries(tables.map((table, index) => [table, rows[index]!]));
}
