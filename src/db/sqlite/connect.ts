/** Connections to the embedded database. */
import { Database, SQLiteError } from 'bun:sqlite';
import { makePrivateDatabase } from '../../../actors/private-files.ts';
import { SqlUnavailable } from '../sql.ts';

/** How long a statement waits for another connection's write: several batches of the projector. */
const busyTimeoutMs = 5_000;

/** Pages the write-ahead log holds before they are copied into the database: 32 MiB. */
const walPages = 8_192;

/** Memory for pages, so that the index by user of a million orders stays in it. */
const cacheKib = 65_536;

/** With `FULL` a commit survives a power cut; with `NORMAL` a power cut may undo the newest commits. */
export function connect(path: string, synchronous: 'FULL' | 'NORMAL'): Database {
  return guarded(() => {
    makePrivateDatabase(path);
    const database = new Database(path, { create: true, readwrite: true });
    database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    database.run('PRAGMA journal_mode = WAL');
    database.run(`PRAGMA synchronous = ${synchronous}`);
    database.run(`PRAGMA wal_autocheckpoint = ${walPages}`);
    database.run(`PRAGMA cache_size = -${cacheKib}`);
    database.run('PRAGMA foreign_keys = ON');
    return database;
  });
}

/** Failures that say nothing about the statement: locks, disks. */
const unavailableCodes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/;

/** Runs something on a connection. @throws SqlUnavailable where trying again may help. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (cause instanceof SQLiteError && unavailableCodes.test(cause.code ?? '')) {
      throw new SqlUnavailable(`SQLite is unavailable: ${cause.message}`, { cause });
    }
    throw error;
  }
}
