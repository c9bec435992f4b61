/** Opens SQL: Postgres where a URL is set, else a SQLite file in the data folder. */

import { join } from 'node:path';
import { makePrivateFolder } from '../../actors/private-files.ts';
import { openPostgres } from './postgres/postgres.ts';
import type { Sql } from './sql.ts';
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
  return openSqlite(join(dataDir, 'stampede.db'));
}
