/** Opening a SQLite file as a journal, and what SQLite's errors mean for one. */
import { Database, SQLiteError } from 'bun:sqlite';
import { appendTimeoutMs } from '../limits.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';

/** SQLite's primary result codes, the low byte of `errno`. */
export const sqliteCode = {
  error: 1,
  corrupt: 11,
  notADatabase: 26,
} as const;

export interface Opening {
  /** For who lets the journal go on elsewhere; else for a reader, which changes nothing. */
  write: boolean;
}

/** Opens a file that is there. */
export function openDatabase(path: string, { write }: Opening): Database {
  const database = new Database(path, write ? { readwrite: true } : { readonly: true });
  database.run(`PRAGMA busy_timeout = ${appendTimeoutMs}`);
  if (write) database.run('PRAGMA synchronous = FULL');
  return database;
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
