/**
 * Beside each file of a log to which nothing is added any more lies where its entries stand: `0-1.index`. It saves reading
 * the file for that, and says nothing that the file does not: it may be deleted at any time, and an audit that reads
 * by it finds out what is wrong with it, since entries are chained.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EntryIndex, Run, type RunRange } from './entry-index.ts';
import { lineEnd } from './line.ts';

interface Head {
  v: 1;
  runs: readonly RunRange[];
  /** SHA-256 in hex of what follows: the places of all entries, run by run. */
  sha256: string;
}

function indexPath(path: string): string {
  return path.replace(/jsonl$/, 'index');
}

export function writePlaces(path: string, runs: readonly Run[]): void {
  const places = Buffer.concat(runs.map((run) => bytesOf(run.places)));
  const ranges = runs.map(({ partition, first, last }) => ({ partition, first, last }));
  const head: Head = { v: 1, runs: ranges, sha256: Bun.SHA256.hash(places, 'hex') };
  const temporary = `${indexPath(path)}.new`;
  try {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), places]);
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, indexPath(path));
  } catch {
    // Without it the file itself is read.
  }
}

/** Which entries a file has; null where that is not known without reading it. */
export function readRuns(path: string): readonly RunRange[] | null {
  return read(path)?.head.runs ?? null;
}

/** Where the entries of a file stand; null where that is not known without reading it. */
export function readPlaces(path: string): EntryIndex | null {
  const found = read(path);
  if (found === null) return null;
  const { head, places } = found;
  let from = 0;
  const runs = head.runs.map(({ partition, first, last }) => {
    const words = places.subarray(from, from + 2 * (last + 1 - first));
    from += words.length;
    return new Run(partition, first, words);
  });
  return new EntryIndex(runs);
}

function read(path: string): { head: Head; places: Uint32Array<ArrayBuffer> } | null {
  try {
    const bytes = readFileSync(indexPath(path));
    const end = bytes.indexOf(lineEnd);
    const head = JSON.parse(bytes.subarray(0, end).toString()) as Head; // What is not so fails below.
    const places = new Uint8Array(bytes.subarray(end + 1));
    if (head.v !== 1 || Bun.SHA256.hash(places, 'hex') !== head.sha256) return null;
    const words = new Uint32Array(places.buffer);
    const counted = head.runs.reduce((sum, { first, last }) => sum + 2 * (last + 1 - first), 0);
    return counted === words.length ? { head, places: words } : null;
  } catch {
    return null;
  }
}

function bytesOf(words: Uint32Array<ArrayBuffer>): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
