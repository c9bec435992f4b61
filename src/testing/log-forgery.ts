/** Functions that tamper with the log of an engine that is stopped. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../actors/journal/codec.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';

/**
 * Rewrites the lines of a folder's journal: each is what the function makes of it, or is dropped where that is null.
 * Where entries stand, which is kept beside the files, is dropped too. @throws where nothing changes
 */
export function changeLog(
  folder: TemporaryFolder,
  change: (line: string, entry: Entry) => string | null,
): void {
  const path = folder.file('journal');
  let changes = 0;
  for (const name of readdirSync(path)) {
    if (name.endsWith('.index')) rmSync(join(path, name));
    if (!name.endsWith('.jsonl')) continue;
    const whole = readFileSync(join(path, name), 'utf8');
    const [head, ...lines] = whole.trimEnd().split('\n');
    const kept = lines.map((line) => {
      const changed = change(line, JSON.parse(line) as Entry); // An engine wrote it.
      if (changed !== line) changes++;
      return changed;
    });
    const text = [head, ...kept.filter((line) => line !== null)].join('\n');
    writeFileSync(join(path, name), `${text}\n`.padEnd(whole.length, '\n'));
  }
  if (changes === 0) throw new Error('nothing in the log was changed');
}

/** Drops the entries of a partition after a number. */
export function cutLog(folder: TemporaryFolder, partition: number, after: number): void {
  changeLog(folder, (line, entry) =>
    entry.partition === partition && entry.seq > after ? null : line,
  );
}

/** The number of the last entry of a partition. */
export function lastInLog(folder: TemporaryFolder, partition: number): number {
  let last = 0;
  const path = folder.file('journal');
  for (const name of readdirSync(path)) {
    if (!name.endsWith('.jsonl')) continue;
    for (const line of readFileSync(join(path, name), 'utf8').trimEnd().split('\n').slice(1)) {
      const entry = JSON.parse(line) as Entry; // An engine wrote it.
      if (entry.partition === partition) last = Math.max(last, entry.seq);
    }
  }
  return last;
}
