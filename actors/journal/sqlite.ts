/**
 * The embedded journal: one SQLite file, table `journal(partition, seq, body)`, WAL and
 * `synchronous=FULL`, so that a commit returns after fsync. The primary key is the fence.
 *
 * All appends that a thread makes in one turn, over all its partitions, share one commit.
 */
import type { Database, Statement } from 'bun:sqlite';
import type { Sequence } from '../events.ts';
import type { FileIdentity } from '../kept-file.ts';
import { partitionsMax } from '../limits.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import {
  Fenced,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  type OpenedJournal,
  OutcomeUnknown,
  type StoredEntry,
} from './journal.ts';
import { JournalFiles } from './journal-files.ts';
import {
  codeOf,
  messageOf,
  openDatabase,
  openError,
  readPartitions,
  sqliteCode,
} from './sqlite-open.ts';

/** Entries read at once: as many as there are in about so many bytes, by those that came before. */
const pageBytes = 128 * 1024;
const pageEntriesFirst = 8;
const pageEntriesMax = 512;

/** A writer says how many partitions the journal has, for when it is made; a reader need not. */
export type SqliteJournalOptions = (
  | { partitions: number; readonly?: boolean }
  | { partitions?: number; readonly: true }
) & {
  /** Opens this very file and no other, and makes none. */
  made?: FileIdentity;
  /** Called with each loss and return of a writer's files, in words. */
  report?: ((state: string) => void) | undefined;
};

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

  /** No one else keeps the file. */
  readonly mayHeal = false;
  readonly copies = null;

  /** One engine alone may write here, and its other threads read what they need when they need it. */
  readonly followed = null;

  /** Partitions the journal was made with. */
  readonly partitions: number;

  readonly #path: string;
  readonly #database: Database;
  /** Null for a reader, which promises nothing. */
  readonly #files: JournalFiles | null;
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
    const { partitions: wanted, readonly = false, made, report = () => undefined } = options;
    this.#path = path;
    if (wanted !== undefined && !(wanted >= 1 && wanted <= partitionsMax)) {
      throw new JournalMisconfigured(
        `a journal has 1 to ${partitionsMax} partitions, not ${wanted}`,
      );
    }
    try {
      this.#database = openDatabase(path, readonly ? undefined : wanted, made);
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
      this.#files = readonly ? null : new JournalFiles(path, report);
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
    let entries = pageEntriesFirst;
    for (let next = from; ; ) {
      const page = this.#query(partition, next, () => this.#page.all(partition, next, entries));
      let bytes = 0;
      for (const { seq, body } of page) {
        if (seq !== next) throw new JournalCorrupt(partition, next, `missing: ${seq} comes next`);
        bytes += body.byteLength;
        yield { sequence: seq, bytes: body };
        next++;
      }
      if (page.length < entries) return;
      const fitting = Math.floor((entries * pageBytes) / Math.max(1, bytes));
      entries = Math.max(1, Math.min(pageEntriesMax, fitting));
    }
  }

  async last(partition: number): Promise<Sequence> {
    return this.#query(partition, 0, () => this.#last.get(partition)!.last);
  }

  answeredBy(): string {
    return this.#path;
  }

  snapshots(folder: string): SnapshotStore {
    return new SnapshotFiles(folder);
  }

  acknowledgement(): { text: string } {
    const text =
      'SQLite: an acknowledged entry is on the disk of this machine; it survives the end of the process and a power cut, and is lost with the disk.';
    return { text };
  }

  /** Only a commit finds out about a disk, and it reports that; that the files are gone can be seen. */
  async probe(): Promise<void> {
    this.#files?.look();
    this.#mustBeThere();
  }

  async close(): Promise<void> {
    this.#commit();
    this.#closed = true;
    this.#files?.stop();
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
      this.#mustBeThere();
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

  get #lost(): boolean {
    return this.#files !== null && this.#files.trouble !== null;
  }

  #mustBeThere(): void {
    if (this.#lost) throw new JournalUnavailable(this.#files!.trouble!);
  }

  /** Ends a failed transaction. False when SQLite had already ended it. */
  #rollBack(): boolean {
    if (!this.#database.inTransaction) return false;
    this.#database.run('ROLLBACK');
    return true;
  }

  #query<T>(partition: number, sequence: Sequence, query: () => T): T {
    try {
      this.#mustBeThere();
      return query();
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== sqliteCode.corrupt && code !== sqliteCode.notADatabase) throw unreadable(cause);
      throw new JournalCorrupt(
        partition,
        sequence,
        `${this.#path} is damaged: ${messageOf(cause)}`,
      );
    }
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
