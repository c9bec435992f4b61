/** Makes the file of a new segment, whole and durable before it has its name. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sequence } from '../events.ts';
import { sync } from '../sync.ts';
import { JournalUnavailable } from './journal.ts';
import { filesAt } from './segment-names.ts';
import { openDatabase, writeMeta } from './sqlite-open.ts';

export interface NewSegment {
  /** How the segment before will name it. */
  id: string;
  /** By partition, the last entry of the segments before. */
  before: readonly Sequence[];
}

/**
 * Makes a segment without entries at a path where nothing is. Only one at a time may do so: who has begun a
 * transaction on the last segment.
 */
export function makeSegment(path: string, segment: NewSegment): void {
  const temporary = `${path}.new`;
  removeSegment(temporary);
  try {
    write(temporary, segment);
    sync(temporary);
    renameSync(temporary, path);
  } catch (cause) {
    removeSegment(temporary);
    throw cause;
  }
  sync(dirname(path));
}

function write(path: string, { id, before }: NewSegment): void {
  const database = openDatabase(path, { write: true, make: before.length });
  try {
    writeMeta(database, 'id', id);
    writeMeta(database, 'before', JSON.stringify(before));
  } finally {
    database.close(true);
  }
  // Whoever closes a database as the last empties its log, unless that fails.
  if (existsSync(`${path}-wal`)) throw new JournalUnavailable(`${path} is not whole`);
}

/** Removes a segment that nothing leads to. */
export function removeSegment(path: string): void {
  for (const file of filesAt(path)) rmSync(file, { force: true });
}
