import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {
  bytesOf,
  contractPartitions as partitions,
  readTexts,
} from '../testing/journal-contract.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../testing/process.ts';
import { JournalUnavailable } from './journal.ts';
import { openJournal, thisJournal } from './open.ts';
import { SqliteJournal } from './sqlite.ts';

let folder: TemporaryFolder;
let path: string;
let log: string;
let journal: SqliteJournal;
let reports: string[];

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(folder.file('data'));
  path = folder.file('data/journal.db');
  log = `${path}-wal`;
  reports = [];
  journal = new SqliteJournal(path, { partitions, report: (state) => reports.push(state) });
  await journal.append(0, 0, bytesOf('first'));
});

afterEach(async () => {
  await journal.close();
  folder.remove();
});

/** What may become of a journal's files while it is open, and how the report names it. */
const losses: [what: string, lose: () => void, said: RegExp][] = [
  ['its folder was deleted', () => rmSync(folder.file('data'), { recursive: true }), /is gone/],
  ['it was deleted', () => rmSync(path), /journal\.db is gone/],
  ['its log was deleted', () => rmSync(log), /journal\.db-wal is gone/],
  ['it was moved', () => renameSync(path, folder.file('elsewhere')), /journal\.db is gone/],
  ['it was replaced by a copy', replaceByCopy, /journal\.db was replaced/],
  ['its folder gave way to a file', replaceFolder, /is gone/],
  ['it was emptied where it lay', () => truncateSync(path, 0), /was cut from \d+ to 0 bytes/],
];

function replaceByCopy(): void {
  copyFileSync(path, folder.file('copy'));
  renameSync(folder.file('copy'), path);
}

function replaceFolder(): void {
  rmSync(folder.file('data'), { recursive: true });
  writeFileSync(folder.file('data'), 'no folder');
}

for (const [what, lose, said] of losses) {
  test(`nothing is taken or read once ${what}, and it is said once`, async () => {
    lose();
    await waitUntil('it is noticed without an order', () => reports.length > 0);
    await expect(journal.append(0, 1, bytesOf('lost'))).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.last(0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(readTexts(journal, 0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
    expect(reports).toEqual([expect.stringMatching(said)]);
  });
}

test('it goes on when the very files are back', async () => {
  renameSync(folder.file('data'), folder.file('elsewhere'));
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  renameSync(folder.file('elsewhere'), folder.file('data'));
  await journal.probe();
  expect(await journal.append(0, 1, bytesOf('second'))).toBe(2);
  expect(reports.at(-1)).toBe('its files are back');
});

test('the report says how to save what a deleted journal holds, and that is the whole of it', async () => {
  rmSync(folder.file('data'), { recursive: true });
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  const commands = /\((mkdir -p .+ && cp .+)\)/.exec(reports[0]!)![1]!;
  mkdirSync(folder.file('data'));
  expect(Bun.spawnSync(['sh', '-c', commands]).exitCode).toBe(0);
  const saved = new SqliteJournal(path, { readonly: true });
  expect(await readTexts(saved, 0)).toEqual(['first']);
  await saved.close();
});

test("closing it leaves another database's log alone", async () => {
  rmSync(path);
  rmSync(log);
  const restored = new SqliteJournal(path, { partitions });
  await restored.append(0, 0, bytesOf('restored'));
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  const before = readFileSync(log);
  await journal.close();
  expect(readFileSync(log).equals(before)).toBe(true);
  await restored.close();
});

test('closing it after its log was deleted brings everything into the file', async () => {
  rmSync(log);
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  await journal.close();
  journal = new SqliteJournal(path, { partitions });
  expect(await readTexts(journal, 0)).toEqual(['first']);
});

test('a thread that starts again takes no other journal, and makes none', async () => {
  const settings = thisJournal({ kind: 'sqlite', path });
  const again = await openJournal(settings, partitions);
  await again.close();
  rmSync(path);
  for (const readonly of [false, true]) {
    const opening = openJournal(settings, partitions, { readonly });
    await expect(opening).rejects.toThrow(/journal\.db is gone/);
  }
  expect(existsSync(path)).toBe(false);
  await new SqliteJournal(path, { partitions }).close();
  for (const readonly of [false, true]) {
    const opening = openJournal(settings, partitions, { readonly });
    await expect(opening).rejects.toBeInstanceOf(JournalUnavailable);
  }
});
