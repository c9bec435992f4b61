/**
 * The embedded journal: one SQLite file, table `journal(partition, seq, body)`, WAL and
 * `synchronous=FULL`, so that a commit returns after fsync. The primary key is the fence.
 *
 * All appends that a thread makes in one turn, over all its partitions, share one commit.
 */
import { Database, SQLiteError, type Statement } from 'bun:sqlite';
import { appendTimeoutMs, partitionsMax } from '../limits.ts';
import { makePrivateDatabase } from '../private-files.ts';
import type { Sequence } from '../protocol.ts';
import {
  Fenced,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  type OpenedJournal,
  OutcomeUnknown,
  type StoredEntry,
} from './journal.ts';

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

/** Entries read at once: at 900 KiB at most each, a bound on memory. */
const pageEntries = 32;

/** SQLite's primary result codes, the low byte of `errno`. */
const sqliteCode = { error: 1, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** A writer says how many partitions the journal has, for when it is made; a reader need not. */
export type SqliteJournalOptions =
  | { partitions: number; readonly?: boolean }
  | { partitions?: number; readonly: true };

interface Append {
  partition: number;
  expectedLast: Sequence;
  entry: Uint8Array;
  resolve(sequence: Sequence): void;
  reject(error: Error): void;
}

export class SqliteJournal implements OpenedJournal {
  /** A commit blocks its thread, so a second append could never overtake or join it. */
  readonly appendsInFlight = 1;

  /** Partitions the journal was made with. */
  readonly partitions: number;

  readonly #database: Database;
  readonly #insert: Statement;
  readonly #page: Statement<{ seq: number; body: Uint8Array }, [number, number, number]>;
  readonly #last: Statement<{ last: number }, [number]>;
  #waiting: Append[] = [];
  #closed = false;

  /**
   * Opens the journal in a file; a writer makes a missing one.
   * @throws JournalMisconfigured when the file is another journal, or none.
   * @throws JournalUnavailable when it cannot be opened.
   */
  constructor(path: string, options: SqliteJournalOptions) {
    const { partitions: wanted, readonly = false } = options;
    if (wanted !== undefined && !(wanted >= 1 && wanted <= partitionsMax)) {
      throw new JournalMisconfigured(
        `a journal has 1 to ${partitionsMax} partitions, not ${wanted}`,
      );
    }
    try {
      this.#database = openDatabase(path, readonly ? undefined : wanted);
      this.partitions = readPartitions(this.#database);
      if (wanted !== undefined && wanted !== this.partitions) {
        this.#database.close(true);
        throw new JournalMisconfigured(
          `${path} was made with ${this.partitions} partitions and cannot be opened with ${wanted}`,
        );
      }
      this.#insert = this.#database.prepare(
        `INSERT INTO journal (partition, seq, body)
         SELECT ?1, ?2 + 1, ?3 WHERE ?2 = (SELECT coalesce(max(seq), 0) FROM journal WHERE partition = ?1)`,
      );
      this.#page = this.#database.prepare(
        `SELECT seq, CAST(body AS BLOB) AS body FROM journal
         WHERE partition = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3`,
      );
      this.#last = this.#database.prepare(
        'SELECT coalesce(max(seq), 0) AS last FROM journal WHERE partition = ?1',
      );
    } catch (cause) {
      throw openError(path, cause);
    }
  }

  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    if (this.#closed) return Promise.reject(unavailable('it is closed'));
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#commit());
      this.#waiting.push({ partition, expectedLast, entry, resolve, reject });
    });
  }

  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    for (let next = from; ; ) {
      const page = this.#query(partition, next, () => this.#page.all(partition, next, pageEntries));
      for (const { seq, body } of page) {
        if (seq !== next) throw new JournalCorrupt(partition, next, `missing: ${seq} comes next`);
        yield { sequence: seq, bytes: body };
        next++;
      }
      if (page.length < pageEntries) return;
    }
  }

  async last(partition: number): Promise<Sequence> {
    return this.#query(partition, 0, () => this.#last.get(partition)!.last);
  }

  acknowledgement(): { text: string } {
    const text =
      'SQLite: an acknowledged entry is on the disk of this machine; it survives the end of the process and a power cut, and is lost with the disk.';
    return { text };
  }

  /** Only a commit finds out about a disk, and it reports that; there is nothing to learn before. */
  async probe(): Promise<void> {
    return;
  }

  async close(): Promise<void> {
    this.#commit();
    this.#closed = true;
    // An open statement would keep the file open after the database is closed.
    for (const statement of [this.#insert, this.#page, this.#last]) statement.finalize();
    this.#database.close(true);
  }

  #commit(): void {
    const appends = this.#waiting;
    if (appends.length === 0) return;
    this.#waiting = [];
    let stored: boolean[];
    try {
      this.#database.run('BEGIN IMMEDIATE');
      stored = appends.map(
        (a) => this.#insert.run(a.partition, a.expectedLast, a.entry).changes > 0,
      );
    } catch (cause) {
      this.#rollBack();
      for (const append of appends) append.reject(unavailable(cause));
      return;
    }
    try {
      this.#database.run('COMMIT');
    } catch (cause) {
      // Without room not even the commit's last frame was written; after any other error, such as a
      // failed fdatasync, the log may hold the whole commit, and a restart may find it there.
      const undone = this.#rollBack() || codeOf(cause) === sqliteCode.full;
      for (const append of appends) append.reject(undone ? unavailable(cause) : unknown(cause));
      return;
    }
    for (const [index, append] of appends.entries()) {
      if (stored[index]) append.resolve(append.expectedLast + 1);
      else append.reject(new Fenced(append.partition, append.expectedLast));
    }
  }

  /** Ends a failed transaction. False when SQLite had already ended it. */
  #rollBack(): boolean {
    if (!this.#database.inTransaction) return false;
    this.#database.run('ROLLBACK');
    return true;
  }

  #query<T>(partition: number, sequence: Sequence, query: () => T): T {
    try {
      return query();
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== sqliteCode.corrupt && code !== sqliteCode.notADatabase) throw unreadable(cause);
      throw new JournalCorrupt(partition, sequence, `the file is damaged: ${messageOf(cause)}`);
    }
  }
}

/** Opens a file for a writer with this many partitions, or for a reader when no number is given. */
function openDatabase(path: string, partitions?: number): Database {
  if (partitions !== undefined) makePrivateDatabase(path);
  const database = new Database(
    path,
    partitions === undefined ? { readonly: true } : { create: true, readwrite: true },
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

function readPartitions(database: Database): number {
  const row = database
    .query<{ value: string }, []>(`SELECT value FROM journal_meta WHERE key = 'partitions'`)
    .get();
  return Number(row?.value);
}

function openError(path: string, cause: unknown): Error {
  if (cause instanceof JournalMisconfigured) return cause;
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

function unavailable(cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`the journal took nothing: ${messageOf(cause)}`, { cause });
}

function unreadable(cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`the journal cannot be read: ${messageOf(cause)}`, { cause });
}

function unknown(cause: unknown): OutcomeUnknown {
  return new OutcomeUnknown(`the commit failed half-way: ${messageOf(cause)}`, { cause });
}

function codeOf(cause: unknown): number | null {
  return cause instanceof SQLiteError ? cause.errno & 0xff : null;
}

function messageOf(cause: unknown): string {
  if (cause instanceof SQLiteError) return `${cause.message} (${cause.code ?? cause.errno})`;
  return String(cause);
}
