/**
 * The embedded journal: one SQLite file, table `journal(partition, seq, body)`, WAL and
 * `synchronous=FULL`, so that a commit returns after fdatasync. The primary key is the fence.
 *
 * All appends that a thread makes in one turn, over all its partitions, share one commit.
 */
import { Database, SQLiteError, type Statement } from 'bun:sqlite';
import { appendTimeoutMs } from '../limits.ts';
import type { Sequence } from '../protocol.ts';
import {
  Fenced,
  type Journal,
  JournalUnavailable,
  OutcomeUnknown,
  type StoredEntry,
} from './journal.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS journal (
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (partition, seq)
  )`;

/** Entries read at once: at 900 KiB at most each, a bound on memory. */
const pageEntries = 32;

interface Append {
  partition: number;
  expectedLast: Sequence;
  entry: Uint8Array;
  resolve(sequence: Sequence): void;
  reject(error: Error): void;
}

export class SqliteJournal implements Journal {
  /** A commit blocks its thread, so a second append could never overtake or join it. */
  readonly appendsInFlight = 1;

  readonly #database: Database;
  readonly #insert: Statement;
  readonly #page: Statement<{ seq: number; body: Uint8Array }, [number, number, number]>;
  readonly #last: Statement<{ last: number }, [number]>;
  #waiting: Append[] = [];

  /** Opens the journal of a file, and makes it where there is none. `readonly` is for readers. */
  constructor(path: string, options: { readonly?: boolean; partitions?: number } = {}) {
    this.#database = openDatabase(path, options.readonly === true);
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
  }

  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#commit());
      this.#waiting.push({ partition, expectedLast, entry, resolve, reject });
    });
  }

  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    for (let next = from; ; ) {
      const page = this.#page.all(partition, next, pageEntries);
      for (const { seq, body } of page) yield { sequence: seq, bytes: body };
      if (page.length < pageEntries) return;
      next = page.at(-1)!.seq + 1;
    }
  }

  async last(partition: number): Promise<Sequence> {
    return this.#last.get(partition)!.last;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #commit(): void {
    const appends = this.#waiting;
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
      const undone = this.#rollBack();
      for (const append of appends) append.reject(undone ? unavailable(cause) : unknown(cause));
      return;
    }
    for (const [index, append] of appends.entries()) {
      if (stored[index]) append.resolve(append.expectedLast + 1);
      else append.reject(new Fenced(append.partition, append.expectedLast));
    }
  }

  /** Ends a failed transaction. True when it is certain that nothing of it was stored. */
  #rollBack(): boolean {
    if (!this.#database.inTransaction) return false;
    this.#database.run('ROLLBACK');
    return true;
  }
}

function openDatabase(path: string, readonly: boolean): Database {
  const database = readonly
    ? new Database(path, { readonly: true })
    : new Database(path, { create: true, readwrite: true });
  database.run(`PRAGMA busy_timeout = ${appendTimeoutMs}`);
  if (!readonly) {
    database.run('PRAGMA journal_mode = WAL');
    database.run('PRAGMA synchronous = FULL');
    database.run(schema);
  }
  return database;
}

function unavailable(cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`the journal took nothing: ${messageOf(cause)}`, { cause });
}

function unknown(cause: unknown): OutcomeUnknown {
  return new OutcomeUnknown(`the commit failed half-way: ${messageOf(cause)}`, { cause });
}

function messageOf(cause: unknown): string {
  if (cause instanceof SQLiteError) return `${cause.message} (${cause.code ?? cause.errno})`;
  return String(cause);
}
