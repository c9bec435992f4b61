import { afterEach, beforeEach, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readTexts } from '../testing/journal-contract.ts';
import { logAt } from '../testing/log.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../testing/process.ts';
import { type Journal, JournalUnavailable } from './journal.ts';
import { openJournal } from './open.ts';
import type { JournalWithSnapshots } from './opening.ts';

const partitions = 8;

let folder: TemporaryFolder;
let path: string;
let journal: JournalWithSnapshots;
let reports: string[];

const entry = (seq: number) => Buffer.from(`{"v":1,"partition":0,"seq":${seq}}`);
const texts = (journal: Journal) => readTexts(journal, 0);
const open = () =>
  openJournal(logAt(folder.file('data')), partitions, { report: (state) => reports.push(state) });

beforeEach(async () => {
  folder = temporaryFolder();
  path = folder.file('data/0-1.jsonl');
  reports = [];
  journal = await open();
  await journal.append(0, 0, entry(1));
});

afterEach(async () => {
  await journal.close();
  folder.remove();
});

/** What may become of a journal's files while it is open, and how the report names it. */
const losses: [what: string, lose: () => void, said: RegExp][] = [
  ['its folder was deleted', () => rmSync(folder.file('data'), { recursive: true }), /is gone/],
  ['it was deleted', () => rmSync(path), /0-1\.jsonl is gone/],
  ['it was moved', () => renameSync(path, folder.file('elsewhere')), /0-1\.jsonl is gone/],
  ['it was replaced by a copy', replaceByCopy, /0-1\.jsonl was replaced/],
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
    await expect(journal.append(0, 1, entry(2))).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.last(0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(texts(journal)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
    expect(reports).toEqual([expect.stringMatching(said)]);
  });
}

test('it goes on when the very files are back', async () => {
  renameSync(folder.file('data'), folder.file('elsewhere'));
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  renameSync(folder.file('elsewhere'), folder.file('data'));
  await journal.probe();
  expect(await journal.append(0, 1, entry(2))).toBe(2);
  expect(reports.at(-1)).toBe('its files are back');
});

test('the report says how to save what a deleted journal holds, and that is the whole of it', async () => {
  rmSync(folder.file('data'), { recursive: true });
  await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  const commands = /\((mkdir -p .+ && cp .+)\)/.exec(reports[0]!)![1]!;
  mkdirSync(folder.file('data'));
  expect(Bun.spawnSync(['sh', '-c', commands]).exitCode).toBe(0);
  const saved = await open();
  expect(await texts(saved)).toEqual([entry(1).toString()]);
  await saved.close();
});
