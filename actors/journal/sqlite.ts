/**
 * The embedded journal: a SQLite file, or several of which each goes on where the one before ends (`segments.ts`).
 *
 * All appends that a thread makes in one turn, over all its partitions, share one commit.
 */
import type { Sequence } from '../events.ts';
import { partitionsMax } from '../limits.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import {
  Fenced,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  type OpenedJournal,
  OutcomeUnknown,
  type StoredEntry,
} from './journal.ts';
import { JournalFiles } from './journal-files.ts';
import type { Segment } from './segment.ts';
import { SegmentLogs } from './segment-logs.ts';
import type { MadeFiles } from './segment-names.ts';
import { Segments } from './segments.ts';
import { codeOf, messageOf, openError, sqliteCode } from './sqlite-open.ts';

/** Entries read at once: as many as there are in about so many bytes, by those that came before. */
const pageBytes = 128 * 1024;
const pageEntriesFirst = 8;
const pageEntriesMax = 512;

/** A writer says how many partitions the journal has, for when it is made; a reader need not. */
export type SqliteJournalOptions = (
  | { partitions: number; readonly?: boolean }
  | { partitions?: number; readonly: true }
) & {
  /** Opens these very files, and those in which they were continued since, and makes none. */
  made?: MadeFiles;
  /** Called with each loss and return of a writer's files, and when it goes on in another, in words. */
  report?: ((state: string) => void) | undefined;
  /** How large a log that cannot be emptied may be before the journal goes on in a new file. */
  logBytesMax?: number;
};

interface Append {
  partition: number;
  expectedLast: Sequence;
  entry: Uint8Array;
  resolve(sequence: Sequence): void;
  reject(error: Error): void;
}

export class SqliteJournal implements OpenedJournal {
  /** A commit blocks its thread, so a second append could never overtake or join it. */
  readonly appendsInFlight = 1;

  /** No one else keeps the file. */
  readonly mayHeal = false;
  readonly copies = null;

  /** One engine alone may write here, and its other threads read what they need when they need it. */
  readonly followed = null;

  /** Partitions the journal was made with. */
  readonly partitions: number;

  readonly #path: string;
  readonly #segments: Segments;
  /** Both null for a reader, which promises nothing. */
  readonly #files: JournalFiles | null = null;
  readonly #logs: SegmentLogs | null;
  #waiting: Append[] = [];
  #closed = false;

