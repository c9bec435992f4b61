/**
 * The embedded journal: a log of files (`line.ts` says what is in them), one stream of them for each actor thread. One
 * engine alone writes it, by a lock on the folder; within that the fence is what the writer knows.
 *
 * All appends that a thread makes in one turn, over all its partitions, share one write and one fdatasync.
 */
import type { Sequence } from '../../events.ts';
import { EmbeddedJournal } from '../embedded.ts';
import {
  Fenced,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  type StoredEntry,
} from '../journal.ts';
import type { JournalFiles } from '../journal-files.ts';
import type { SqliteJournal } from '../sqlite.ts';
import { isEntryOf } from './line.ts';
import type { LogFolder } from './log-folder.ts';
import { LogWriter } from './log-writer.ts';

interface Append {
  partition: number;
  expectedLast: Sequence;
  entry: Uint8Array;
  resolve(sequence: Sequence): void;
  reject(error: Error): void;
}

export interface LogJournalParts {
  folder: LogFolder;
  /** How many streams there are; null for a reader. */
  streams: number | null;
  /** The journal that this one goes on from, of a release before 0.6.0. */
  before: SqliteJournal | null;
  /** Null for a reader, which promises nothing. */
  watch: JournalFiles | null;
}

export class LogJournal extends EmbeddedJournal {
  readonly #parts: LogJournalParts;
  readonly #folder: LogFolder;
  readonly #writers = new Map<number, LogWriter>();
  /** By partition, the last entry; undefined until that is asked for. */
  readonly #last: (Sequence | undefined)[] = [];
  #waiting: Append[] = [];
  /** Why nothing more can be written until the files are opened again. */
  #stuck: JournalUnavailable | null = null;
  #closed = false;

  constructor(parts: LogJournalParts) {
    super();
    this.#parts = parts;
    this.#folder = parts.folder;
  }

  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    if (this.#closed) return Promise.reject(new JournalUnavailable('the journal is closed'));
    if (!isEntryOf(entry, partition, expectedLast + 1))
      throw new Error(`what is to be entry ${expectedLast + 1} of partition ${partition} is not`);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#commit());
      this.#waiting.push({ partition, expectedLast, entry, resolve, reject });
    });
  }

  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    let next = from;
    const { before } = this.#parts;
    const beforeLast = this.#folder.before?.last[partition] ?? 0;
    if (next <= beforeLast) {
      if (before === null) throw this.#missing(partition, next);
      for await (const entry of before.read(partition, next)) {
        if (entry.sequence > beforeLast) break;
        yield entry;
        next++;
      }
      if (next <= beforeLast) throw this.#missing(partition, next);
    }
    for (;;) {
      const page = this.#reading(() => this.#page(partition, next));
      if (page === null) return;
      for (const entry of page) {
        yield entry;
        next++;
      }
    }
  }

  async last(partition: number): Promise<Sequence> {
    return this.#reading(() => {
      this.#refresh();
      return this.#lastOf(partition);
    });
  }

  answeredBy(): string {
    return this.#folder.path;
  }

  /** Only an append finds out about a disk, and it reports that; that the files are gone can be seen. */
  async probe(): Promise<void> {
    this.#parts.watch?.look();
    this.#mustBeThere();
    for (const writer of this.#writers.values()) writer.probe();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#commit();
    this.#closed = true;
    this.#parts.watch?.stop();
    for (const writer of this.#writers.values()) await writer.close();
    this.#folder.close();
    await this.#parts.before?.close();
  }

  /** Null where there is no entry with that number yet. @throws JournalCorrupt where there are later ones */
  #page(partition: number, next: Sequence): StoredEntry[] | null {
    if (next > this.#lastOf(partition)) {
      this.#refresh();
      if (next > this.#lastOf(partition)) return null;
    }
    const page = this.#folder.page(partition, next);
    if (page === null) throw this.#missing(partition, next);
    return page;
  }

  #missing(partition: number, sequence: Sequence): JournalCorrupt {
    const damaged = this.#folder.files.find((file) => file.damaged.length > 0);
    const where =
      damaged === undefined ? '' : `: ${damaged.path} is damaged at byte ${damaged.damaged[0]}`;
    return new JournalCorrupt(partition, sequence, `missing, and later entries are there${where}`);
  }

  /** A writer knows what is added. */
  #refresh(): void {
    if (this.#parts.streams !== null) return;
    this.#folder.refresh();
    this.#last.length = 0;
  }

  #lastOf(partition: number): Sequence {
    this.#last[partition] ??= this.#folder.last(partition);
    return this.#last[partition];
  }

  #commit(): void {
    const appends = this.#waiting;
    if (appends.length === 0) return;
    this.#waiting = [];
    const streams = this.#parts.streams!;
    for (let stream = 0; stream < streams; stream++) {
      const own = appends.filter(({ partition }) => partition % streams === stream);
      if (own.length > 0) this.#write(stream, own);
    }
  }

  #write(stream: number, appends: readonly Append[]): void {
    const taken: Append[] = [];
    try {
      this.#mustBeThere();
      if (this.#stuck !== null) throw this.#stuck;
      for (const append of appends) if (this.#mayAppend(append)) taken.push(append);
      if (taken.length === 0) return;
      const writer = this.#writerOf(stream);
      const file = this.#folder.newest(stream)!;
      const written = writer.append(taken.map(({ entry }) => entry));
      for (const [index, { partition, expectedLast }] of taken.entries()) {
        file.wrote({ partition, sequence: expectedLast + 1, ...written[index]! });
      }
      this.#goOn(writer);
    } catch (error) {
      for (const append of appends) {
        if (taken.includes(append)) this.#last[append.partition] = append.expectedLast;
        append.reject(error as Error); // What is thrown here is one.
      }
      return;
    }
    for (const { expectedLast, resolve } of taken) resolve(expectedLast + 1);
  }

  /** What was stored is stored, whatever becomes of the next file: without it, nothing more is. */
  #goOn(writer: LogWriter): void {
    try {
      if (writer.goOn()) this.#folder.refresh();
    } catch (cause) {
      this.#stuck = new JournalUnavailable(`the journal cannot go on in a new file: ${cause}`, {
        cause,
      });
    }
  }

  /** Whether an append follows the last entry; else it is refused. */
  #mayAppend({ partition, expectedLast, reject }: Append): boolean {
    if (this.#lastOf(partition) !== expectedLast) {
      reject(new Fenced(partition, expectedLast));
      return false;
    }
    this.#last[partition] = expectedLast + 1;
    return true;
  }

  #writerOf(stream: number): LogWriter {
    let writer = this.#writers.get(stream);
    if (writer === undefined) {
      const { name, end, header } = this.#folder.newest(stream)!;
      try {
        writer = new LogWriter(name, end, header, this.#folder.path);
      } catch (cause) {
        throw new JournalUnavailable(`the journal cannot be written: ${cause}`, { cause });
      }
      this.#writers.set(stream, writer);
    }
    return writer;
  }

  #mustBeThere(): void {
    const trouble = this.#parts.watch?.trouble ?? null;
    if (trouble !== null) throw new JournalUnavailable(trouble);
  }

  #reading<T>(read: () => T): T {
    this.#mustBeThere();
    try {
      return read();
    } catch (cause) {
      if (cause instanceof JournalCorrupt || cause instanceof JournalMisconfigured) throw cause;
      throw new JournalUnavailable(`the journal cannot be read: ${cause}`, { cause });
    }
  }
}
