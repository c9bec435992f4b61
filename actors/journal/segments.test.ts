import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {
  bytesOf,
  contractPartitions as partitions,
  readTexts,
} from '../testing/journal-contract.ts';
import { OldJournal } from '../testing/old-journal.ts';
import { type TemporaryFolder, temporaryFolder } from '../testing/process.ts';
import { JournalCorrupt, JournalMisconfigured, JournalUnavailable } from './journal.ts';
import { openLog } from './log/open-log.ts';
import type { JournalWithSnapshots } from './opening.ts';
import { SqliteJournal } from './sqlite.ts';

let folder: TemporaryFolder;
let path: string;
let opened: { close(): unknown }[];

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.file('journal.db');
  opened = [];
});

afterEach(async () => {
  await closeAll();
  folder.remove();
});

function kept<T extends { close(): unknown }>(journal: T): T {
  opened.push(journal);
  return journal;
}

async function closeAll(): Promise<void> {
  for (const journal of opened.splice(0)) await journal.close();
}

const write = () => kept(new OldJournal(path, partitions));

/** The two who read the files: who only reads, and who lets them go on in a log. */
const read = () => kept(new SqliteJournal(path, partitions));
const carryOver = (): JournalWithSnapshots =>
  kept(openLog({ kind: 'log', folder: `${path}.log`, before: path, streams: 1 }, partitions));

const textOf = (sequence: number) => `entry ${sequence}`;
const textsUpTo = (last: number) => Array.from({ length: last }, (_, index) => textOf(index + 1));

/** Appends entries of partition 0, after one and up to another. */
async function append(journal: OldJournal, after: number, last: number): Promise<void> {
  for (let before = after; before < last; before++)
    await journal.append(0, before, bytesOf(textOf(before + 1)));
}

/** A journal of three files: entries 1 to 3, 4 to 6, and 7 to 9. */
async function threeFiles(): Promise<void> {
  const journal = new OldJournal(path, partitions);
  for (const last of [3, 6, 9]) {
    await append(journal, last - 3, last);
    if (last < 9) journal.goOn();
  }
  journal.close();
}

function runSql(file: string, sql: string): void {
  const database = new Database(folder.file(file));
  database.run(sql);
  database.close(true);
}

/** By each of the two. */
async function expectTexts(last: number): Promise<void> {
  for (const opening of [read, carryOver]) {
    const journal = opening();
    expect(await journal.last(0)).toBe(last);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(last));
    expect(await readTexts(journal, 0, 5)).toEqual(textsUpTo(last).slice(4));
    expect(await journal.last(1)).toBe(0);
  }
}

function expectRefused(why: string | RegExp): void {
  for (const opening of [read, carryOver]) {
    expect(opening).toThrow(JournalMisconfigured);
    expect(opening).toThrow(why);
  }
}

describe('several files', () => {
  test('are read as one journal, and go on in a log as one', async () => {
    await threeFiles();
    await expectTexts(9);
  });

  test('are followed while an engine of an earlier release makes them', async () => {
    const writer = write();
    await append(writer, 0, 3);
    const reader = read();
    const found: string[] = [];
    for await (const { sequence, bytes } of reader.read(0, 1)) {
      found.push(Buffer.from(bytes).toString());
      if (sequence % 3 > 0 || sequence === 12) continue;
      writer.goOn();
      await append(writer, sequence, sequence + 3);
    }
    expect(found).toEqual(textsUpTo(12));
    writer.goOn();
    writer.goOn();
    await append(writer, 12, 13);
    expect(await reader.last(0)).toBe(13);
  });

  test('are found by the name of a link as well', async () => {
    mkdirSync(folder.file('disk'));
    const link = path;
    path = folder.file('disk/journal.db');
    await threeFiles();
    symlinkSync(path, link);
    path = link;
    await expectTexts(9);
  });

  test('are still a journal when each was copied by SQLite', async () => {
    await threeFiles();
    const copies = temporaryFolder();
    for (const file of readdirSync(folder.path)) runSql(file, `VACUUM INTO '${copies.file(file)}'`);
    path = copies.file('journal.db');
    await expectTexts(9);
    await closeAll();
    copies.remove();
  });
});

