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
const pageBytes = 8_192;

/**
 * The write-ahead log is copied into the file whenever it reaches this size. Small on purpose: reused
 * blocks do not change the file's length, which makes fsync twice as fast as in a log that grows, and a
 * copy stalls its commit for 5 ms per MiB (16 MiB: 100 ms). The disk sets the throughput either way: 90
 * to 130 MB/s of entries here, of 156 MB/s for write and fdatasync alone.
 */
const logBytes = 4 * 1024 * 1024;

/** A reader can hold up the copying; a log that grew beyond this is cut back afterwards. */
const logBytesKept = 4 * logBytes;

/** SQLite's primary result codes, the low byte of `errno`. */
export const sqliteCode = { error: 1, corrupt: 11, full: 13, notADatabase: 26 } as const;

/**
 * Opens a file for a writer with this many partitions, or for a reader when no number is given. With
 * `made` it opens that file alone, and makes none.
 */
export function openDatabase(path: string, partitions?: number, made?: FileIdentity): Database {
  if (made !== undefined) mustBe(path, made);
  else if (partitions !== undefined) makePrivateDatabase(path);
  const database = new Database(
    path,
    partitions === undefined ? { readonly: true } : { create: made === undefined, readwrite: true },
  );
  database.run(`PRAGMA busy_timeout = ${appendTimeoutMs}`);
  if (partitions === undefined) return database;
  database.run(`PRAGMA page_size = ${pageBytes}`);
  database.run('PRAGMA journal_mode = WAL');
  database.run('PRAGMA synchronous = FULL');
  database.run(`PRAGMA wal_autocheckpoint = ${logBytes / pageBytes}`);
  database.run(`PRAGMA journal_size_limit = ${logBytesKept}`);
  database.run(schema);
  database
    .query(`INSERT OR IGNORE INTO journal_meta (key, value) VALUES ('partitions', ?)`)
    .run(String(partitions));
  return database;
}

/** @throws JournalUnavailable where the path leads to another file, or to none. */
function mustBe(path: string, made: FileIdentity): void {
  const trouble = new KeptFile(path, made, false).trouble();
  if (trouble !== null) throw new JournalUnavailable(`the journal cannot be opened: ${trouble}`);
}

export function readPartitions(database: Database): number {
  const row = database
    .query<{ value: string }, []>(`SELECT value FROM journal_meta WHERE key = 'partitions'`)
    .get();
  return Number(row?.value);
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
