/** Connections to the embedded database. */
import { Database, SQLiteError } from 'bun:sqlite';
import { statSync } from 'node:fs';
import { KeptFile } from '../../../actors/kept-file.ts';
import { makePrivateDatabase } from '../../../actors/private-files.ts';
import { SqlDamaged, SqlUnavailable } from '../sql.ts';
import type { DatabaseFile } from './file.ts';

/** How long a statement waits for another connection's write: several batches of the projector. */
export const busyTimeoutMs = 5_000;

const logPauseMs = 10;

/** Pages the write-ahead log holds before they are copied into the database: 32 MiB. */
const walPages = 8_192;

/** Memory for pages, so that the index by user of a million orders stays in it. */
const cacheKib = 65_536;
const checkCacheKib = 2_048;

/** A check reads the whole file, at about a GiB a second: a larger one would hold up the start. */
const checkBytesMax = 64 * 1024 * 1024;

/**
 * With `FULL` a commit survives a power cut; with `NORMAL` a power cut may undo the newest commits.
 * @throws SqlUnavailable, SqlDamaged: both name the file.
 */
export function connect({ path, made }: DatabaseFile, synchronous: 'FULL' | 'NORMAL'): Database {
  return guarded(() => {
    if (made === undefined) makePrivateDatabase(path);
    else mustBeThere(new KeptFile(path, made, false));
    const database = new Database(path, { create: made === undefined, readwrite: true });
    database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    useLog(database);
    database.run(`PRAGMA synchronous = ${synchronous}`);
    database.run(`PRAGMA wal_autocheckpoint = ${walPages}`);
    database.run(`PRAGMA cache_size = -${cacheKib}`);
    database.run('PRAGMA foreign_keys = ON');
    return database;
  }, path);
}

/** While another connection makes the file's log, SQLite refuses at once instead of waiting. */
function useLog(database: Database): void {
  for (const end = performance.now() + busyTimeoutMs; ; ) {
    try {
      database.run('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const busy = error instanceof SQLiteError && error.code === 'SQLITE_BUSY';
      if (!busy || performance.now() > end) throw error;
      Bun.sleepSync(logPauseMs);
    }
  }
}

function mustBeThere(file: KeptFile): void {
  const trouble = file.trouble();
  if (trouble !== null) throw new SqlUnavailable(trouble);
}

/** What a look through a whole database finds; null where it is sound, or too large to look through. */
export function damageOf(database: Database, path: string): SqlDamaged | null {
  if (statSync(path).size > checkBytesMax) return null;
  // What is read once needs no cache, and the process would keep its memory.
  database.run(`PRAGMA cache_size = -${checkCacheKib}`);
  const [first] = database.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').all();
  database.run(`PRAGMA cache_size = -${cacheKib}`);
  const found = first?.quick_check ?? 'nothing';
  return found === 'ok' ? null : damaged(found, path);
}

/** Failures that say nothing about the statement: locks, disks. */
const unavailableCodes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/;
const damagedCodes = /^SQLITE_(CORRUPT|NOTADB)/;

/**
 * Runs something on a connection. `path` names the file where it is known.
 * @throws SqlUnavailable where trying again may help.
 * @throws SqlDamaged where only an operator can help.
 */
export function guarded<T>(work: () => T, path = 'stampede.db in DATA_DIR'): T {
  try {
    return work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (!(cause instanceof SQLiteError)) throw error;
    if (damagedCodes.test(cause.code ?? '')) throw damaged(cause.message, path, cause);
    if (!unavailableCodes.test(cause.code ?? '')) throw error;
    throw new SqlUnavailable(`${path} is unavailable: ${cause.message}`, { cause });
  }
}

function damaged(what: string, path: string, cause?: Error): SqlDamaged {
  const advice =
    'Restore a copy of it: it holds accounts and the catalogue, which nothing else holds; orders are ' +
    'written again from the journal. Moved away, it is made anew without them';
  return new SqlDamaged(`${path} is damaged (${what.split('\n').join(' ')}). ${advice}`, { cause });
}
