/**
 * The projected rows in SQLite.
 *
 * Everything written here follows from the journal, and a checkpoint is committed together with its
 * rows, so the writer need not wait for the disk: a power cut may undo its newest commits, with their
 * checkpoints, and the projector makes them again. The catalogue's connection does wait.
 */
import { drizzle } from 'drizzle-orm/bun-sqlite';
import type { Checkpoint, Projection, ProjectionBatch, ProjectionView } from '../projection.ts';
import type { OrderTerms, SeriesBatch } from '../series.ts';
import { connect, guarded } from './connect.ts';
import type { DatabaseFile } from './file.ts';
import { LogLimit } from './log-limit.ts';
import { SqliteView } from './view.ts';
import { SqliteWriter } from './writer.ts';

export class SqliteProjection implements Projection {
  readonly #file: DatabaseFile;
  #writer: SqliteWriter | null = null;

  constructor(
    file: DatabaseFile,
    private readonly logBytesMax?: number,
  ) {
    this.#file = file;
  }

  checkpoints(): Promise<Map<number, Checkpoint>> {
    return this.snapshot((view) => view.checkpoints());
  }

  async apply(batch: ProjectionBatch): Promise<boolean> {
    return guarded(() => this.#open().apply(batch), this.#file.path);
  }

  seriesCheckpoints(): Promise<Map<number, number>> {
    return this.snapshot((view) => view.seriesCheckpoints());
  }

  async applySeries(batch: SeriesBatch): Promise<boolean> {
    return guarded(() => this.#open().applySeries(batch), this.#file.path);
  }

  async termsOfOrders(keys: readonly number[]): Promise<Map<number, OrderTerms>> {
    return guarded(() => this.#open().termsOf(keys), this.#file.path);
  }

  async clear(): Promise<void> {
    guarded(() => this.#open().clear());
  }

  async snapshot<T>(read: (view: ProjectionView) => Promise<T>): Promise<T> {
    // A connection of its own, so that the snapshot sees nothing that this thread writes meanwhile.
    const database = connect(this.#file, 'NORMAL');
    try {
      database.run('BEGIN');
      return await read(new SqliteView(drizzle(database)));
    } finally {
      // A closed connection keeps its snapshot until its statements are collected, unless it is ended.
      database.run('ROLLBACK');
      database.close();
    }
  }

  close(): void {
    this.#writer?.close();
    this.#writer = null;
  }

  /** Only the projector's thread writes, so the connection is made when it first does. */
  #open(): SqliteWriter {
    if (this.#writer === null) {
      const database = connect(this.#file, 'NORMAL');
      const limit = new LogLimit(database, this.#file.path, this.logBytesMax);
      this.#writer = new SqliteWriter(database, limit);
    }
    return this.#writer;
  }
}
