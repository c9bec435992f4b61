/**
 * Keeps an eye on the files of an open journal. Who writes into a file does not notice that it was deleted, moved or
 * replaced: it would go on acknowledging entries that nobody can find again.
 */
import { dirname } from 'node:path';
import type { KeptFile } from '../kept-file.ts';
import { fileLookMs } from '../limits.ts';

export class JournalFiles {
  readonly #files: KeptFile[] = [];
  readonly #timer: Timer;
  #trouble: string | null = null;

  /** @param report - called with each loss and return of the files, in words. */
  constructor(private readonly report: (state: string) => void) {
    this.#timer = setInterval(() => this.look(), fileLookMs);
    this.#timer.unref();
  }

  /** From now on looks at a file. */
  keep(file: KeptFile): void {
    this.#files.push(file);
  }

  /** Why nothing may be written or read now; null while the files are where they were. Hot path. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Looks at once. */
  look(): void {
    const found = this.#files.map((file) => file.trouble()).find((trouble) => trouble !== null);
    const trouble = found ?? null;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble === null) this.report('its files are back');
    else this.report(`${trouble}; nothing more is written. ${this.#rescue()}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Tells an operator how to get back what was acknowledged. */
  #rescue(): string {
    const copies = this.#files.map((file) => {
      const open = file.stillOpenAs();
      return open === null ? null : `cp ${open} ${file.path}`;
    });
    const folders = [...new Set(this.#files.map(({ path }) => `mkdir -p ${dirname(path)}`))];
    if (copies.includes(null)) return 'Put it back, or restore a copy and start again';
    return `Put it back; or, while this process lives, save what it holds (${[...folders, ...copies].join(' && ')}), and start again`;
  }
}
