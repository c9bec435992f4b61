/** The sample journals of releases, as journals. */
import { Database } from 'bun:sqlite';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../actors/journal/open.ts';
import { ownPath } from '../own-files.ts';

export const samples = ownPath('src/testing/samples');

/** Lays the entries of a release's sample into a new journal, byte for byte. */
export async function laySample(release: string, path: string, partitions: number): Promise<void> {
  const made = await openJournal({ kind: 'sqlite', path }, partitions);
  await made.close();
  const database = new Database(path);
  const insert = database.prepare('INSERT INTO journal (partition, seq, body) VALUES (?, ?, ?)');
  const lines = readFileSync(join(samples, `${release}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  for (const line of lines) {
    const { partition, seq } = JSON.parse(line) as { partition: number; seq: number }; // An entry's head.
    insert.run(partition, seq, Buffer.from(line));
  }
  database.close();
}
