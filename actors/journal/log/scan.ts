/** Reads a log file from where it was read before, and finds where its entries stand. */
import { readSync } from 'node:fs';
import { entryBytesMax } from '../../limits.ts';
import type { EntryIndex } from './entry-index.ts';
import { type EntryLine, entryLine, lineEnd, space } from './line.ts';

/**
 * Read at once: at first what an engine adds between two looks, then more, and where a line does not fit more than the
 * longest takes.
 */
const firstBytes = 16 * 1024;
const stepBytes = 256 * 1024;
const chunkBytes = 2 * 1024 * 1024;
if (chunkBytes < entryBytesMax + 2) throw new Error('a line must fit into what is read at once');

export class Scan {
  /** The offset at which the next line begins. */
  end: number;
  /** Lines of the last append, which are not in the index yet. */
  #open: EntryLine[] = [];
  /** Offsets of lines that are no entries, although appends follow. */
  readonly damaged: number[] = [];

  constructor(
    private readonly file: number,
    private readonly index: EntryIndex,
    from: number,
  ) {
    this.end = from;
  }

  /** Reads on, as far as there are whole lines. */
  run(): void {
    for (let size = firstBytes; size > 0; ) size = this.#read(size);
    this.#close(true);
  }

  /** Reads so many bytes, and returns how many to read next; 0 where there is nothing more. */
  #read(size: number): number {
    const bytes = scratch(this.file, this.end, size);
    const used = this.#lines(bytes);
    this.end += used;
    const ends = bytes.length < size;
    if (bytes.length === used ? ends : bytes[used] === lineEnd) return 0;
    // What ends in the middle of a line is read again from there.
    if (!ends && used > 0) return stepBytes;
    if (!ends && size < chunkBytes) return chunkBytes;
    return this.#passOver() ? stepBytes : 0;
  }

  /** Takes the lines of a chunk, and returns how many bytes that are. */
  #lines(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && bytes[at] !== lineEnd) {
      const end = bytes.indexOf(lineEnd, at);
      const line = end < 0 ? null : entryLine(bytes, at, end, this.end);
      if (line === null) break;
      if (bytes[at] === space) this.#close(false);
      this.#open.push(line);
      at = end + 1;
    }
    return at;
  }

  /**
   * Puts the lines of an append into the index. Nothing vouches for those of the last one: they are parsed, and what
   * is not whole was never acknowledged, with all that comes after it.
   */
  #close(isLast: boolean): void {
    for (const line of this.#open) {
      if (isLast && !isWhole(readAt(this.file, line.offset, line.length))) {
        this.end = line.start;
        break;
      }
      if (!this.index.add(line)) this.damaged.push(line.offset);
    }
    this.#open = [];
  }

  /**
   * Where an append follows what is no line, that was acknowledged, with what comes after it: goes on at the next
   * line. False where none follows.
   */
  #passOver(): boolean {
    const append = this.#next(true);
    if (append === null) return false;
    this.damaged.push(this.end);
    this.end = this.#next(false) ?? append;
    return true;
  }

  /** Where the next whole line begins after what is none, or the next append. */
  #next(append: boolean): number | null {
    for (let from = this.end; ; from += chunkBytes - entryBytesMax - 2) {
      const bytes = scratch(this.file, from, chunkBytes);
      for (let at = lineAfter(bytes, 0); at >= 0; at = lineAfter(bytes, at)) {
        const end = bytes.indexOf(lineEnd, at);
        if (end < 0 || (append && bytes[at] !== space)) continue;
        if (entryLine(bytes, at, end, from) === null || !isWhole(bytes.subarray(at, end))) continue;
        return from + at;
      }
      if (bytes.length < chunkBytes) return null;
    }
  }
}

/** Where the next line begins that is not empty, after a place; -1 where there is none. */
function lineAfter(bytes: Buffer, after: number): number {
  let at = bytes.indexOf(lineEnd, after) + 1;
  if (at === 0) return -1;
  while (bytes[at] === lineEnd) at++;
  return at < bytes.length ? at : -1;
}

function isWhole(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** The bytes at an offset; fewer where the file ends. */
export function readAt(file: number, offset: number, length: number): Buffer {
  return readInto(Buffer.allocUnsafe(length), file, offset, length);
}

/** What a thread scans with: it would keep the memory of every new buffer. */
let kept = Buffer.alloc(0);

/** As `readAt`; valid until the next call. */
function scratch(file: number, offset: number, length: number): Buffer {
  if (kept.length < length) kept = Buffer.alloc(length);
  return readInto(kept, file, offset, length);
}

function readInto(bytes: Buffer, file: number, offset: number, length: number): Buffer {
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, offset + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
