/**
 * Beside a file of a log lies where its entries stand: `0-1.index`, written when nothing is added to the file any more, and
 * up to where it was read when it was closed. It saves reading the file for that, and says nothing that the file
 * does not: it may be deleted at any time, one that does not fit the file is not used, and an audit that reads by it
 * finds out what is wrong with it, since entries are chained.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EntryIndex, Run, type RunRange } from './entry-index.ts';
import { lineEnd } from './line.ts';
import { readAt } from './scan.ts';

interface Head {
  v: 1;
  /** Up to where the file is indexed. */
  end: number;
  /** SHA-256 in hex of the last bytes before that: another file with the same name has others. */
  tail: string;
  /** Whether nothing is added to the file any more. */
  isWhole: boolean;
  runs: readonly RunRange[];
  /** SHA-256 in hex of what follows: the places of all entries, run by run. */
  sha256: string;
}

export interface KeptIndex {
  end: number;
  isWhole: boolean;
  index: EntryIndex;
}

/** An entry names the one before it by its hash, so that a few of them tell one file from another. */
const tailBytes = 4_096;

function indexPath(path: string): string {
  return path.replace(/jsonl$/, 'index');
}

/** Keeps where the entries of an open file stand. */
export function keepIndex(path: string, file: number, { end, isWhole, index }: KeptIndex): void {
  const { runs } = index;
  const places = Buffer.concat(runs.map((run) => bytesOf(run.places)));
  const head: Head = {
    ...{ v: 1, end, tail: tailOf(file, end), isWhole },
    runs: runs.map(({ partition, first, last }) => ({ partition, first, last })),
    sha256: Bun.SHA256.hash(places, 'hex'),
  };
  const temporary = `${indexPath(path)}.new`;
  try {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), places]);
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, indexPath(path));
  } catch {
    // Without it the file itself is read.
  }
}

/** Where the entries of an open file stand, as far as that is kept; null where it is not, or of another file. */
export function readIndex(path: string, file: number): KeptIndex | null {
  try {
    const bytes = readFileSync(indexPath(path));
    const headEnd = bytes.indexOf(lineEnd);
    const head = JSON.parse(bytes.subarray(0, headEnd).toString()) as Head; // What is not so fails below.
    const { v, end, tail, isWhole, runs, sha256 } = head;
    const places = new Uint8Array(bytes.subarray(headEnd + 1));
    if (v !== 1 || Bun.SHA256.hash(places, 'hex') !== sha256) return null;
    if (tailOf(file, end) !== tail) return null;
    return { end, isWhole, index: indexOf(runs, new Uint32Array(places.buffer)) };
  } catch {
    return null;
  }
}

/** @throws RangeError where there are too few places */
function indexOf(ranges: readonly RunRange[], places: Uint32Array<ArrayBuffer>): EntryIndex {
  let from = 0;
  const runs = ranges.map(({ partition, first, last }) => {
    const words = 2 * (last + 1 - first);
    if (from + words > places.length) throw new RangeError('an index without all of its places');
    const run = new Run(partition, first, places.slice(from, from + words));
    from += words;
    return run;
  });
  return new EntryIndex(runs);
}

function tailOf(file: number, end: number): string {
  const start = Math.max(0, end - tailBytes);
  return Bun.SHA256.hash(readAt(file, start, end - start), 'hex');
}

function bytesOf(words: Uint32Array<ArrayBuffer>): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
