/** Opening a SQLite file as a journal, and what SQLite's errors mean for one. */
import { Database, SQLiteError } from 'bun:sqlite';
import { type FileIdentity, KeptFile } from '../kept-file.ts';
import { appendTimeoutMs } from '../limits.ts';
import { makePrivateDatabase } from '../private-files.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS journal (
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (partition, seq)
  );
  CREATE TABLE IF NOT EXISTS journal_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)`;

/**
 * 8 KiB pages cost a small commit no more than 4 KiB pages (0.35 ms), and leave a large entry fewer
 * pages to link and sum; 16 and 32 KiB pages slow small commits down and gain nothing.
 */
export const pageBytes = 8_192;

/**
 * The write-ahead log is copied into the file whenever it reaches this size. Small on purpose: reused
 * blocks do not change the file's length, which makes fsync twice as fast as in a log that grows, and a
 * copy stalls its commit for 5 ms per MiB (16 MiB: 100 ms). The disk sets the throughput either way: 90
 * to 130 MB/s of entries here, of 156 MB/s for write and fdatasync alone.
 */
const logBytes = 4 * 1024 * 1024;

/**
 * A reader can hold up the copying; a log that grew beyond this is cut back afterwards. One that grows beyond
 * `journalLogBytesMax` is left, for a new file.
 */
const logBytesKept = 4 * logBytes;

/** SQLite's primary result codes, the low byte of `errno`. */
export const sqliteCode = {
  error: 1,
  corrupt: 11,
  full: 13,
  constraint: 19,
  notADatabase: 26,
} as const;

export interface Opening {
  /** For a writer; else for a reader, which changes nothing. */
  write: boolean;
  /** A writer makes a missing journal, with this many partitions. */
  make?: number | undefined;
  /** Opens that file alone, and makes none. */
  made?: FileIdentity | undefined;
}

export function openDatabase(path: string, { write, make, made }: Opening): Database {
  if (made !== undefined) mustBe(path, made);
  else if (make !== undefined) makePrivateDatabase(path);
  const create = make !== undefined && made === undefined;
  const database = new Database(path, write ? { create, readwrite: true } : { readonly: true });
  waitFor(database, appendTimeoutMs);
  if (!write) return database;
  database.run(`PRAGMA page_size = ${pageBytes}`);
  database.run('PRAGMA journal_mode = WAL');
  database.run('PRAGMA synchronous = FULL');
  database.run(`PRAGMA wal_autocheckpoint = ${logBytes / pageBytes}`);
  database.run(`PRAGMA journal_size_limit = ${logBytesKept}`);
  if (make === undefined) return database;
  database.run(schema);
  writeMeta(database, 'partitions', String(make));
  return database;
}

/** How long a database's statements wait for another connection's locks. */
function waitFor(database: Database, ms: number): void {
  database.run(`PRAGMA busy_timeout = ${ms}`);
}

/** How far copying a log into its file came, in pages of the log; -1 where another connection is about it. */
export type CopiedUpTo = number;

/**
 * Copies a database's log into its file and empties it: null. Where somebody is in the way, a reader that began before
 * the log's end and has not ended, or a writer, it copies what it can.
 * @param usualMs - how long the connection's statements wait for others otherwise
 */
export function emptyLog(
  database: Database,
  waitMs: number,
  usualMs = appendTimeoutMs,
): CopiedUpTo | null {
  waitFor(database, waitMs);
  try {
    const statement = database.prepare<{ busy: number; checkpointed: number }, []>(
      'PRAGMA wal_checkpoint(TRUNCATE)',
    );
    const { busy, checkpointed } = statement.get()!;
    statement.finalize();
    return busy === 0 ? null : checkpointed;
  } finally {
    waitFor(database, usualMs);
  }
}

/** @throws JournalUnavailable where the path leads to another file, or to none. */
export function mustBe(path: string, made: FileIdentity): void {
  const trouble = new KeptFile(path, made, false).trouble();
  if (trouble !== null) throw new JournalUnavailable(`the journal cannot be opened: ${trouble}`);
}

/** What a journal's file says of itself; undefined where it says nothing. */
export function readMeta(database: Database, key: string): string | undefined {
  const statement = database.prepare<{ value: string }, [string]>(
    'SELECT value FROM journal_meta WHERE key = ?',
  );
  try {
    return statement.get(key)?.value;
  } finally {
    statement.finalize();
  }
}

/** Writes in a journal's file what it says of itself; what is there already stays. */
export function writeMeta(database: Database, key: string, value: string): void {
  const statement = database.prepare(
    'INSERT OR IGNORE INTO journal_meta (key, value) VALUES (?, ?)',
  );
  try {
    statement.run(key, value);
  } finally {
    statement.finalize();
  }
}

export function openError(path: string, cause: unknown): Error {
  if (cause instanceof JournalMisconfigured || cause instanceof JournalUnavailable) return cause;
  const text = `${path}: ${messageOf(cause)}`;
  switch (codeOf(cause)) {
    case sqliteCode.error:
    case sqliteCode.corrupt:
    case sqliteCode.notADatabase:
      return new JournalMisconfigured(`not a journal, or damaged: ${text}`, { cause });
    default:
      return new JournalUnavailable(`the journal cannot be opened: ${text}`, { cause });
  }
}

export function codeOf(cause: unknown): number | null {
  return cause instanceof SQLiteError ? cause.errno & 0xff : null;
}

export function messageOf(cause: unknown): string {
  if (cause instanceof SQLiteError) return `${cause.message} (${cause.code ?? cause.errno})`;
  return String(cause);
}
