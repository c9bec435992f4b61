/**
 * The files of a log, as its readers know them. Which stream a partition's entries are in may have changed, with the
 * number of actor threads; their numbers say in which order they are read.
 */
import { statSync } from 'node:fs';
import type { Sequence } from '../../events.ts';
import { JournalMisconfigured, type StoredEntry } from '../journal.ts';
import { LogFile } from './log-file.ts';
import type { Before, LogHeader } from './log-header.ts';
import { type LogName, logName, logNames } from './log-names.ts';

/** Files of which it is kept in memory where their entries stand, besides those that grow. */
const indexesMax = 4;

export interface LogFolderOptions {
  /** Whether to keep where the entries of a file stand, once nothing is added to it. */
  mayWrite: boolean;
  /** Called with each file before it is read. @throws where that is not the file it should be */
  opened?(name: LogName): void;
}

export class LogFolder {
  /** By stream, then by number. */
  readonly files: LogFile[] = [];
  /** Files whose index was used last, the newest at the end. */
  readonly #used: LogFile[] = [];

  /** @throws JournalMisconfigured where a file is none of the journal's. */
  constructor(
    readonly path: string,
    private readonly options: LogFolderOptions,
  ) {
    try {
      for (const name of logNames(path)) this.#add(name);
      for (const file of this.files) if (this.#next(file) !== null) file.seal(options.mayWrite);
      this.refresh();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Null where there is no file. */
  get header(): LogHeader | null {
    return this.files[0]?.header ?? null;
  }

  get before(): Before | null {
    return this.header?.before ?? null;
  }

  /** The last file of a stream; null where it has none. */
  newest(stream: number): LogFile | null {
    return this.files.findLast(({ name }) => name.stream === stream) ?? null;
  }

  /** The last entry of a partition, as far as was read. */
  last(partition: number): Sequence {
    let last = this.before?.last[partition] ?? 0;
    for (const { runs } of this.files) {
      for (const run of runs) if (run.partition === partition) last = Math.max(last, run.last);
    }
    return last;
  }

  /** Finds entries, and files, that were added. */
  refresh(): void {
    for (let index = 0; index < this.files.length; index++) {
      const file = this.files[index]!;
      if (file.isSealed) continue;
      // Asked for before the file is read: whoever made the next one adds nothing to this one.
      const next = this.#added(file);
      file.refresh();
      if (next === null) continue;
      file.seal(this.options.mayWrite);
      this.#add(next, index + 1);
    }
  }

  /** Entries of a partition from a number on, as many as are read at once; null where no file has the first. */
  page(partition: number, sequence: Sequence): StoredEntry[] | null {
    for (let index = this.files.length - 1; index >= 0; index--) {
      const file = this.files[index]!;
      const has = file.runs.some(
        (run) => run.partition === partition && run.first <= sequence && sequence <= run.last,
      );
      if (!has) continue;
      this.#use(file);
      const page = file.page(partition, sequence);
      if (page !== null) return page;
    }
    return null;
  }

  close(): void {
    if (this.options.mayWrite) for (const file of this.files) file.keep();
    for (const file of this.files) file.close();
  }

  #use(file: LogFile): void {
    if (!file.isSealed || this.#used.at(-1) === file) return;
    const at = this.#used.indexOf(file);
    if (at >= 0) this.#used.splice(at, 1);
    this.#used.push(file);
    if (this.#used.length > indexesMax) this.#used.shift()!.forget();
  }

  /** The next file of a stream among those that are open. */
  #next({ name }: LogFile): LogFile | null {
    const isNext = (file: LogFile) =>
      file.name.stream === name.stream && file.name.number > name.number;
    return this.files.find(isNext) ?? null;
  }

  /** The next file of a stream that was made meanwhile. */
  #added({ name }: LogFile): LogName | null {
    const next = logName(this.path, name.stream, name.number + 1);
    return statSync(next.path, { throwIfNoEntry: false }) === undefined ? null : next;
  }

  #add(name: LogName, at = this.files.length): void {
    this.options.opened?.(name);
    const file = new LogFile(name);
    this.files.splice(at, 0, file);
    const { header } = this;
    if (file.header.id !== header!.id || file.header.partitions !== header!.partitions) {
      throw new JournalMisconfigured(
        `${name.path} is of another journal than ${this.files[0]!.path}`,
      );
    }
  }
}
