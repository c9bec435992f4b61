/** Opens SQL: Postgres where a URL is set, else a SQLite file in the data folder. */
import { existsSync } from 'node:fs';
import { makePrivateFolder } from '../../actors/private-files.ts';
import { Connections } from './postgres/connections.ts';
import { openPostgres } from './postgres/postgres.ts';
import { PostgresProjection } from './postgres/projection.ts';
import type { Projection, Sql } from './sql.ts';
import { sqliteFile } from './sqlite/file.ts';
import { SqliteProjection } from './sqlite/projection.ts';
import { openSqlite } from './sqlite/sqlite.ts';

export interface SqlSettings {
  /** `postgres://…`, or null for SQLite. */
  databaseUrl: string | null;
  dataDir: string;
}

/** Any number of threads may open the same database; each keeps its own connections. */
export async function openSql({ databaseUrl, dataDir }: SqlSettings): Promise<Sql> {
  if (databaseUrl !== null) return openPostgres(databaseUrl);
  makePrivateFolder(dataDir);
  return openSqlite(sqliteFile(dataDir));
}

export interface OpenedProjection {
  projection: Projection;
  /** Names the database to users, without a password. */
  where: string;
  close(): Promise<void>;
}

/** Opens only the projected rows; nothing is made or migrated. Null where there is no SQLite file. */
export function openProjection({ databaseUrl, dataDir }: SqlSettings): OpenedProjection | null {
  if (databaseUrl !== null) {
    const connections = new Connections(databaseUrl);
    const { host, pathname } = new URL(databaseUrl);
    const projection = new PostgresProjection(connections);
    return { projection, where: `${host}${pathname}`, close: () => connections.close() };
  }
  const file = sqliteFile(dataDir);
  if (!existsSync(file)) return null;
  const projection = new SqliteProjection(file);
  return { projection, where: file, close: async () => projection.close() };
}
