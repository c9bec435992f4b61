/** Makes the SQLite files that releases before 0.6.0 kept their journal in. */
import { Database } from 'bun:sqlite';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join, parse } from 'node:path';
import type { Sequence } from '../events.ts';

const schema = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS journal (
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (partition, seq)
  );
  CREATE TABLE IF NOT EXISTS journal_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)`;

export class OldJournal {
  #file: Database;
  #files = 1;

  /** Opens the journal, which may be new; one of several files cannot be opened again. */
  constructor(
    private readonly path: string,
    private readonly partitions: number,
  ) {
    this.#file = this.#open(path);
  }

  async append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    const sequence = expectedLast + 1;
    this.#file.run('INSERT INTO journal (partition, seq, body) VALUES (?, ?, ?)', [
      ...[partition, sequence],
      entry,
    ]);
    return sequence;
  }

  /** Goes on in a new file, named by its number. */
  goOn(number = this.#files + 1): void {
    const { name, ext } = parse(this.path);
    const path = join(dirname(this.path), `${name}-${number}${ext}`);
    const id = randomUUID();
    const before = Array.from({ length: this.partitions }, (_, partition) => this.#last(partition));
    const next = this.#open(path);
    say(next, 'id', id);
    say(next, 'before', JSON.stringify(before));
    say(this.#file, 'next', JSON.stringify({ file: basename(path), id }));
    this.#file.run(
      `CREATE TRIGGER journal_continued BEFORE INSERT ON journal
       BEGIN SELECT RAISE(ABORT, 'the journal goes on in another file: journal_meta says in which'); END`,
    );
    this.#file.close(true);
    this.#file = next;
    this.#files = number;
  }

  close(): void {
    this.#file.close(true);
  }

  #open(path: string): Database {
    const file = new Database(path);
    file.run(schema);
    say(file, 'partitions', String(this.partitions));
    return file;
  }

  #last(partition: number): Sequence {
    const statement = this.#file.prepare<{ last: number }, [number]>(
      `SELECT coalesce(max(seq), (SELECT value ->> ?1 FROM journal_meta WHERE key = 'before'), 0) AS last
       FROM journal WHERE partition = ?1`,
    );
    const { last } = statement.get(partition)!;
    statement.finalize();
    return last;
  }
}

/** Writes what a file says of itself; what is there already stays. */
function say(file: Database, key: string, value: string): void {
  file.run('INSERT OR IGNORE INTO journal_meta (key, value) VALUES (?, ?)', [key, value]);
}
