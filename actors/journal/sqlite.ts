/**
 * A journal of a release before 0.6.0, which is only read: a SQLite file, or several of which each goes on where the one
 * before ends (`segments.ts`).
 */
import type { Sequence } from '../events.ts';
import { EmbeddedJournal } from './embedded.ts';
import {
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  type StoredEntry,
} from './journal.ts';
import type { Segment } from './segment.ts';
import { Segments } from './segments.ts';
import { codeOf, messageOf, openError, sqliteCode } from './sqlite-open.ts';

/** Entries read at once: as many as there are in about so many bytes, by those that came before. */
const pageBytes = 128 * 1024;
const pageEntriesFirst = 8;
const pageEntriesMax = 512;

export class SqliteJournal extends EmbeddedJournal {
  readonly #path: string;
  readonly #segments: Segments;

  /**
   * @param partitions - with which it must have been made
   * @throws JournalMisconfigured when the file is another journal, or none, or when one that it goes on in is missing.
   * @throws JournalUnavailable when it cannot be opened.
   */
  constructor(path: string, partitions: number) {
    super();
    this.#path = path;
    try {
      this.#segments = new Segments(path, { write: false });
    } catch (cause) {
      throw openError(path, cause);
    }
    const made = this.#segments.first.partitions;
    if (made === partitions) return;
    this.#segments.close();
    throw new JournalMisconfigured(
      `${path} was made with ${made} partitions and cannot be opened with ${partitions}`,
    );
  }

  append(): Promise<Sequence> {
    return Promise.reject(new JournalUnavailable('a journal in SQLite takes no more entries'));
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

  /** Nothing is promised here that could be found broken. */
  probe(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#segments.close();
  }

  #query<T>(partition: number, sequence: Sequence, segment: Segment, query: () => T): T {
    try {
      return query();
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== sqliteCode.corrupt && code !== sqliteCode.notADatabase) {
        throw new JournalUnavailable(`the journal cannot be read: ${messageOf(cause)}`, { cause });
      }
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
