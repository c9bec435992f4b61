/** Functions that tamper with the files of a sale. */
import { Database } from 'bun:sqlite';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  chainStart,
  decodeEntry,
  type Entry,
  encodeEntry,
  entryHash,
} from '../../actors/journal/codec.ts';
import { logNames } from '../../actors/journal/log/log-names.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';

/** Runs a statement in the folder's database, as someone with a shell would. */
export function tamper(
  folder: TemporaryFolder,
  statement: string,
  ...values: (string | number | null)[]
): void {
  const database = new Database(folder.file('stampede.db'));
  try {
    const { changes } = database.query(statement).run(...values);
    if (changes === 0) throw new Error(`changed nothing: ${statement}`);
  } finally {
    database.close();
  }
}

/** Rewrites the entries of a partition in the folder's journal, as someone with an editor would; null removes one. */
export function rewrite(
  folder: TemporaryFolder,
  partition: number,
  change: (entry: Buffer, seq: number) => Uint8Array | null,
): void {
  for (const { path } of logNames(folder.file('journal'))) {
    const file = readFileSync(path, 'latin1');
    const [header, ...lines] = file.trimEnd().split('\n');
    const changed = lines.flatMap((line) => {
      const place = placeOf(line);
      if (place?.partition !== partition) return [line];
      const entry = change(Buffer.from(line.trimStart(), 'latin1'), place.seq);
      return entry === null ? [] : [` ${Buffer.from(entry).toString('latin1')}`];
    });
    const text = [header, ...changed, ''].join('\n');
    writeFileSync(path, text.padEnd(file.length, '\n'), 'latin1');
    rmSync(path.replace(/jsonl$/, 'index'), { force: true });
  }
}

/** Removes entries of a partition from the folder's journal. */
export function remove(folder: TemporaryFolder, partition: number, ...seqs: number[]): void {
  rewrite(folder, partition, (entry, seq) => (seqs.includes(seq) ? null : entry));
}

/** Puts other bytes where an entry is. */
export function replace(
  folder: TemporaryFolder,
  partition: number,
  seq: number,
  entry: Uint8Array,
): void {
  rewrite(folder, partition, (honest, each) => (each === seq ? entry : honest));
}

/** The stored bytes of an entry. */
export function storedBytes(folder: TemporaryFolder, partition: number, seq: number): Buffer {
  for (const { path } of logNames(folder.file('journal'))) {
    for (const line of readFileSync(path, 'latin1').trimEnd().split('\n')) {
      const place = placeOf(line);
      if (place?.partition === partition && place.seq === seq)
        return Buffer.from(line.trimStart(), 'latin1');
    }
  }
  throw new Error(`partition ${partition} has no entry ${seq}`);
}

/**
 * Rewrites the journal of a partition with a hash chain that is valid throughout, as a forger would who
 * knows the format. `change` edits the events of one entry.
 */
export function forge(
  folder: TemporaryFolder,
  partition: number,
  seq: number,
  change: (events: Record<string, unknown>[]) => void,
): void {
  let prev = chainStart;
  rewrite(folder, partition, (stored, each) => {
    const entry: Entry = decodeEntry(partition, each, stored);
    if (each === seq) change(entry.events as Record<string, unknown>[]); // A forger respects no type.
    const bytes = encodeEntry(
      { ...entry, prev },
      entry.events.map((event) => JSON.stringify(event)),
    );
    prev = entryHash(bytes);
    return bytes;
  });
}

/** Which entry a line is; null where it is none. Appends of several entries are not expected. */
function placeOf(line: string): { partition: number; seq: number } | null {
  const match = /^ \{"v":1,"partition":(\d+),"seq":(\d+)/.exec(line);
  return match === null ? null : { partition: Number(match[1]), seq: Number(match[2]) };
}
