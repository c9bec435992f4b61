/** Functions that tamper with the files of a sale. */
import { Database } from 'bun:sqlite';
import {
  chainStart,
  decodeEntry,
  type Entry,
  encodeEntry,
  entryHash,
} from '../../actors/journal/codec.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';

/** Runs a statement in one of the folder's databases, as someone with a shell would. */
export function tamper(
  folder: TemporaryFolder,
  file: 'journal.db' | 'journal-2.db' | 'stampede.db',
  statement: string,
  ...values: (string | number | Uint8Array | null)[]
): void {
  const database = new Database(folder.file(file));
  try {
    const { changes } = database.query(statement).run(...values);
    if (changes === 0) throw new Error(`changed nothing: ${statement}`);
  } finally {
    database.close();
  }
}

/** The stored bytes of an entry. */
export function storedBytes(folder: TemporaryFolder, partition: number, seq: number): Buffer {
  const database = new Database(folder.file('journal.db'));
  try {
    const row = database
      .query<{ body: Uint8Array }, [number, number]>(
        'SELECT body FROM journal WHERE partition = ? AND seq = ?',
      )
      .get(partition, seq);
    return Buffer.from(row!.body);
  } finally {
    database.close();
  }
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
  const database = new Database(folder.file('journal.db'));
  try {
    const rows = database
      .query<{ seq: number; body: Uint8Array }, [number]>(
        'SELECT seq, body FROM journal WHERE partition = ? ORDER BY seq',
      )
      .all(partition);
    let prev = chainStart;
    for (const row of rows) {
      const entry: Entry = decodeEntry(partition, row.seq, row.body);
      if (row.seq === seq) change(entry.events as Record<string, unknown>[]); // A forger respects no type.
      const bytes = encodeEntry(
        { ...entry, prev },
        entry.events.map((event) => JSON.stringify(event)),
      );
      prev = entryHash(bytes);
      database
        .query('UPDATE journal SET body = ? WHERE partition = ? AND seq = ?')
        .run(bytes, partition, row.seq);
    }
  } finally {
    database.close();
  }
}
