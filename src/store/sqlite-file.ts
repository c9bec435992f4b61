/**
 * The file of the embedded store. What is in it can be made anew, so nothing that becomes of it ends the
 * engine: where it was deleted or replaced a new one is opened, where it is damaged it is set aside first.
 */
import { Database, SQLiteError } from 'bun:sqlite';
import { existsSync, renameSync, statSync } from 'node:fs';
import { KeptFile } from '../../actors/kept-file.ts';
import { fileLookMs } from '../../actors/limits.ts';
import { getLogger } from '../../actors/log.ts';
import { makePrivateDatabase } from '../../actors/private-files.ts';
import { StoreUnavailable } from './store.ts';

/** How long a write waits for another thread's, which takes microseconds. */
const busyTimeoutMs = 1_000;

/** A check reads the whole file, at about a GiB a second: a larger one would hold up the start. */
const checkBytesMax = 64 * 1024 * 1024;

const lost = 'sessions, codes, captchas and limits are lost, and people log in again';

/** Failures that no second try mends: the file is damaged, is no store, or cannot be written. */
const hopelessCodes = /^SQLITE_(CORRUPT|NOTADB|ERROR|CANTOPEN|READONLY|PERM|AUTH|MISMATCH)/;

/** An open file, and what its user prepared on it. */
interface Opened<Prepared> {
  database: Database;
  prepared: Prepared;
  file: KeptFile;
}

export class StoreFile<Prepared> {
  readonly #timer: Timer;
  #opened: Opened<Prepared>;
  #damage: string | null = null;
  #told: string | null = null;

  /**
   * @param prepare - makes the tables and statements; called for each file that is opened.
   * @param release - finalizes the statements: an open one would keep the file open.
   * @param check - looks for damage anywhere in the file, as far as that is quick.
   * @throws StoreUnavailable
   */
  constructor(
    private readonly path: string,
    private readonly prepare: (database: Database) => Prepared,
    private readonly release: (prepared: Prepared) => void,
    check: boolean,
  ) {
    this.#opened = this.#openAnyhow(check);
    this.#timer = setInterval(() => this.look(), fileLookMs);
    this.#timer.unref();
  }

  /** Works on the open file. @throws StoreUnavailable */
  use<T>(work: (prepared: Prepared) => T): T {
    try {
      return guarded(() => work(this.#opened.prepared));
    } catch (error) {
      if (isHopeless(error)) this.#damage ??= reasonOf(error);
      throw error;
    }
  }

  /** Goes on with a new file where this one was lost or has shown damage. */
  look(): void {
    const moved = this.#opened.file.trouble();
    if (moved === null && this.#damage === null) return;
    const old = this.#opened;
    try {
      if (moved === null) setAside(this.path, this.#damage!);
      else if (!existsSync(this.path)) this.#tell(`${moved}: a new one is made; ${lost}`);
      this.#opened = this.#openAnyhow(false);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#tell(error.message);
      return;
    }
    this.#damage = null;
    this.#told = null;
    this.#close(old);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#close(this.#opened);
  }

  #close({ database, prepared }: Opened<Prepared>): void {
    this.release(prepared);
    database.close();
  }

  #openAnyhow(check: boolean): Opened<Prepared> {
    try {
      return this.#open(check);
    } catch (error) {
      if (!isHopeless(error) || !existsSync(this.path)) throw error;
      setAside(this.path, reasonOf(error));
      return this.#open(false);
    }
  }

  #open(check: boolean): Opened<Prepared> {
    return guarded(() => {
      makePrivateDatabase(this.path);
      const database = new Database(this.path, { create: true, readwrite: true });
      try {
        const file = KeptFile.at(this.path, { grows: false });
        database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
        database.run('PRAGMA journal_mode = WAL');
        database.run('PRAGMA synchronous = NORMAL');
        if (check) mustBeSound(database, this.path);
        return { database, prepared: this.prepare(database), file };
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  /** Says a thing once, not four times a second. */
  #tell(what: string): void {
    if (what === this.#told) return;
    this.#told = what;
    log().warning(what, {});
  }
}

/** The store's file is damaged somewhere, though SQLite could open it. */
class DamagedStore extends StoreUnavailable {}

function mustBeSound(database: Database, path: string): void {
  if (statSync(path).size > checkBytesMax) return;
  const [found] = database.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').all();
  if (found?.quick_check !== 'ok') throw new DamagedStore(String(found?.quick_check));
}

/** Renames the file, with its log, so that it can be looked into. @throws StoreUnavailable */
function setAside(path: string, reason: string): void {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  try {
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(path + end)) renameSync(path + end, aside + end);
    }
  } catch (cause) {
    const what = `${path} is damaged (${reason}) and cannot be set aside: ${String(cause)}`;
    throw new StoreUnavailable(what, { cause });
  }
  log().warning(
    `${path} is damaged (${reason}): it is kept as ${aside}, a new one is made; ${lost}`,
    {},
  );
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SQLiteError)) throw cause;
    throw new StoreUnavailable(`the store is unavailable: ${cause.message}`, { cause });
  }
}

function isHopeless(error: unknown): boolean {
  if (error instanceof DamagedStore) return true;
  const cause = error instanceof StoreUnavailable ? error.cause : null;
  return cause instanceof SQLiteError && hopelessCodes.test(cause.code ?? '');
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function log() {
  return getLogger(['stampede', 'store']);
}
