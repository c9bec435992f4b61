/** Opens SQL for an audit: what is there is read, and nothing is made, migrated or written. */
import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import type { SqlSettings } from '../db/open.ts';
import { Connections } from '../db/postgres/connections.ts';
import { PostgresProjection } from '../db/postgres/projection.ts';
import type { Projection } from '../db/sql.ts';
import { guarded } from '../db/sqlite/connect.ts';
import { SqliteView } from '../db/sqlite/view.ts';

export type AuditedRows = Pick<Projection, 'snapshot'>;

/** How long the audit waits where the database is locked, while its log is being recovered say. */
const busyTimeoutMs = 5_000;

/** The rows that the settings name; null where there is no database file. Nothing stays open. */
export function openRows({ databaseUrl, dataDir }: SqlSettings): AuditedRows | null {
  if (databaseUrl !== null) return new PostgresProjection(new Connections(databaseUrl));
  const path = join(dataDir, 'stampede.db');
  return existsSync(path) ? sqliteRows(path) : null;
}

function sqliteRows(path: string): AuditedRows {
  return {
    async snapshot(read) {
      const database = guarded(() => new Database(path, { readonly: true }));
      try {
        database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
        database.run('BEGIN');
        return await read(new SqliteView(drizzle(database)));
      } finally {
        // A closed connection keeps its snapshot until its statements are collected, unless it is ended.
        if (database.inTransaction) database.run('ROLLBACK');
        database.close();
      }
    },
  };
}
