/**
 * A segment: one file of a journal in SQLite, open. Table `journal(partition, seq, body)`.
 *
 * A segment that is continued in another file takes no more entries: a trigger refuses them. So an engine of an
 * earlier release learns of it within the transaction that appends.
 */
import type { Database, Statement } from 'bun:sqlite';
import { realpathSync } from 'node:fs';
import type { Sequence } from '../events.ts';
import { type Opening, openDatabase, openError, readMeta } from './sqlite-open.ts';

/** How a segment names the file in which it is continued. */
export interface NextFile {
  file: string;
  /** Written in that file, so that no other is taken for it. */
  id: string;
}

export class Segment {
  readonly path: string;
  readonly partitions: number;
  /** What the segment before names this one by; null for the first. */
  readonly id: string | null;
  readonly #database: Database;
  /** By partition, the last entry of the segments before. */
  readonly #before: readonly Sequence[];
  readonly #page: Statement<{ seq: number; body: Uint8Array }, [number, number, number, number]>;
  readonly #last: Statement<{ last: number | null }, [number]>;
  readonly #said: Statement<{ value: string }, []>;
  #next: NextFile | null = null;

  /** @throws JournalMisconfigured when it is no journal's. @throws JournalUnavailable */
  constructor(path: string, opening: Opening) {
    let database: Database | null = null;
    try {
      database = openDatabase(path, opening);
      this.#database = database;
      // SQLite follows a link to the database, and later segments lie beside the file itself.
      this.path = realpathSync(path);
      this.partitions = Number(readMeta(database, 'partitions'));
      this.id = readMeta(database, 'id') ?? null;
      this.#before = JSON.parse(readMeta(database, 'before') ?? '[]') as Sequence[]; // As its writer left it.
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
  next(): NextFile | null {
    if (this.#next !== null) return this.#next;
    const said = this.#said.get();
    if (said !== null) this.#next = JSON.parse(said.value) as NextFile; // As `continueIn` writes it.
    return this.#next;
  }

  /** Does something within a transaction, beside which nobody else writes. */
  exclusively(work: () => void): void {
    this.#database.run('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.run('COMMIT');
    } finally {
      // SQLite itself may have ended one that failed.
      if (this.#database.inTransaction) this.#database.run('ROLLBACK');
    }
  }

  /** Within a transaction: from its commit on the journal goes on in another file. */
  continueIn(next: NextFile): void {
    this.#database.run(`INSERT INTO journal_meta (key, value) VALUES ('next', ?)`, [
      JSON.stringify(next),
    ]);
    this.#database.run(
      `CREATE TRIGGER journal_continued BEFORE INSERT ON journal
       BEGIN SELECT RAISE(ABORT, 'the journal goes on in another file: journal_meta says in which'); END`,
    );
  }

  close(): void {
    // An open statement would keep the file open after the database is closed.
    for (const statement of [this.#page, this.#last, this.#said]) statement.finalize();
    this.#database.close(true);
  }
}
