import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { interrupted, type Made, ReportFiles } from './report-files.ts';

let folder: TemporaryFolder;
let files: ReportFiles;

beforeEach(() => {
  folder = temporaryFolder();
  files = new ReportFiles(folder.path);
  files.make();
});

afterEach(() => folder.remove());

const made: Made = {
  ...{ at: 1_000, ms: 5.5, holds: true, differences: 0, entries: 9, orders: 3 },
  ...{ buyers: [[7, 3]], refused: 2, refusedWhileLeft: 0 },
};

function finish(item: number): void {
  writeFileSync(`${files.document(item)}.new`, `report of ${item}`);
  files.finish(item, `${files.document(item)}.new`, made);
}

test('a report takes the place of the last, and of why a try had failed', () => {
  expect([files.made(4), files.failed(4)]).toEqual([null, null]);
  files.begin(4, { at: 3, why: interrupted });
  expect(files.failed(4)).toEqual({ at: 3, why: interrupted });
  finish(4);
  expect([files.made(4), files.failed(4)]).toEqual([made, null]);
  files.begin(4, { at: 8, why: 'no room' });
  // The last report is kept while a new one fails.
  expect([files.made(4), files.failed(4)]).toEqual([made, { at: 8, why: 'no room' }]);
});

test('only so many reports are kept, the newest', () => {
  for (let item = 1; item <= 25; item++) {
    finish(item);
    if (existsSync(files.document(item))) utimesSync(files.document(item), item, item);
  }
  const kept = readdirSync(files.folder).filter((name) => name.endsWith('.html'));
  expect(kept.length).toBe(20);
  expect([files.made(5), files.made(25)]).toEqual([null, made]);
  expect(readdirSync(files.folder).length).toBe(40);
});

test('who makes a report is believed while the process is there, and speaks', () => {
  const now = Date.now();
  const making = { item: 4, pid: process.pid, startedAt: now, read: 3, expected: 9 };
  expect(files.making(now)).toBe(null);
  files.tell(making);
  expect(files.making(now)).toEqual(making);
  expect(files.making(now + 61_000)).toBe(null);
  const { pid } = Bun.spawnSync(['true']);
  files.tell({ ...making, pid });
  expect(files.making(now)).toBe(null);
  files.end();
  expect(files.making(now)).toBe(null);
});

test('a file that somebody wrote into is none', () => {
  finish(4);
  for (const text of ['', '{', '{}', '[1]', '{"at":-1}']) {
    writeFileSync(`${files.folder}/item-4.json`, text);
    writeFileSync(`${files.folder}/making.json`, text);
    expect([files.made(4), files.making(Date.now())]).toEqual([null, null]);
  }
});
