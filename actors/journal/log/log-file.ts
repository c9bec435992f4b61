/** One file of a journal's log, for those who read it; `log-writer.ts` writes the last one of each stream. */
import { closeSync, openSync } from 'node:fs';
import type { Sequence } from '../../events.ts';
import type { StoredEntry } from '../journal.ts';
import { EntryIndex, type RunRange } from './entry-index.ts';
import { type KeptIndex, keepIndex, readIndex } from './kept-index.ts';
import { type EntryLine, isEntryOf } from './line.ts';
import { type LogHeader, readHeader } from './log-header.ts';
import type { LogName } from './log-names.ts';
import { readAt, Scan } from './scan.ts';

/** Bytes read at once: entries that follow each other are read together. */
const pageBytes = 128 * 1024;
/** Of what is read together so much may be other partitions'. */
const othersShare = 0.5;

/** What is not read again is worth an index. */
const keepBytes = 1024 * 1024;

export class LogFile {
  readonly path: string;
  readonly header: LogHeader;
  readonly #file: number;
  readonly #from: number;
  /** Null where only the ranges of the runs are known. */
  #index: EntryIndex | null = null;
  #scan: Scan | null = null;
  #ranges: readonly RunRange[] = [];
  #sealed = false;
  /** Up to where it is kept where the entries stand. */
  #keptTo = 0;

  /** @throws JournalMisconfigured where it is no journal's. */
  constructor(readonly name: LogName) {
    this.path = name.path;
    this.#file = openSync(name.path, 'r');
    try {
      const { header, end } = readHeader(name.path, this.#file);
      this.header = header;
      this.#from = end;
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /** Without gaps between their numbers, the entries that the file is known to have. */
  get runs(): readonly RunRange[] {
    return this.#index?.runs ?? this.#ranges;
  }

  /** Whether no entry will be added: another file follows. */
  get isSealed(): boolean {
    return this.#sealed;
  }

  /** Where the next line will begin, as far as the file was read. */
  get end(): number {
    return this.#scan?.end ?? this.#from;
  }

  /** Offsets of what is no entry, although entries follow. */
  get damaged(): readonly number[] {
    return this.#scan?.damaged ?? [];
  }

  /** Finds entries that were added. */
  refresh(): void {
    if (this.#sealed) return;
    if (this.#scan === null) this.#begin(readIndex(this.path, this.#file));
    this.#scan!.run();
  }

  /** Its writer has added an entry. Hot path. */
  wrote(line: Omit<EntryLine, 'start'>): void {
    this.#index!.add(line);
    this.#scan!.end = line.offset + line.length + 1;
  }

  /** Another file follows: what the file has now is all. Whoever writes keeps where its entries stand. */
  seal(mayWrite: boolean): void {
    const kept = this.#scan === null ? readIndex(this.path, this.#file) : null;
    if (kept?.isWhole === true) this.#index = kept.index;
    else {
      if (this.#scan === null) this.#begin(kept);
      this.#scan!.run();
      if (mayWrite) this.#keep(true);
    }
    this.#ranges = this.#index!.runs.map(({ partition, first, last }) => ({
      partition,
      first,
      last,
    }));
    this.#sealed = true;
    this.forget();
  }

  /** Keeps where the entries of a file stand that may grow, if that saves more than it takes. */
  keep(): void {
    if (!this.#sealed && this.end - this.#keptTo >= keepBytes) this.#keep(false);
  }

  /** Drops from memory where the entries of a sealed file stand: they can be found again. */
  forget(): void {
    if (!this.#sealed) return;
    this.#index = null;
    this.#scan = null;
  }

  /** Entries of a partition from a number on, as many as are read at once; null where the file does not have it. */
  page(partition: number, from: Sequence): StoredEntry[] | null {
    this.#index ??= this.#found();
    const page = this.#pageBy(this.#index, partition, from);
    if (page?.every(({ sequence, bytes }) => isEntryOf(bytes, partition, sequence)) === true)
      return page;
    // What was read as written may have been taken back, and what is kept beside the file may be wrong.
    this.#index = this.#scanned();
    return this.#pageBy(this.#index, partition, from);
  }

  #pageBy(index: EntryIndex, partition: number, from: Sequence): StoredEntry[] | null {
    const run = index.find(partition, from);
    if (run === null) return null;
    const start = run.offsetOf(from);
    let last = from;
    let wanted = run.lengthOf(from);
    let end = start + wanted;
    while (last < run.last) {
      const next = run.offsetOf(last + 1) + run.lengthOf(last + 1);
      wanted += run.lengthOf(last + 1);
      if (next - start > pageBytes || wanted < (next - start) * othersShare) break;
      last++;
      end = next;
    }
    const bytes = readAt(this.#file, start, end - start);
    const entries: StoredEntry[] = [];
    for (let sequence = from; sequence <= last; sequence++) {
      const at = run.offsetOf(sequence) - start;
      entries.push({ sequence, bytes: bytes.subarray(at, at + run.lengthOf(sequence)) });
    }
    return entries;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Where the entries of a sealed file stand. */
  #found(): EntryIndex {
    const kept = readIndex(this.path, this.#file);
    return kept?.isWhole === true ? kept.index : this.#scanned();
  }

  /** Where the entries stand, by the file itself. */
  #scanned(): EntryIndex {
    this.#begin(null);
    this.#scan!.run();
    return this.#index!;
  }

  /** Reads on from where it was indexed, or from the beginning. */
  #begin(kept: KeptIndex | null): void {
    this.#index = kept?.index ?? new EntryIndex();
    this.#keptTo = kept?.end ?? this.#from;
    this.#scan = new Scan(this.#file, this.#index, this.#keptTo);
  }

  #keep(isWhole: boolean): void {
    keepIndex(this.path, this.#file, { end: this.end, isWhole, index: this.#index! });
    this.#keptTo = this.end;
  }
}
