/**
 * Opens SQL for an audit: existing data is read, and nothing is made, migrated or written. Only the
 * driver of the database in use is loaded, because an audit of a short journal is mostly loading.
 */
import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import type { SqlSettings } from '../../db/open.ts';
import type { Projection } from '../../db/projection.ts';
import { sqliteFile } from '../../db/sqlite/file.ts';

export type AuditedRows = Pick<Projection, 'snapshot'>;

/**
 * How long the audit waits where the database is locked, for instance while its log is being recovered.
 */
const busyTimeoutMs = 5_000;

/** The rows that the settings name; null where there is no database file. Nothing stays open. */
export function openRows({ databaseUrl, dataDir }: SqlSettings): AuditedRows | null {
  if (databaseUrl !== null) return postgresRows(databaseUrl);
  const path = sqliteFile(dataDir);
  return existsSync(path) ? sqliteRows(path) : null;
}

function postgresRows(url: string): AuditedRows {
  return {
    async snapshot(read) {
      const { Connections } = await import('../../db/postgres/connections.ts');
      const { PostgresProjection } = await import('../../db/postgres/projection.ts');
      return new PostgresProjection(new Connections(url)).snapshot(read);
    },
  };
}

function sqliteRows(path: string): AuditedRows {
  return {
    async snapshot(read) {
      const { drizzle } = await import('drizzle-orm/bun-sqlite');
      const { guarded } = await import('../../db/sqlite/connect.ts');
      const { SqliteView } = await import('../../db/sqlite/view.ts');
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
