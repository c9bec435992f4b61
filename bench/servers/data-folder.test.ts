import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { dataBytes, newestSnapshotsBytes } from './data-folder.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const write = (name: string, bytes: number) =>
  writeFileSync(folder.file(name), new Uint8Array(bytes));

test('the files of a data folder count by what they are, and others not', () => {
  for (const [name, bytes] of [
    ...([
      ['stampede.db', 32],
      ['stampede.db-wal', 64],
      ['store.db', 128],
    ] as const),
  ])
    write(name, bytes);
  mkdirSync(folder.file('journal'));
  writeFileSync(folder.file('journal/0-1.jsonl'), '{}'.padEnd(200_000, '\n'));
  writeFileSync(folder.file('journal/0-2.jsonl'), '\n'.repeat(70_000));
  write('journal/0-1.index', 5);
  expect(dataBytes(folder.path)).toEqual({
    ...{ journal: 7, sql: 32, sqlLog: 64, snapshots: 0 },
  });
});

test('of each partition the newest snapshot counts', () => {
  expect(newestSnapshotsBytes(folder.path)).toBe(0);
  mkdirSync(folder.file('snapshots'));
  const digits = '0123456789abcdef';
  write(`snapshots/p0-9-${digits}.snapshot`, 1);
  write(`snapshots/p0-10-${digits}.snapshot`, 2);
  write(`snapshots/p1-3-${digits}.snapshot`, 4);
  expect(newestSnapshotsBytes(folder.path)).toBe(6);
  expect(dataBytes(folder.path).snapshots).toBe(7);
});
