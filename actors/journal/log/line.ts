/**
 * What a log file holds, line by line: first what the file is, then entries, then nothing but line ends, up to the length
 * at which it was made. So any tool that reads JSON lines reads it, and an append changes no length.
 *
 * The first line of each append begins with a space. Whatever follows a line that is none is what is left of an
 * append that was never acknowledged, unless another append follows: then the file is damaged.
 */

export const lineEnd = 0x0a;
export const space = 0x20;
const closingBrace = 0x7d;
const zero = 0x30;

/** How every entry begins; see `codec.ts`. */
const beforePartition = Buffer.from('{"v":1,"partition":');
const beforeSequence = Buffer.from(',"seq":');

/** Where an entry stands in its file. */
export interface EntryLine {
  partition: number;
  sequence: number;
  /** Where the line begins. */
  start: number;
  /** In bytes, without the space before it and the line's end. */
  offset: number;
  length: number;
}

/**
 * Reads whose entry a line is, without parsing it: the line from `start` to `end`, of bytes that begin at `offset` of
 * their file. Null where it cannot be a whole entry. Hot: runs once for each entry of a start.
 */
export function entryLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): EntryLine | null {
  const from = bytes[start] === space ? start + 1 : start;
  if (bytes[end - 1] !== closingBrace) return null;
  const reader = new HeadReader(bytes, from, end);
  const partition = reader.skips(beforePartition) ? reader.number() : -1;
  const sequence = partition >= 0 && reader.skips(beforeSequence) ? reader.number() : -1;
  if (sequence < 1) return null;
  return { partition, sequence, start: offset + start, offset: offset + from, length: end - from };
}

/** Whether bytes are those of an entry of that partition with that number. */
export function isEntryOf(bytes: Uint8Array, partition: number, sequence: number): boolean {
  const line = entryLine(bytes, 0, bytes.length, 0);
  return line?.partition === partition && line.sequence === sequence && !bytes.includes(lineEnd);
}

class HeadReader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {}

  skips(text: Uint8Array): boolean {
    if (this.at + text.length > this.end) return false;
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[this.at + index] !== text[index]) return false;
    }
    this.at += text.length;
    return true;
  }

  /** -1 where there is none. */
  number(): number {
    const start = this.at;
    let value = 0;
    for (; this.at < this.end; this.at++) {
      const digit = this.bytes[this.at]! - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    return this.at > start && value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }
}
