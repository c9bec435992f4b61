/** What an engine's data folder takes on the disk, by what it is. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lineEnd } from '../../actors/journal/log/line.ts';
import { named, newestFirst } from '../../actors/snapshot/files.ts';

export interface DataBytes {
  journal: number;
  sql: number;
  sqlLog: number;
  snapshots: number;
}

/** Read at once. */
const stepBytes = 64 * 1024;

export function dataBytes(folder: string): DataBytes {
  const bytes = { journal: 0, sql: 0, sqlLog: 0, snapshots: 0 };
  for (const [name, size] of sizes(folder)) {
    if (name === 'stampede.db-wal') bytes.sqlLog += size;
    else if (name === 'stampede.db') bytes.sql += size;
  }
  const journal = join(folder, 'journal');
  for (const [name, size] of sizes(journal))
    bytes.journal += name.endsWith('.jsonl') ? usedBytes(join(journal, name), size) : size;
  for (const [, size] of sizes(join(folder, 'snapshots'))) bytes.snapshots += size;
  return bytes;
}

/** Of the newest snapshot of each partition. */
export function newestSnapshotsBytes(folder: string): number {
  const bytes = new Map(sizes(join(folder, 'snapshots')));
  const newest = new Map(
    newestFirst(named(bytes.keys()))
      .map(({ partition, name }) => [partition, name] as const)
      .toReversed(),
  );
  return [...newest.values()].reduce((sum, name) => sum + bytes.get(name)!, 0); // They are its keys.
}

/** Of a file that was made at full length and filled with line ends: what is written in it. */
function usedBytes(path: string, size: number): number {
  const file = openSync(path, 'r');
  try {
    for (let end = size; end > 0; end -= stepBytes) {
      const start = Math.max(0, end - stepBytes);
      const bytes = new Uint8Array(end - start);
      readSync(file, bytes, 0, bytes.length, start);
      const last = bytes.findLastIndex((byte) => byte !== lineEnd);
      if (last >= 0) return start + last + 1;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}

/** Files by name; one may go between being listed and being looked at. */
function sizes(folder: string): [name: string, bytes: number][] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return found === undefined ? [] : [[name, found.size] as [string, number]];
  });
}
