/**
 * Keeps the embedded database's write-ahead log from filling the disk, on which the journal lies too. SQLite empties it
 * by itself, unless a process holds a transaction open on the file: an evaluation that takes long, or a forgotten
 * shell. The projector's rows follow from the journal, and can wait until that is over; nothing else writes as much.
 */
import type { Database } from 'bun:sqlite';
import { statSync } from 'node:fs';
import { SqlUnavailable } from '../sql.ts';
import { busyTimeoutMs } from './connect.ts';
import { logHolders } from './log-holders.ts';

/** Of several million orders: whoever reads that long should read a copy. */
const logBytesMax = 2 ** 30;
/** Readings of the engine's own are short. */
const waitMs = 20;

export class LogLimit {
  constructor(
    private readonly database: Database,
    private readonly path: string,
    private readonly bytesMax = logBytesMax,
  ) {}

  /** Call before rows are written. @throws SqlUnavailable while the log is too large, and cannot be emptied. */
  mind(): void {
    const bytes = statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes <= this.bytesMax) return;
    if (this.#isEmptied()) return;
    throw new SqlUnavailable(
      `no orders are written to ${this.path} while ${logHolders(this.path)} has a transaction open on it: its log ` +
        `has grown to ${Math.round(bytes / 2 ** 20)} MiB, and cannot be emptied before that is over`,
    );
  }

  /** Copies the log into the file and empties it. False where a reader, or a writer, is in the way. */
  #isEmptied(): boolean {
    this.#waitFor(waitMs);
    try {
      const statement = this.database.prepare<{ busy: number }, []>(
        'PRAGMA wal_checkpoint(TRUNCATE)',
      );
      const { busy } = statement.get()!;
      statement.finalize();
      return busy === 0;
    } finally {
      this.#waitFor(busyTimeoutMs);
    }
  }

  /** How long statements wait for another connection's locks. */
  #waitFor(ms: number): void {
    this.database.run(`PRAGMA busy_timeout = ${ms}`);
  }
}
