/** The sample journals of releases, as journals. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OldJournal } from '../../actors/testing/old-journal.ts';
import { ownPath } from '../own-files.ts';

export const samples = ownPath('src/testing/samples');

/** Lays the entries of a release's sample into a new journal, byte for byte, as releases before 0.6.0 kept it. */
export async function laySample(release: string, path: string, partitions: number): Promise<void> {
  const journal = new OldJournal(path, partitions);
  const lines = readFileSync(join(samples, `${release}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  for (const line of lines) {
    const { partition, seq } = JSON.parse(line) as { partition: number; seq: number }; // An entry's head.
    await journal.append(partition, seq - 1, Buffer.from(line));
  }
  journal.close();
}