  /**
   * Opens the journal in a file; a writer makes a missing one.
   * @throws JournalMisconfigured when the file is another journal, or none, or when one that it goes on in is missing.
   * @throws JournalUnavailable when it cannot be opened.
   */
  constructor(path: string, options: SqliteJournalOptions) {
    const { partitions: wanted, readonly = false, made, report = () => undefined } = options;
    this.#path = path;
    if (wanted !== undefined && !(wanted >= 1 && wanted <= partitionsMax)) {
      throw new JournalMisconfigured(
        `a journal has 1 to ${partitionsMax} partitions, not ${wanted}`,
      );
    }
    try {
      this.#files = readonly ? null : new JournalFiles(report);
      const make = readonly ? undefined : wanted;
      const opened = (segment: Segment) => this.#files?.watch(segment);
      this.#segments = new Segments(path, { write: !readonly, make, made, opened });
      this.partitions = this.#segments.first.partitions;
      if (wanted !== undefined && wanted !== this.partitions) {
        this.#segments.close();
        throw new JournalMisconfigured(
          `${path} was made with ${this.partitions} partitions and cannot be opened with ${wanted}`,
        );
      }
      this.#logs = readonly ? null : new SegmentLogs(this.#segments, report, options.logBytesMax);
    } catch (cause) {
      this.#files?.stop();
      throw openError(path, cause);
    }
  }

  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    if (this.#closed) return Promise.reject(unavailable('it is closed'));
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#commit());
      this.#waiting.push({ partition, expectedLast, entry, resolve, reject });
    });
  }

  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    let entries = pageEntriesFirst;
    for (let next = from; ; ) {
      const { segment, end } = this.#segments.holding(partition, next);
      const upTo = end ?? Number.MAX_SAFE_INTEGER;
      const read = () => segment.page(partition, next, upTo, entries);
      const page = this.#query(partition, next, segment, read);
      let bytes = 0;
      for (const { seq, body } of page) {
        if (seq !== next) throw new JournalCorrupt(partition, next, `missing: ${seq} comes next`);
        bytes += body.byteLength;
        yield { sequence: seq, bytes: body };
        next++;
      }
      if (page.length < entries) {
        if (end !== null && next <= end) throw missingAtEnd(partition, next, segment, end);
        if (end === null && !this.#query(partition, next, segment, () => this.#segments.follow()))
          return;
      }
      const fitting = Math.floor((entries * pageBytes) / Math.max(1, bytes));
      entries = Math.max(1, Math.min(pageEntriesMax, fitting));
    }
  }

  async last(partition: number): Promise<Sequence> {
    return this.#query(partition, 0, this.#segments.newest, () => {
      while (this.#segments.follow());
      return this.#segments.newest.last(partition);
    });
  }

  answeredBy(): string {
    return this.#path;
  }

  snapshots(folder: string): SnapshotStore {
    return new SnapshotFiles(folder);
  }

  acknowledgement(): { text: string } {
    const text =
      'SQLite: an acknowledged entry is on the disk of this machine; it survives the end of the process and a power cut, and is lost with the disk.';
    return { text };
  }

  /**
   * Only a commit finds out about a disk, and it reports that; that the files are gone can be seen. Whoever writes
   * probes now and then, and so empties what grows no more.
   */
  async probe(): Promise<void> {
    this.#files?.look();
    this.#mustBeThere();
    this.#logs?.tidy();
  }

  async close(): Promise<void> {
    this.#commit();
    this.#closed = true;
    this.#files?.stop();
    this.#segments.close();
  }

  #commit(): void {
    const appends = this.#waiting;
    if (appends.length === 0) return;
    this.#waiting = [];
    let stored: boolean[] | null = null;
    try {
      this.#mustBeThere();
      while (stored === null) stored = this.#insert(appends);
    } catch (cause) {
      this.#segments.newest.rollBack();
      for (const append of appends) append.reject(unavailable(cause));
      return;
    }
    const { newest } = this.#segments;
    try {
      newest.commit();
    } catch (cause) {
      // Without room not even the commit's last frame was written; after any other error, such as a
      // failed fdatasync, the log may hold the whole commit, and a restart may find it there.
      const undone = newest.rollBack() || codeOf(cause) === sqliteCode.full;
      for (const append of appends) append.reject(undone ? unavailable(cause) : unknown(cause));
      return;
    }
    let bytes = 0;
    for (const [index, append] of appends.entries()) {
      bytes += append.entry.byteLength;
      if (stored[index]) append.resolve(append.expectedLast + 1);
      else append.reject(new Fenced(append.partition, append.expectedLast));
    }
    this.#logs!.wrote(appends.length, bytes);
  }

  /**
   * Inserts entries in a transaction on the newest segment, and says which were not fenced. Null where that one is
   * continued: then the next one is the newest, and nothing was inserted.
   */
  #insert(appends: readonly Append[]): boolean[] | null {
    const { newest } = this.#segments;
    newest.begin();
    try {
      const stored = appends.map((a) => newest.insert(a.partition, a.expectedLast, a.entry));
      // The entry that is expected to be the last may be one of a later segment.
      if (!stored.includes(false) || newest.next() === null) return stored;
    } catch (cause) {
      if (!newest.isContinued(cause)) throw cause;
    }
    newest.rollBack();
    if (!this.#segments.follow())
      throw new JournalUnavailable(`${newest.path} goes on in a log, and takes no more entries`);
    return null;
  }

  get #lost(): boolean {
    return this.#files !== null && this.#files.trouble !== null;
  }

  #mustBeThere(): void {
    if (this.#lost) throw new JournalUnavailable(this.#files!.trouble!);
  }

  #query<T>(partition: number, sequence: Sequence, segment: Segment, query: () => T): T {
    try {
      this.#mustBeThere();
      return query();
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== sqliteCode.corrupt && code !== sqliteCode.notADatabase) throw unreadable(cause);
      throw new JournalCorrupt(
        partition,
        sequence,
        `${segment.path} is damaged: ${messageOf(cause)}`,
      );
    }
  }
}

function missingAtEnd(
  partition: number,
  sequence: Sequence,
  { path }: Segment,
  end: Sequence,
): JournalCorrupt {
  return new JournalCorrupt(
    partition,
    sequence,
    `missing: ${path} ends before it, and the next file begins after ${end}`,
  );
}

function unavailable(cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`the journal took nothing: ${messageOf(cause)}`, { cause });
}

function unreadable(cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`the journal cannot be read: ${messageOf(cause)}`, { cause });
}

function unknown(cause: unknown): OutcomeUnknown {
  return new OutcomeUnknown(`the commit failed half-way: ${messageOf(cause)}`, { cause });
}
