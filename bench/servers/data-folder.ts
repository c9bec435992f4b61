/** What an engine's data folder takes on the disk, by what it is. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { named, newestFirst } from '../../actors/snapshot/files.ts';

export interface DataBytes {
  journal: number;
  /** What is not in the journal's file yet: SQLite's log. */
  journalLog: number;
  sql: number;
  sqlLog: number;
  snapshots: number;
}

export function dataBytes(folder: string): DataBytes {
  const bytes = { journal: 0, journalLog: 0, sql: 0, sqlLog: 0, snapshots: 0 };
  for (const [name, size] of sizes(folder)) {
    if (/^journal.*-wal$/.test(name)) bytes.journalLog += size;
    else if (/^journal.*\.db$/.test(name)) bytes.journal += size;
    else if (name === 'stampede.db-wal') bytes.sqlLog += size;
    else if (name === 'stampede.db') bytes.sql += size;
  }
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
