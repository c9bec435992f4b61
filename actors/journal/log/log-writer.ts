/**
 * Writes a stream: appends to its last file, and goes on in the next when that is full. An append is one write and one
 * fdatasync within a file that was made at full length before, which is the least a disk can be asked for: no length
 * changes, and nothing but the entries is written.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { entryBytesMax, logFileBytesFirst, logFileBytesMax } from '../../limits.ts';
import { sync } from '../../sync.ts';
import { JournalUnavailable, OutcomeUnknown } from '../journal.ts';
import { lineEnd, space } from './line.ts';
import { headerText, type LogHeader } from './log-header.ts';
import { type LogName, logName } from './log-names.ts';
import { NextFile } from './next-file.ts';

const beginsAppend = Buffer.from([space]);
const endsLine = Buffer.from([lineEnd]);
/** Written at once where lines are taken back. */
const blank = Buffer.alloc(64 * 1024, lineEnd);

/** When to try again to make the next file. */
const retryMs = 1_000;

/** An entry as it was appended. */
interface Written {
  offset: number;
  length: number;
}

export class LogWriter {
  #name: LogName;
  #file: number;
  /** Where the next append begins, and up to where there is something after it that was not acknowledged. */
  #at: number;
  #dirtyTo: number;
  /** Bytes of the file as it was made. */
  #bytes: number;
  #next: NextFile | null = null;
  /** When to try again to go on in it, by `performance.now`. */
  #retryAt = 0;

  /**
   * @param end - where the file's entries end: what comes after was never acknowledged
   * @throws whatever the file system does
   */
  constructor(
    name: LogName,
    end: number,
    private readonly header: LogHeader,
    private readonly folder: string,
  ) {
    this.#name = name;
    this.#file = openSync(name.path, 'r+');
    this.#at = end;
    this.#bytes = statSync(name.path).size;
    // No append is longer, whatever became of its parts.
    this.#dirtyTo = lastOf(this.#file, end, 1 + header.partitions * (entryBytesMax + 1));
  }

  /**
   * Appends entries, which are durable when it returns. Hot path.
   * @throws JournalUnavailable when nothing was stored.
   * @throws OutcomeUnknown when a restart may find them.
   */
  append(entries: readonly Uint8Array[]): Written[] {
    this.#clean();
    const parts: Uint8Array[] = [beginsAppend];
    const written: Written[] = [];
    let at = this.#at + beginsAppend.length;
    for (const entry of entries) {
      parts.push(entry, endsLine);
      written.push({ offset: at, length: entry.length });
      at += entry.length + endsLine.length;
    }
    this.#dirtyTo = at;
    this.#write(parts, at - this.#at);
    try {
      fdatasyncSync(this.#file);
    } catch (cause) {
      throw new OutcomeUnknown(`the append was written, and not synchronized: ${cause}`, { cause });
    }
    this.#at = at;
    this.#prepareNext();
    return written;
  }

  /**
   * Goes on in the next file, if this one is full and that one is ready. False where it stays.
   * @throws where it is neither here nor there.
   */
  goOn(): boolean {
    if (this.#at < this.#bytes || this.#next?.isReady !== true) return false;
    if (performance.now() < this.#retryAt) return false;
    const next = this.#next;
    const name = logName(this.folder, this.#name.stream, this.#name.number + 1);
    try {
      renameSync(next.path, name.path);
    } catch {
      this.#retryAt = performance.now() + retryMs;
      return false;
    }
    // From here on readers expect nothing more in the file before.
    sync(this.folder);
    closeSync(this.#file);
    this.#next = null;
    this.#name = name;
    this.#file = openSync(name.path, 'r+');
    this.#at = next.start;
    this.#dirtyTo = next.start;
    this.#bytes = next.bytes;
    return true;
  }

  /** Finds out whether appends would be taken. @throws JournalUnavailable */
  probe(): void {
    this.#clean();
  }

  async close(): Promise<void> {
    closeSync(this.#file);
    await this.#next?.stop();
  }

  #write(parts: readonly Uint8Array[], bytes: number): void {
    let written = 0;
    try {
      written = writevSync(this.#file, parts, this.#at);
    } catch (cause) {
      throw new JournalUnavailable(`the journal took nothing: ${cause}`, { cause });
    }
    if (written < bytes)
      throw new JournalUnavailable(
        `the journal took ${written} of ${bytes} bytes: is its disk full?`,
      );
  }

  /** Takes back what was not acknowledged: a later append must not be read with it. */
  #clean(): void {
    if (this.#dirtyTo === this.#at) return;
    try {
      // Without room, less was written than should have been.
      const end = Math.min(this.#dirtyTo, fstatSync(this.#file).size);
      for (let at = this.#at; at < end; at += blank.length) {
        writeSync(this.#file, blank, 0, Math.min(blank.length, end - at), at);
      }
      fdatasyncSync(this.#file);
    } catch (cause) {
      throw new JournalUnavailable(`the journal takes nothing: ${cause}`, { cause });
    }
    this.#dirtyTo = this.#at;
  }

  #prepareNext(): void {
    if (2 * this.#at < this.#bytes) return;
    const { failedAt = null } = this.#next ?? {};
    if (this.#next !== null && (failedAt === null || performance.now() - failedAt < retryMs))
      return;
    const { stream, number } = this.#name;
    const path = `${logName(this.folder, stream, number + 1).path}.new`;
    this.#next = new NextFile(path, headerText(this.header), bytesOf(number + 1));
  }
}

/** How long a file is made: short ones first, for who does not sell much. */
export function bytesOf(number: number): number {
  return Math.min(logFileBytesMax, logFileBytesFirst * 2 ** (number - 1));
}

/** Where the last byte ends that is no line end, of so many after an offset. */
function lastOf(file: number, from: number, count: number): number {
  const bytes = Buffer.allocUnsafe(blank.length);
  let last = from;
  for (let at = from; at < from + count; at += blank.length) {
    const read = readSync(file, bytes, 0, bytes.length, at);
    if (bytes.compare(blank, 0, read, 0, read) !== 0)
      last = at + bytes.subarray(0, read).findLastIndex((byte) => byte !== lineEnd) + 1;
    if (read < bytes.length) break;
  }
  return last;
}
