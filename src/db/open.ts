/**
 * Opens SQL: Postgres where a URL is set, else a SQLite file in the data folder. Each is loaded only where it is
 * used: every thread would wait for both.
 */
import { existsSync } from 'node:fs';
import { type FileIdentity, fileIdentity } from '../../actors/kept-file.ts';
import { makePrivateFolder } from '../../actors/private-files.ts';
import { lateSql } from './late-sql.ts';
import type { Projection } from './projection.ts';
import { type Sql, SqlUnavailable } from './sql.ts';
import { sqliteFile } from './sqlite/file.ts';

export interface SqlSettings {
  /** `postgres://…`, or null for SQLite. */
  databaseUrl: string | null;
  dataDir: string;
  /** In SQLite: opens this very file and no other, and makes none. */
  made?: FileIdentity;
}

/**
 * Any number of threads may open the same database; each keeps its own connections. With `check` a SQLite
 * file is looked through for damage, which is said in the log.
 */
export async function openSql(
  { databaseUrl, dataDir, ...made }: SqlSettings,
  { check = false } = {},
): Promise<Sql> {
  if (databaseUrl !== null) {
    const { openPostgres } = await import('./postgres/postgres.ts');
    return openPostgres(databaseUrl);
  }
  const { openSqlite } = await import('./sqlite/sqlite.ts');
  const open = () => openSqlite({ path: sqliteFile(dataDir), ...made }, check);
  if (made.made === undefined) {
    makePrivateFolder(dataDir);
    return open();
  }
  try {
    return open();
  } catch (error) {
    // The very file may come back; until then a thread has to do without it.
    if (!(error instanceof SqlUnavailable)) throw error;
    return lateSql(open);
  }
}

/**
 * The settings by which an engine's threads open the database that exists now: one that was deleted or
 * replaced meanwhile must not be made anew by one thread while others still write the old one.
 */
export function thisSql(settings: SqlSettings): SqlSettings {
  if (settings.databaseUrl !== null) return settings;
  return { ...settings, made: fileIdentity(sqliteFile(settings.dataDir)) };
}

export interface OpenedProjection {
  projection: Projection;
  /** Names the database to users, without a password. */
  where: string;
  close(): Promise<void>;
}

/** Opens only the projected rows; nothing is made or migrated. Null where there is no SQLite file. */
export async function openProjection({
  databaseUrl,
  dataDir,
}: SqlSettings): Promise<OpenedProjection | null> {
  if (databaseUrl !== null) {
    const { Connections } = await import('./postgres/connections.ts');
    const { PostgresProjection } = await import('./postgres/projection.ts');
    const connections = new Connections(databaseUrl);
    const { host, pathname } = new URL(databaseUrl);
    const projection = new PostgresProjection(connections);
    return { projection, where: `${host}${pathname}`, close: () => connections.close() };
  }
  const file = sqliteFile(dataDir);
  if (!existsSync(file)) return null;
  const { SqliteProjection } = await import('./sqlite/projection.ts');
  const projection = new SqliteProjection({ path: file });
  return { projection, where: file, close: async () => projection.close() };
}
