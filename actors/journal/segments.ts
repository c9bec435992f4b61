/**
 * The segments of a journal in SQLite, in order: `journal.db`, and beside it `journal-2.db`, `journal-3.db` … where it
 * went on in new files. Each says in which one it is continued; numbers may be left out.
 */
import { Database } from 'bun:sqlite';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname, join, parse } from 'node:path';
import type { Sequence } from '../events.ts';
import { JournalMisconfigured } from './journal.ts';
import { type NextFile, Segment } from './segment.ts';
import type { Opening } from './sqlite-open.ts';

export class Segments {
  /** In order; the last is the newest, unless an engine of an earlier release has gone on meanwhile. */
  readonly #all: Segment[] = [];

  /**
   * @throws JournalMisconfigured when a file is no journal's, is missing, or belongs to another.
   * @throws JournalUnavailable
   */
  constructor(
    path: string,
    private readonly opening: Opening,
  ) {
    try {
      this.#all.push(new Segment(path, opening));
      while (this.follow());
      this.#mustBeAll();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get first(): Segment {
    return this.#all[0]!;
  }

  get newest(): Segment {
    return this.#all.at(-1)!;
  }

  /** The segment that has an entry, or will have it, and its last entry of that partition; null in the newest. */
  holding(partition: number, sequence: Sequence): { segment: Segment; end: Sequence | null } {
    let index = this.#all.length - 1;
    while (index > 0 && this.#all[index]!.before(partition) >= sequence) index--;
    const next = this.#all[index + 1];
    return { segment: this.#all[index]!, end: next?.before(partition) ?? null };
  }

  /**
   * Opens the segment in which the newest is continued. False where it is not, or in a log, whose entries are not here.
   * @throws as the constructor does.
   */
  follow(): boolean {
    const next = this.newest.next();
    if (next === null || extname(next.file) !== extname(this.first.path)) return false;
    this.#all.push(this.#open(next));
    return true;
  }

  close(): void {
    for (const segment of this.#all) segment.close();
  }

  #open({ file, id }: NextFile): Segment {
    const { newest, first } = this;
    const path = join(dirname(first.path), file);
    if (!existsSync(path)) {
      throw new JournalMisconfigured(
        `${newest.path} goes on in ${path}, which is missing: put it back`,
      );
    }
    const segment = new Segment(path, this.opening);
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
    for (const path of laterFiles(this.first.path)) {
      if (this.#all.some((segment) => segment.path === path)) continue;
      const id = idWithEntries(path);
      if (id === null) continue;
      // Its writer may have gone on since this one looked.
      while (this.follow());
      if (this.#all.some((segment) => segment.id === id)) continue;
      throw new JournalMisconfigured(
        `${path} has entries, but ${this.newest.path} does not go on there: one of them is an older copy, or of another journal`,
      );
    }
  }
}

/** No journal begins where the first file of one is missing. @throws JournalMisconfigured */
export function mustHaveNoLater(first: string): void {
  const later = laterFiles(first).find((path) => idWithEntries(path) !== null);
  if (later === undefined) return;
  throw new JournalMisconfigured(`${first} is missing, and ${later} goes on from it: put it back`);
}

/** Paths of all files that are called as if they were a journal's later ones. */
function laterFiles(first: string): string[] {
  const folder = dirname(first);
  const { name: stem, ext } = parse(first);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}-`) && name.endsWith(ext))
    .filter((name) => /^([2-9]|[1-9]\d+)$/.test(name.slice(stem.length + 1, -ext.length)))
    .map((name) => join(folder, name));
}

/** False as well where the file is damaged, or has less: who reads what is missing finds that. */
function hasMore(segment: Segment, partition: number, last: Sequence): boolean {
  try {
    return segment.last(partition) > last;
  } catch {
    return false;
  }
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
