import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../testing/process.ts';
import { chainStart, encodeEntry } from './codec.ts';
import { newestTime } from './newest-time.ts';
import { SqliteJournal } from './sqlite.ts';

const partitions = 3;
let folder: TemporaryFolder;
let journal: SqliteJournal;

beforeEach(() => {
  folder = temporaryFolder();
  journal = new SqliteJournal(folder.file('journal.db'), { partitions });
});

afterEach(async () => {
  await journal.close();
  folder.remove();
});

function append(partition: number, at: number, ...events: string[]): Promise<number> {
  const head = { partition, seq: 1, prev: chainStart, writer: 'w', at };
  return journal.append(partition, 0, encodeEntry(head, events));
}

test('an empty journal has none', async () => {
  expect(await newestTime(journal, partitions)).toBe(0);
});

test('the newest time of all partitions counts, and that of the last event in an entry', async () => {
  await append(0, 1_000);
  expect(await newestTime(journal, partitions)).toBe(1_000);
  await append(2, 900, '{"type":"closed","item":2,"promo":1,"at":1500}');
  expect(await newestTime(journal, partitions)).toBe(1_500);
});

test('a damaged partition does not keep the others from being read', async () => {
  await journal.append(0, 0, new TextEncoder().encode('garbage'));
  await append(1, 700);
  expect(await newestTime(journal, partitions)).toBe(700);
});
