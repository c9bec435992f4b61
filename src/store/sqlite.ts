/** The embedded store: one SQLite file that every HTTP thread opens. */
import type { Database, Statement } from 'bun:sqlite';
import { StoreFile } from './sqlite-file.ts';
import {
  bucketOf,
  type Count,
  clockSlackMs,
  type KeyValueStore,
  type Rate,
  type Spent,
  StoreUnavailable,
  spentOf,
} from './store.ts';

/** How often a thread deletes what has expired, and how much at once: it holds up the others. */
const sweepMs = 10_000;
const sweepRowsMax = 1_000;

const schema = `
  CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
`;

/**
 * When a bucket will be full. No bucket takes longer than `$fill`: one that seems to was written while
 * the clock was ahead, and begins anew. Clocks of threads may differ by a little.
 */
const fullAt = `
  CASE WHEN entries.expires_at > $now + $fill + ${clockSlackMs}
    THEN $now ELSE max(entries.expires_at, $now) END`;

/**
 * Each takes what it needs of `$key`, `$value`, `$now`, `$expires`, in milliseconds since 1970. The
 * hundredth of a millisecond in `spend` allows for sums of fractions.
 */
const texts = {
  get: 'SELECT value FROM entries WHERE key = $key AND expires_at > $now',
  set: `
    INSERT INTO entries (key, value, expires_at) VALUES ($key, $value, $expires)
    ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  setIfAbsent: `
    INSERT INTO entries (key, value, expires_at) VALUES ($key, $value, $expires)
    ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
    WHERE entries.expires_at <= $now`,
  replace: `
    UPDATE entries SET value = $value, expires_at = $expires
    WHERE key = $key AND expires_at > $now`,
  take: 'DELETE FROM entries WHERE key = $key RETURNING value, expires_at',
  increment: `
    INSERT INTO entries (key, value, expires_at) VALUES ($key, '1', $expires)
    ON CONFLICT DO UPDATE SET
      value = CASE WHEN entries.expires_at > $now THEN CAST(entries.value AS INTEGER) + 1 ELSE '1' END,
      expires_at = CASE WHEN entries.expires_at > $now
        THEN min(entries.expires_at, $expires) ELSE $expires END
    RETURNING value, expires_at`,
  spend: `
    INSERT INTO entries (key, value, expires_at) VALUES ($key, '', $now + $gain)
    ON CONFLICT DO UPDATE SET expires_at = ${fullAt} + $gain
    WHERE ${fullAt} + $gain <= $now + $fill + 0.01
    RETURNING value, expires_at`,
  // A bucket that would be full by now needs no row, and is swept.
  giveBack: 'UPDATE entries SET expires_at = expires_at - $gain WHERE key = $key',
  row: 'SELECT value, expires_at FROM entries WHERE key = $key',
  delete: 'DELETE FROM entries WHERE key = $key',
  deleteIf: 'DELETE FROM entries WHERE key = $key AND value = $value AND expires_at > $now',
  sweep: `
    DELETE FROM entries WHERE key IN (
      SELECT key FROM entries WHERE expires_at <= $now LIMIT $limit)`,
} as const;

interface Row {
  value: string;
  expires_at: number;
}
type Bindings = Record<string, string | number>;
type Statements = Record<keyof typeof texts, Statement<Row, [Bindings]>>;

interface Prepared {
  statements: Statements;
  /** Has what the work commits wait for the disk. */
  durably<T>(work: () => T): T;
}

/**
 * Most of what is stored here is worth little after a power cut, so a commit does not wait for the disk,
 * but for that of `keep`. A bucket's row has no value: it is kept until the time at which it is full again.
 */
export class SqliteStore implements KeyValueStore {
  readonly #file: StoreFile<Prepared>;
  readonly #sweep: Timer;

  /** @param options - `check`: looks for damage in the whole file. @throws StoreUnavailable */
  constructor(
    path: string,
    private readonly clock: () => number = Date.now,
    { check = false } = {},
  ) {
    this.#file = new StoreFile(path, prepare, release, check);
    this.#sweep = setInterval(() => this.sweep(), sweepMs);
    this.#sweep.unref();
  }

  async get(key: string): Promise<string | null> {
    return this.#row('get', { $key: key, $now: this.clock() })?.value ?? null;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#run('set', { $key: key, $value: value, $expires: this.clock() + ttlMs });
  }

  async keep(key: string, value: string, ttlMs: number): Promise<void> {
    const bindings = { $key: key, $value: value, $expires: this.clock() + ttlMs };
    this.#file.use(({ statements, durably }) => durably(() => statements.set.run(bindings)));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    return this.#run('setIfAbsent', this.#bindings(key, value, ttlMs)) > 0;
  }

  async replace(key: string, value: string, ttlMs: number): Promise<boolean> {
    return this.#run('replace', this.#bindings(key, value, ttlMs)) > 0;
  }

  async take(key: string): Promise<string | null> {
    const row = this.#row('take', { $key: key });
    return row !== null && row.expires_at > this.clock() ? row.value : null;
  }

  async increment(key: string, ttlMs: number): Promise<Count> {
    const now = this.clock();
    const row = this.#row('increment', { $key: key, $now: now, $expires: now + ttlMs })!;
    return { count: Number(row.value), endsInMs: row.expires_at - now };
  }

  async spend(key: string, rate: Rate): Promise<Spent> {
    const bucket = bucketOf(rate);
    const now = this.clock();
    const { gainMs: $gain, fillMs: $fill } = bucket;
    const spent = this.#row('spend', { $key: key, $now: now, $gain, $fill });
    // A sweep may have removed the row since, but only where the bucket is full again.
    const row = spent ?? this.#row('row', { $key: key });
    return spentOf(spent !== null, (row?.expires_at ?? now) - now, bucket);
  }

  async giveBack(key: string, rate: Rate): Promise<void> {
    this.#run('giveBack', { $key: key, $gain: bucketOf(rate).gainMs });
  }

  async delete(key: string): Promise<void> {
    this.#run('delete', { $key: key });
  }

  async deleteIf(key: string, value: string): Promise<boolean> {
    return this.#run('deleteIf', { $key: key, $value: value, $now: this.clock() }) > 0;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#file.close();
  }

  /** Deletes some of what has expired; the timer's next turn, or another thread, deletes the rest. */
  sweep(): void {
    try {
      this.#run('sweep', { $now: this.clock(), $limit: sweepRowsMax });
    } catch (error) {
      // A later turn sweeps as well; until then expired entries only take up room.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  #bindings(key: string, value: string, ttlMs: number): Bindings {
    const now = this.clock();
    return { $key: key, $value: value, $now: now, $expires: now + ttlMs };
  }

  #row(name: keyof typeof texts, bindings: Bindings): Row | null {
    return this.#file.use(({ statements }) => statements[name].get(bindings));
  }

  #run(name: keyof typeof texts, bindings: Bindings): number {
    return this.#file.use(({ statements }) => statements[name].run(bindings).changes);
  }
}

function prepare(database: Database): Prepared {
  database.run(schema);
  const prepared = Object.entries(texts).map(([name, text]) => [name, database.prepare(text)]);
  return {
    statements: Object.fromEntries(prepared) as Statements, // One for each of the names in `texts`.
    durably: (work) => {
      database.run('PRAGMA synchronous = FULL');
      try {
        return work();
      } finally {
        database.run('PRAGMA synchronous = NORMAL');
      }
    },
  };
}

function release({ statements }: Prepared): void {
  for (const statement of Object.values(statements)) statement.finalize();
}
