/**
 * Makes the file in which a stream will go on, while it still writes the one before: at full length, durable, in small
 * steps with rests, so that appends to the other file do not wait for the disk.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { logFillRest, logFillStepBytes } from '../../limits.ts';
import { lineEnd } from './line.ts';

const fill = Buffer.alloc(logFillStepBytes, lineEnd);

export class NextFile {
  /** Where its first entry begins. */
  readonly start: number;
  readonly #making: Promise<void>;
  #ready = false;
  #failedAt: number | null = null;
  #stopped = false;

  /** @param path - a name under which no reader looks for it */
  constructor(
    readonly path: string,
    private readonly header: string,
    readonly bytes: number,
  ) {
    this.start = Buffer.byteLength(header);
    this.#making = this.#make();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** When making it failed, by `performance.now`; null where it has not. */
  get failedAt(): number | null {
    return this.#failedAt;
  }

  /** Leaves it: nobody goes on in it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#making;
    await rm(this.path, { force: true });
  }

  /** Without room it is not ready, and the stream stays in its file. */
  async #make(): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.path, 'w', 0o600);
      await this.#fill(file);
      this.#ready = !this.#stopped;
    } catch {
      this.#failedAt = performance.now();
      await rm(this.path, { force: true }).catch(() => undefined);
    } finally {
      await file?.close();
    }
  }

  async #fill(file: FileHandle): Promise<void> {
    await file.write(this.header, 0);
    for (let at = this.start; at < this.bytes && !this.#stopped; ) {
      const startedAt = performance.now();
      const { bytesWritten } = await file.write(
        fill,
        0,
        Math.min(fill.length, this.bytes - at),
        at,
      );
      await file.datasync();
      at += bytesWritten;
      await Bun.sleep(logFillRest * (performance.now() - startedAt));
    }
  }
}

/** Makes a file at once, durable, for who has none. */
export function makeFile(path: string, header: string, bytes: number): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, header, 0);
    for (let at = Buffer.byteLength(header); at < bytes; )
      at += writeSync(file, fill, 0, Math.min(fill.length, bytes - at), at);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}
