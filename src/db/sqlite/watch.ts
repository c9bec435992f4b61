/**
 * Keeps an eye on the file of an open database. Where it was deleted, moved or replaced, what is written
 * into it is lost with the process: nothing is written then, while what is in it can still be read.
 */
import type { Database } from 'bun:sqlite';
import { KeptFile } from '../../../actors/kept-file.ts';
import { fileLookMs } from '../../../actors/limits.ts';
import type { DatabaseFile } from './file.ts';

export class FileWatch {
  readonly #file: KeptFile | null;
  readonly #timer: Timer;
  #trouble: string | null = null;

  /** Without `made` there is nothing to compare with: whoever opens the file so may replace it. */
  constructor(
    private readonly database: Database,
    { path, made }: DatabaseFile,
  ) {
    this.#file = made === undefined ? null : new KeptFile(path, made, false);
    this.#timer = setInterval(() => this.#look(), fileLookMs);
    this.#timer.unref();
  }

  /** What has become of the file; null while it is where it was. */
  get trouble(): string | null {
    return this.#trouble;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const trouble = this.#file?.trouble() ?? null;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.database.run(`PRAGMA query_only = ${trouble === null ? 'OFF' : 'ON'}`);
  }
}