describe('a file', () => {
  test('that is missing in the middle or at the end is named, and nothing is opened', async () => {
    await threeFiles();
    for (const [missing, before] of [
      ['journal-2.db', 'journal.db'],
      ['journal-3.db', 'journal-2.db'],
    ] as const) {
      renameSync(folder.file(missing), folder.file('away'));
      expectRefused(`${folder.file(before)} goes on in ${folder.file(missing)}, which is missing`);
      expect(existsSync(folder.file(missing))).toBe(false);
      renameSync(folder.file('away'), folder.file(missing));
    }
    await expectTexts(9);
  });

  test('that is missing at the beginning is asked for, and no journal begins without it', async () => {
    await threeFiles();
    renameSync(path, folder.file('away'));
    expect(read).toThrow(JournalUnavailable);
    expect(carryOver).toThrow(
      `${path} is missing, and ${folder.file('journal-2.db')} goes on from it`,
    );
    renameSync(folder.file('away'), path);
    await expectTexts(9);
  });

  test('that is missing when a reader comes to it is waited for', async () => {
    const writer = write();
    await append(writer, 0, 3);
    const reader = read();
    writer.goOn();
    await append(writer, 3, 5);
    renameSync(folder.file('journal-2.db'), folder.file('away'));
    await expect(readTexts(reader, 0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(reader.last(0)).rejects.toThrow(/journal-2\.db, which is missing/);
    renameSync(folder.file('away'), folder.file('journal-2.db'));
    expect(await readTexts(reader, 0)).toEqual(textsUpTo(5));
  });

  test('of another journal is not taken for the next one', async () => {
    await threeFiles();
    const own = path;
    const other = temporaryFolder();
    path = other.file('journal.db');
    await threeFiles();
    copyFileSync(other.file('journal-2.db'), folder.file('journal-2.db'));
    other.remove();
    path = own;
    expectRefused(/journal-2\.db is another file than the one in which .*journal\.db/);
  });

  test('that an older copy of the one before does not lead to is not passed over in silence', async () => {
    const journal = new OldJournal(path, partitions);
    await append(journal, 0, 3);
    runSql('journal.db', `VACUUM INTO '${folder.file('older copy')}'`);
    journal.goOn();
    await append(journal, 3, 6);
    journal.close();
    copyFileSync(folder.file('older copy'), path);
    expectRefused(/journal-2\.db has entries, but .*journal\.db does not go on there/);
    rmSync(folder.file('journal-2.db'));
    await expectTexts(3);
  });

  test('that has only the name of a later one is left alone', async () => {
    const journal = new OldJournal(path, partitions);
    await append(journal, 0, 3);
    writeFileSync(folder.file('journal-2.db'), 'no database');
    writeFileSync(folder.file('journal-old.db'), 'no number');
    journal.goOn(4);
    await append(journal, 3, 6);
    journal.close();
    await expectTexts(6);
    expect(await Bun.file(folder.file('journal-2.db')).text()).toBe('no database');
  });

  test('that is a copy of one of them, with a number for a date, is left alone', async () => {
    await threeFiles();
    copyFileSync(path, folder.file('journal-20261127.db'));
    copyFileSync(folder.file('journal-2.db'), folder.file('journal-20261128.db'));
    await expectTexts(9);
  });

  test('that is damaged is named', async () => {
    await threeFiles();
    writeFileSync(folder.file('journal-2.db'), 'garbage '.repeat(5_000));
    expectRefused(`not a journal, or damaged: ${folder.file('journal-2.db')}`);
  });

  test('with entries missing at its end is found by who reads them', async () => {
    await threeFiles();
    runSql('journal-2.db', 'DELETE FROM journal WHERE seq = 6');
    for (const opening of [read, carryOver]) {
      const journal = opening();
      expect(await journal.last(0)).toBe(9);
      expect(await readTexts(journal, 0, 7)).toHaveLength(3);
      await expect(readTexts(journal, 0, 4)).rejects.toBeInstanceOf(JournalCorrupt);
      await expect(readTexts(journal, 0)).rejects.toThrow(
        `sequence 6: missing: ${folder.file('journal-2.db')} ends before it, and the next file begins after 6`,
      );
    }
  });

  test('with entries that were added after it was continued is refused', async () => {
    await threeFiles();
    runSql('journal.db', 'DROP TRIGGER journal_continued');
    runSql('journal.db', "INSERT INTO journal VALUES (0, 4, 'another entry 4')");
    expectRefused(/journal\.db has entries of partition 0 that .*-2\.db does not follow/);
  });

  test('that is lost for good can be given up, and the one before is the last', async () => {
    await threeFiles();
    rmSync(folder.file('journal-3.db'));
    runSql('journal-2.db', 'DROP TRIGGER journal_continued');
    runSql('journal-2.db', "DELETE FROM journal_meta WHERE key = 'next'");
    await expectTexts(6);
  });
});
