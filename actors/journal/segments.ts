/**
 * The segments of an embedded journal, in order. There is one, until its log is too large and a reader that does not
 * end keeps it from being emptied: then the journal goes on in a new file, and the log of the old one grows no more.
 *
 * How one segment comes to follow another, in this order, within one transaction on the old one, so that nobody else
 * writes that meanwhile:
 * 1. The new file is made: it knows which entry of each partition is the last before it. Nothing leads to it yet;
 *    whoever dies now leaves a file without entries, which nobody ever reads.
 * 2. The old one is told where it is continued, which also makes it refuse entries. From the commit on it never
 *    changes, so what the new one knows of it stays true.
 * No entry is in the new segment before that commit is durable, for nobody finds it earlier.
 */
import { Database } from 'bun:sqlite';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Sequence } from '../events.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
import { makeSegment, removeSegment } from './make-segment.ts';
import { type NextSegment, Segment } from './segment.ts';
import { freePath, laterFiles, type MadeFiles } from './segment-names.ts';
import { codeOf, sqliteCode } from './sqlite-open.ts';

export interface SegmentsOptions {
  write: boolean;
  /** A writer makes a missing journal, with this many partitions. */
  make?: number | undefined;
  /** Opens these files alone, and those that were made after them. */
  made?: MadeFiles | undefined;
  /** Called with each segment before it is used. */
  opened?(segment: Segment): void;
}

export class Segments {
  /** In order; the last takes the entries, unless another writer has gone on meanwhile. */
  readonly all: Segment[] = [];

  /**
   * @throws JournalMisconfigured when a file is no journal's, is missing, or belongs to another.
   * @throws JournalUnavailable
   */
  constructor(
    path: string,
    private readonly options: SegmentsOptions,
  ) {
    const { write, make, made } = options;
    if (make !== undefined && !existsSync(path)) mustHaveNone(path);
    try {
      this.#add(new Segment(path, { write, make, made: made?.first }));
      while (this.follow());
      this.#mustBeAll();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get first(): Segment {
    return this.all[0]!;
  }

  get newest(): Segment {
    return this.all.at(-1)!;
  }

  /** The segment that has an entry, or will have it, and its last entry of that partition; null in the newest. */
  holding(partition: number, sequence: Sequence): { segment: Segment; end: Sequence | null } {
    let index = this.all.length - 1;
    while (index > 0 && this.all[index]!.before(partition) >= sequence) index--;
    const next = this.all[index + 1];
    return { segment: this.all[index]!, end: next?.before(partition) ?? null };
  }

  /**
   * Opens the segment in which the newest is continued. False where it is not, or in a log, whose entries are not here.
   * @throws as the constructor does.
   */
  follow(): boolean {
    const next = this.newest.next();
    if (next === null || extname(next.file) !== extname(this.first.path)) return false;
    this.#add(this.#open(next));
    return true;
  }

  /**
   * Goes on in a new segment. False where another writer was first.
   * @throws where that is not possible: the journal stays where it is.
   */
  goOn(): boolean {
    const old = this.newest;
    old.begin();
    if (old.next() !== null) {
      old.rollBack();
      return false;
    }
    let path: string | null = null;
    try {
      path = freePath(this.first.path, old.name);
      const before = Array.from({ length: old.partitions }, (_, p) => old.last(p));
      const id = randomUUID();
      makeSegment(path, { id, before });
      old.continueIn({ file: basename(path), id });
      old.commit();
    } catch (cause) {
      // After any other failure of a commit a restart may find it in the log, and then needs the file.
      const undone = old.rollBack() || codeOf(cause) === sqliteCode.full;
      if (undone && path !== null) removeSegment(path);
      throw cause;
    }
    return true;
  }

  close(): void {
    for (const segment of this.all) segment.close();
  }

  #add(segment: Segment): void {
    try {
      this.options.opened?.(segment);
    } catch (error) {
      segment.close();
      throw error;
    }
    this.all.push(segment);
  }

  #open({ file, id }: NextSegment): Segment {
    const { newest, first } = this;
    const path = join(dirname(first.path), file);
    const { write, made } = this.options;
    if (!existsSync(path)) {
      const what = `${newest.path} goes on in ${path}, which is missing: put it back`;
      throw made === undefined ? new JournalMisconfigured(what) : new JournalUnavailable(what);
    }
    const segment = new Segment(path, { write, made: made?.later[file] });
    const trouble = this.#troubleWith(segment, id);
    if (trouble === null) return segment;
    segment.close();
    throw new JournalMisconfigured(trouble);
  }

  #troubleWith(segment: Segment, id: string): string | null {
    const { newest } = this;
    if (segment.id !== id || segment.partitions !== newest.partitions) {
      return `${segment.path} is another file than the one in which ${newest.path} goes on`;
    }
    for (let partition = 0; partition < newest.partitions; partition++) {
      if (hasMore(newest, partition, segment.before(partition))) {
        return `${newest.path} has entries of partition ${partition} that ${segment.path} does not follow`;
      }
    }
    return null;
  }

  /** A segment with entries that nothing leads to: an older copy was put where the one was that led there. */
  #mustBeAll(): void {
    const others = laterFiles(this.first.path).filter((path) => !this.#has('path', path));
    for (const path of others) {
      const id = idWithEntries(path);
      if (id === null) continue;
      // Another writer may have gone on since this one looked.
      while (this.follow());
      if (this.#has('id', id)) continue;
      throw new JournalMisconfigured(
        `${path} has entries, but ${this.newest.path} does not go on there: one of them is an older copy, or of another journal`,
      );
    }
  }

  #has(key: 'path' | 'id', value: string): boolean {
    return this.all.some((segment) => segment[key] === value);
  }
}

/** False as well where the file is damaged, or has less: who reads what is missing finds that. */
function hasMore(segment: Segment, partition: number, last: Sequence): boolean {
  try {
    return segment.last(partition) > last;
  } catch {
    return false;
  }
}

/** A missing first file is not made anew where later ones have entries. */
function mustHaveNone(first: string): void {
  const later = laterFiles(first).find((path) => idWithEntries(path) !== null);
  if (later === undefined) return;
  throw new JournalMisconfigured(`${first} is missing, and ${later} goes on from it: put it back`);
}

/** The id of a later segment that has entries; null for what is none: any file may be called like one. */
function idWithEntries(path: string): string | null {
  let database: Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const statement = database.prepare<{ id: string }, []>(
      `SELECT value AS id FROM journal_meta WHERE key = 'id' AND EXISTS (SELECT 1 FROM journal)`,
    );
    const found = statement.get();
    statement.finalize();
    return found?.id ?? null;
  } catch {
    return null;
  } finally {
    database?.close();
  }
}
