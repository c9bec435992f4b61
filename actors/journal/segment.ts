/**
 * A segment: one file of an embedded journal, open. Table `journal(partition, seq, body)`, WAL and `synchronous=FULL`,
 * so that a commit returns after fsync. The primary key is the fence.
 *
 * A segment that is continued in another takes no more entries: a trigger refuses them. So every writer learns of it
 * within the transaction that appends, one of an earlier version as well, and pays nothing for that before.
 */
import type { Database, Statement } from 'bun:sqlite';
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Sequence } from '../events.ts';
import {
  type CopiedUpTo,
  codeOf,
  emptyLog,
  type Opening,
  openDatabase,
  openError,
  readMeta,
  sqliteCode,
  writeMeta,
} from './sqlite-open.ts';

/** How a segment names the one in which it is continued. */
export interface NextSegment {
  file: string;
  /** Written in that file, so that no other is taken for it. */
  id: string;
}

export class Segment {
  readonly path: string;
  readonly name: string;
  readonly partitions: number;
  /** What the segment before names this one by; null for the first. */
  readonly id: string | null;
  readonly #database: Database;
  /** By partition, the last entry of the segments before. */
  readonly #before: readonly Sequence[];
  readonly #insert: Statement;
  readonly #page: Statement<{ seq: number; body: Uint8Array }, [number, number, number, number]>;
  readonly #last: Statement<{ last: number | null }, [number]>;
  readonly #said: Statement<{ value: string }, []>;
  #next: NextSegment | null = null;

  /** @throws JournalMisconfigured when it is no journal's. @throws JournalUnavailable */
  constructor(path: string, opening: Opening) {
    let database: Database | null = null;
    try {
      database = openDatabase(path, opening);
      this.#database = database;
      // SQLite follows a link to the database, and has the log beside the file itself.
      this.path = realpathSync(path);
      this.name = basename(this.path);
      this.partitions = Number(readMeta(database, 'partitions'));
      this.id = readMeta(database, 'id') ?? null;
      this.#before = JSON.parse(readMeta(database, 'before') ?? '[]') as Sequence[]; // As `makeSegment` writes it.
      this.#insert = database.prepare(
        `INSERT INTO journal (partition, seq, body) SELECT ?1, ?2 + 1, ?3
         WHERE ?2 = (SELECT coalesce(max(seq), ?4) FROM journal WHERE partition = ?1)`,
      );
      this.#page = database.prepare(
        `SELECT seq, CAST(body AS BLOB) AS body FROM journal
         WHERE partition = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq LIMIT ?4`,
      );
      this.#last = database.prepare('SELECT max(seq) AS last FROM journal WHERE partition = ?1');
      this.#said = database.prepare(`SELECT value FROM journal_meta WHERE key = 'next'`);
    } catch (cause) {
      database?.close();
      throw openError(path, cause);
    }
  }

  get logPath(): string {
    return `${this.path}-wal`;
  }

  /** The last entry of a partition that is in the segments before this one. */
  before(partition: number): Sequence {
    return this.#before[partition] ?? 0;
  }

  /** The last entry of a partition, in this segment or before it. */
  last(partition: number): Sequence {
    return this.#last.get(partition)!.last ?? this.before(partition);
  }

  page(partition: number, from: Sequence, upTo: Sequence, entries: number) {
    return this.#page.all(partition, from, upTo, entries);
  }

  /** Where the journal goes on; null in its last segment. What is said once is said for ever. */
  next(): NextSegment | null {
    if (this.#next !== null) return this.#next;
    const said = this.#said.get();
    if (said !== null) this.#next = JSON.parse(said.value) as NextSegment; // As `continueIn` writes it.
    return this.#next;
  }

  /** Begins a transaction beside which nobody else writes. */
  begin(): void {
    this.#database.run('BEGIN IMMEDIATE');
  }

  /**
   * False where `expectedLast` is not the last entry of this segment: `next` says whether others follow. Hot path.
   * @throws where the segment is continued: `isContinued` tells.
   */
  insert(partition: number, expectedLast: Sequence, entry: Uint8Array): boolean {
    return this.#insert.run(partition, expectedLast, entry, this.before(partition)).changes > 0;
  }

  /** Within a transaction: from its commit on the journal goes on in another segment. */
  continueIn(next: NextSegment): void {
    writeMeta(this.#database, 'next', JSON.stringify(next));
    this.#database.run(
      `CREATE TRIGGER journal_continued BEFORE INSERT ON journal
       BEGIN SELECT RAISE(ABORT, 'the journal goes on in another file: journal_meta says in which'); END`,
    );
  }

  /** Whether an entry was refused because the segment is continued. */
  isContinued(cause: unknown): boolean {
    return codeOf(cause) === sqliteCode.constraint && this.next() !== null;
  }

  commit(): void {
    this.#database.run('COMMIT');
  }

  /** Ends a failed transaction. False when SQLite had already ended it. */
  rollBack(): boolean {
    if (!this.#database.inTransaction) return false;
    this.#database.run('ROLLBACK');
    return true;
  }

  logBytes(): number {
    return statSync(this.logPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Empties the log: null. Else says how far it was copied before who is in the way, for longer than this. */
  emptyLog(waitMs: number): CopiedUpTo | null {
    return emptyLog(this.#database, waitMs);
  }

  close(): void {
    // An open statement would keep the file open after the database is closed.
    for (const statement of [this.#insert, this.#page, this.#last, this.#said]) {
      statement.finalize();
    }
    this.#database.close(true);
  }
}
