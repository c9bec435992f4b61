import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import {
  bytesOf,
  fill,
  contractPartitions as partitions,
  readTexts,
} from '../testing/journal-contract.ts';
import {
  canMount,
  smallFolder,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntil,
} from '../testing/process.ts';
import { goOn, holdReader } from '../testing/segments.ts';
import { JournalCorrupt, JournalMisconfigured, JournalUnavailable } from './journal.ts';
import { makeSegment } from './make-segment.ts';
import { openJournal, thisJournal } from './open.ts';
import { Segments } from './segments.ts';
import { SqliteJournal } from './sqlite.ts';

/** Each entry is fsynced, and the disk may be busy. */
setDefaultTimeout(60_000);

const logBytesMax = 512 * 1024;
/** What a log may grow by between two looks at it. */
const logSlackBytes = 128 * 1024;
/** What SQLite copies by itself, when nobody is in the way. */
const ownLogBytes = 4 * 1024 * 1024 + logSlackBytes;

let folder: TemporaryFolder;
let path: string;
let reports: string[];
let opened: SqliteJournal[];
let releases: (() => void)[];

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.file('journal.db');
  reports = [];
  opened = [];
  releases = [];
});

afterEach(async () => {
  for (const release of releases) release();
  for (const journal of opened) await journal.close();
  folder.remove();
});

function open(options: { logBytesMax?: number } = {}): SqliteJournal {
  const report = (state: string) => reports.push(state);
  const journal = new SqliteJournal(path, { partitions, report, ...options });
  opened.push(journal);
  return journal;
}

function openReader(): SqliteJournal {
  const journal = new SqliteJournal(path, { readonly: true });
  opened.push(journal);
  return journal;
}

function hold(file: string): () => void {
  const release = holdReader(folder.file(file));
  releases.push(release);
  return release;
}

/** Closes all, so that everything is in the databases themselves. */
async function closeAll(): Promise<void> {
  for (const journal of opened.splice(0)) await journal.close();
}

const textOf = (sequence: number) => `entry ${sequence}`;
const textsUpTo = (last: number) => Array.from({ length: last }, (_, index) => textOf(index + 1));

/** Appends entries up to this one. */
async function appendTo(journal: SqliteJournal, last: number, partition = 0): Promise<void> {
  for (let before = await journal.last(partition); before < last; before++) {
    await journal.append(partition, before, bytesOf(textOf(before + 1)));
  }
}

const databases = () =>
  readdirSync(folder.path)
    .filter((name) => name.endsWith('.db'))
    .sort();
const logBytes = (file: string) =>
  statSync(folder.file(`${file}-wal`), { throwIfNoEntry: false })?.size ?? 0;
const allLogBytes = () => databases().reduce((sum, file) => sum + logBytes(file), 0);

function runSql(file: string, sql: string): void {
  const database = new Database(folder.file(file));
  database.run(sql);
  database.close(true);
}

/** Runs a program in another process, in this folder, with `path` defined. */
function startProgram(program: string): TestProcess {
  const text = `const path = ${JSON.stringify(path)};\n${program}`;
  return startProcess({ command: [process.execPath, '-e', text], cwd: import.meta.dir });
}

/** A journal of three segments: entries 1 to 3, 4 to 6, and 7 to 9. */
async function threeSegments(): Promise<void> {
  const journal = open();
  for (const last of [3, 6, 9]) {
    await appendTo(journal, last);
    if (last < 9) goOn(path);
  }
  await closeAll();
  expect(databases()).toEqual(['journal-2.db', 'journal-3.db', 'journal.db']);
}

describe('the log', () => {
  test('grows no more than to its limit while a reader holds it, over thousands of entries, and is emptied after it', async () => {
    const journal = open({ logBytesMax });
    await appendTo(journal, 10);
    const release = hold('journal.db');
    let most = 0;
    for (let last = 50; last <= 3_000; last += 50) {
      await appendTo(journal, last);
      most = Math.max(most, allLogBytes());
    }
    expect(most).toBeLessThanOrEqual(logBytesMax + logSlackBytes + ownLogBytes);
    expect(logBytes('journal.db')).toBeGreaterThan(logBytesMax);
    expect(databases()).toEqual(['journal-2.db', 'journal.db']);
    expect(reports).toEqual([expect.stringMatching(/open on .*journal\.db.* goes on in .*-2\.db/)]);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(3_000));
    await journal.probe();
    expect(logBytes('journal.db')).toBeGreaterThan(logBytesMax);
    release();
    await journal.probe();
    expect(logBytes('journal.db')).toBe(0);
    await journal.probe();
    expect(reports.slice(1)).toEqual([expect.stringMatching(/journal\.db is over: its log/)]);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(3_000));
  });

  test('costs its limit again for each reader that holds another segment', async () => {
    const journal = open({ logBytesMax });
    const held = ['journal.db', 'journal-2.db', 'journal-3.db'];
    for (const [index, file] of held.entries()) {
      hold(file);
      await appendTo(journal, 100 * (index + 1));
    }
    expect(databases()).toEqual(['journal-2.db', 'journal-3.db', 'journal-4.db', 'journal.db']);
    for (const file of held) {
      expect(logBytes(file)).toBeLessThanOrEqual(logBytesMax + logSlackBytes);
    }
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(300));
  });

  test('is bounded as well where readers take turns, so that none stays and one is always there', async () => {
    const journal = open({ logBytesMax });
    let release = hold('journal.db');
    for (let last = 1; last <= 200; last++) {
      await appendTo(journal, last);
      const next = hold('journal.db');
      release();
      release = next;
    }
    expect(databases()).toEqual(['journal-2.db', 'journal.db']);
    expect(logBytes('journal.db')).toBeGreaterThan(logBytesMax + logSlackBytes);
    expect(logBytes('journal.db')).toBeLessThanOrEqual(2 * logBytesMax + logSlackBytes);
  });

  test('is emptied where it is, when nobody is in the way', async () => {
    const journal = open({ logBytesMax });
    await appendTo(journal, 300);
    expect(logBytes('journal.db')).toBeLessThanOrEqual(logBytesMax + logSlackBytes);
    expect(databases()).toEqual(['journal.db']);
    expect(reports).toEqual([]);
  });

  test.if(existsSync('/proc/locks'))(
    'is said to be held by the process that holds it',
    async () => {
      const journal = open({ logBytesMax });
      await appendTo(journal, 1);
      // The timer keeps the connection alive, which would lose its lock to the garbage collector.
      const holder = startProgram(`
      import { Database } from 'bun:sqlite';
      const database = new Database(path, { readonly: true });
      database.run('BEGIN');
      database.query('SELECT count(*) FROM journal').get();
      console.log('reads');
      setInterval(() => database.inTransaction, 1_000);`);
      await waitUntil('the reader reads', () => holder.output().includes('reads'));
      await appendTo(journal, 100);
      await holder.kill();
      expect(reports).toEqual([expect.stringContaining(`while process ${holder.pid} (`)]);
      await journal.probe();
      expect(logBytes('journal.db')).toBe(0);
    },
  );

  test('grows on, and it is said once why, where no new file can be made, and entries are taken', async () => {
    const journal = open({ logBytesMax });
    hold('journal.db');
    mkdirSync(folder.file('journal-2.db.new'));
    await appendTo(journal, 200);
    expect(reports).toEqual([expect.stringMatching(/cannot go on in a new file: .*-2\.db\.new/)]);
    rmdirSync(folder.file('journal-2.db.new'));
    await appendTo(journal, 300);
    expect(databases()).toEqual(['journal-2.db', 'journal.db']);
    expect(reports.slice(1)).toEqual([expect.stringMatching(/it goes on in .*-2\.db/)]);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(300));
  });
});

describe.if(canMount)('a full disk', () => {
  test('keeps the journal from going on, and loses nothing; with room it goes on', async () => {
    folder.remove();
    folder = smallFolder(4 * 1024 * 1024);
    path = folder.file('journal.db');
    const journal = open({ logBytesMax });
    await appendTo(journal, 1);
    const release = hold('journal.db');
    const ballast = folder.file('ballast');
    const room = () => Number(statfsSync(folder.path).bavail) * statfsSync(folder.path).bsize;
    // Less than the log may grow by until a new file is due, and that file needs, together.
    writeFileSync(ballast, new Uint8Array(room() - logBytesMax - logSlackBytes));
    await expect(appendTo(journal, 1_000)).rejects.toBeInstanceOf(JournalUnavailable);
    expect(databases()).toEqual(['journal.db']);
    expect(readdirSync(folder.path).filter((name) => name.includes('.new'))).toEqual([]);
    const last = await journal.last(0);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(last));
    rmSync(ballast);
    await appendTo(journal, last + 60);
    expect(databases()).toEqual(['journal-2.db', 'journal.db']);
    release();
    await journal.probe();
    await closeAll();
    expect(await readTexts(open(), 0)).toEqual(textsUpTo(last + 60));
    await expectEachOnce(last + 60);
  });
});

describe('other connections', () => {
  test('that opened before it went on read and append what comes after', async () => {
    const [writer, other, reader] = [open(), open(), openReader()];
    await fill(writer, 0, [textOf(1), textOf(2)]);
    expect(await other.last(0)).toBe(2);
    expect(await readTexts(reader, 0)).toEqual(textsUpTo(2));
    goOn(path);
    await appendTo(writer, 4);
    goOn(path);
    expect(await reader.last(0)).toBe(4);
    // It has not looked since: its first append is refused by a segment that is continued twice.
    expect(await other.append(0, 4, bytesOf(textOf(5)))).toBe(5);
    expect(await other.append(1, 0, bytesOf(textOf(1)))).toBe(1);
    for (const each of [writer, other, reader]) {
      expect(await readTexts(each, 0)).toEqual(textsUpTo(5));
      expect(await readTexts(each, 1)).toEqual(textsUpTo(1));
    }
  });

  test('that have begun to read go on across the end of a segment', async () => {
    const writer = open();
    await appendTo(writer, 3);
    const read: string[] = [];
    for await (const { sequence, bytes } of openReader().read(0, 1)) {
      read.push(Buffer.from(bytes).toString());
      if (sequence % 3 === 0 && sequence < 12) {
        goOn(path);
        await appendTo(writer, sequence + 3);
      }
    }
    expect(read).toEqual(textsUpTo(12));
  });

  test('that go on at once make one segment', async () => {
    await appendTo(open(), 1);
    const [one, two] = [new Segments(path, { write: true }), new Segments(path, { write: true })];
    expect([one.goOn(), two.goOn()]).toEqual([true, false]);
    expect([one.follow(), two.follow()]).toEqual([true, true]);
    expect(two.newest.path).toBe(one.newest.path);
    for (const each of [one, two]) each.close();
    expect(databases()).toEqual(['journal-2.db', 'journal.db']);
  });

  test('of an earlier version, which know of one file, cannot append to it any more', async () => {
    await appendTo(open(), 2);
    const earlier = new Database(path);
    const insert = earlier.prepare('INSERT INTO journal (partition, seq, body) VALUES (0, ?, ?)');
    insert.run(3, bytesOf(textOf(3)));
    goOn(path);
    expect(() => insert.run(4, bytesOf(textOf(4)))).toThrow(/goes on in another file/);
    insert.finalize();
    earlier.close(true);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(3));
  });

  test('in two processes never append the same entry in two segments', async () => {
    await open().last(0);
    const writers = ['l', 'r'].map((name) =>
      startProgram(`
        import { goOn } from '../testing/segments.ts';
        import { SqliteJournal } from './sqlite.ts';
        const journal = new SqliteJournal(path, { partitions: ${partitions} });
        for (let last = 0, won = 0; won < 150; )
          try {
            last = await journal.append(0, last, Buffer.from('${name}' + (last + 1)));
            if (++won % 10 === 0) goOn(path);
            console.log(last);
          } catch (error) {
            if (error.name !== 'Fenced') throw error;
            last = await journal.last(0);
          }
        await journal.close();`),
    );
    for (const writer of writers) expect(await writer.ended, writer.output()).toBe(0);
    const texts = await readTexts(openReader(), 0);
    expect(texts).toHaveLength(300);
    expect(databases().length).toBeGreaterThan(10);
    for (const [index, name] of ['l', 'r'].entries()) {
      const won = writers[index]!.output().trim().split('\n').map(Number);
      expect(won).toHaveLength(150);
      for (const sequence of won) expect(texts[sequence - 1]).toBe(`${name}${sequence}`);
    }
    await expectEachOnce(300);
  });
});

/** Counts the entries of partition 0 in all files, whatever leads there. */
async function expectEachOnce(last: number): Promise<void> {
  await closeAll();
  const found = databases().flatMap((file) => {
    const database = new Database(folder.file(file));
    const rows = database.query<{ seq: number }, []>('SELECT seq FROM journal WHERE partition = 0');
    const sequences = rows.all().map(({ seq }) => seq);
    database.close();
    return sequences;
  });
  expect(found.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: last }, (_, index) => index + 1),
  );
}

describe('a writer that dies', () => {
  test('when the new file was made leaves it without entries, and the journal where it was', async () => {
    await appendTo(open(), 3);
    await closeAll();
    const before = Array.from({ length: partitions }, () => 3);
    makeSegment(folder.file('journal-2.db'), { id: 'of one who died', before });
    writeFileSync(folder.file('journal-3.db.new'), 'of one who died even earlier');
    const journal = open();
    await appendTo(journal, 6);
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(6));
    goOn(path);
    await appendTo(journal, 9);
    expect(databases()).toEqual(['journal-2.db', 'journal-3.db', 'journal.db']);
    expect(existsSync(folder.file('journal-3.db.new'))).toBe(false);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(9));
    await expectEachOnce(9);
  });

  test('when the old file says so leaves a journal that goes on in the new one', async () => {
    await appendTo(open(), 3);
    await closeAll();
    goOn(path);
    expect(await openReader().last(0)).toBe(3);
    const journal = open();
    expect(await readTexts(journal, 0)).toEqual(textsUpTo(3));
    for (const last of [0, 2, 4]) {
      await expect(journal.append(0, last, bytesOf('x'))).rejects.toThrow(/not the last sequence/);
    }
    await appendTo(journal, 5);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(5));
  });

  test('at any moment leaves every acknowledged entry, each in one segment', async () => {
    let last = 0;
    for (let life = 1; life <= 8; life++) {
      const writer = startProgram(`
        import { SqliteJournal } from './sqlite.ts';
        import { Segments } from './segments.ts';
        const journal = new SqliteJournal(path, { partitions: ${partitions} });
        const segments = new Segments(path, { write: true });
        for (let last = await journal.last(0); ; ) {
          last = await journal.append(0, last, Buffer.from('entry ' + (last + 1)));
          require('node:fs').writeSync(1, last + '\\n');
          if (last % 3 === 0) { segments.goOn(); segments.follow(); }
        }`);
      const enough = () => writer.output().split('\n').length > 5 + 3 * life;
      await waitUntil('it has written', enough);
      await writer.kill();
      const acknowledged = Number(writer.stdout().trim().split('\n').at(-1));
      const journal = open();
      last = await journal.last(0);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      await appendTo(journal, ++last);
      expect(await readTexts(journal, 0)).toEqual(textsUpTo(last));
      await closeAll();
    }
    await expectEachOnce(last);
  });
});

describe('a file', () => {
  test('that is missing in the middle or at the end is named, and nothing is opened', async () => {
    await threeSegments();
    for (const [missing, before] of [
      ['journal-2.db', 'journal.db'],
      ['journal-3.db', 'journal-2.db'],
    ] as const) {
      renameSync(folder.file(missing), folder.file('away'));
      for (const opening of [open, openReader]) {
        expect(opening).toThrow(JournalMisconfigured);
        expect(opening).toThrow(
          `${folder.file(before)} goes on in ${folder.file(missing)}, which is missing`,
        );
      }
      expect(existsSync(folder.file(missing))).toBe(false);
      renameSync(folder.file('away'), folder.file(missing));
    }
    expect(await readTexts(open(), 0)).toEqual(textsUpTo(9));
  });

  test('that is missing at the beginning is not made anew', async () => {
    await threeSegments();
    renameSync(path, folder.file('away'));
    expect(open).toThrow(`${path} is missing, and ${folder.file('journal-2.db')} goes on from it`);
    expect(existsSync(path)).toBe(false);
    renameSync(folder.file('away'), path);
    expect(await readTexts(open(), 0)).toEqual(textsUpTo(9));
  });

  test('that is missing when a connection comes to it is waited for', async () => {
    const [writer, reader] = [open(), openReader()];
    await appendTo(writer, 3);
    goOn(path);
    renameSync(folder.file('journal-2.db'), folder.file('away'));
    await expect(writer.append(0, 3, bytesOf('x'))).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(readTexts(reader, 0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(reader.last(0)).rejects.toThrow(/journal-2\.db, which is missing/);
    renameSync(folder.file('away'), folder.file('journal-2.db'));
    await appendTo(writer, 5);
    expect(await readTexts(reader, 0)).toEqual(textsUpTo(5));
  });

  test('of another journal is not taken for the next one', async () => {
    await threeSegments();
    const mine = folder.path;
    const own = path;
    const other = temporaryFolder();
    path = other.file('journal.db');
    await fill(open(), 0, ['of another']);
    await closeAll();
    goOn(path);
    copyFileSync(other.file('journal-2.db'), join(mine, 'journal-2.db'));
    other.remove();
    path = own;
    for (const opening of [open, openReader]) {
      expect(opening).toThrow(/journal-2\.db is another file than the one in which .*journal\.db/);
    }
  });

  test('that an older copy of the one before does not lead to is not passed over in silence', async () => {
    await appendTo(open(), 3);
    await closeAll();
    copyFileSync(path, folder.file('older copy'));
    goOn(path);
    await appendTo(open(), 6);
    await closeAll();
    copyFileSync(folder.file('older copy'), path);
    for (const opening of [open, openReader]) {
      expect(opening).toThrow(/journal-2\.db has entries, but .*journal\.db does not go on there/);
    }
    rmSync(folder.file('journal-2.db'));
    expect(await readTexts(open(), 0)).toEqual(textsUpTo(3));
  });

  test('that has only the name of a later one is left alone', async () => {
    await appendTo(open(), 3);
    writeFileSync(folder.file('journal-2.db'), 'no database');
    writeFileSync(folder.file('journal-3.db-wal'), 'a log that somebody left');
    writeFileSync(folder.file('journal-old.db'), 'no number');
    goOn(path);
    await appendTo(open(), 6);
    expect(databases()).toContain('journal-4.db');
    expect(await Bun.file(folder.file('journal-2.db')).text()).toBe('no database');
    expect(await Bun.file(folder.file('journal-3.db-wal')).text()).toBe('a log that somebody left');
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(6));
  });

  test('that is a copy of one of them, with a number for a date, is left alone', async () => {
    await threeSegments();
    copyFileSync(path, folder.file('journal-20261127.db'));
    copyFileSync(folder.file('journal-2.db'), folder.file('journal-20261128.db'));
    const journal = open();
    goOn(path);
    await appendTo(journal, 12);
    expect(databases()).toContain('journal-4.db');
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(12));
  });

  test('that is damaged is named', async () => {
    await threeSegments();
    writeFileSync(folder.file('journal-2.db'), 'garbage '.repeat(5_000));
    expect(open).toThrow(`not a journal, or damaged: ${folder.file('journal-2.db')}`);
  });

  test('with entries missing at its end is found by who reads them', async () => {
    await threeSegments();
    runSql('journal-2.db', 'DELETE FROM journal WHERE seq = 6');
    const journal = open();
    expect(await journal.last(0)).toBe(9);
    expect(await readTexts(journal, 0, 7)).toHaveLength(3);
    await expect(readTexts(journal, 0, 4)).rejects.toBeInstanceOf(JournalCorrupt);
    await expect(readTexts(journal, 0)).rejects.toThrow(
      `sequence 6: missing: ${folder.file('journal-2.db')} ends before it, and the next file begins after 6`,
    );
  });

  test('with entries that were added after it was continued is refused', async () => {
    await threeSegments();
    runSql('journal.db', 'DROP TRIGGER journal_continued');
    runSql('journal.db', "INSERT INTO journal VALUES (0, 4, 'another entry 4')");
    for (const opening of [open, openReader]) {
      expect(opening).toThrow(
        /journal\.db has entries of partition 0 that .*-2\.db does not follow/,
      );
    }
  });

  test('that is lost for good can be given up, and the one before takes entries again', async () => {
    await threeSegments();
    rmSync(folder.file('journal-3.db'));
    runSql('journal-2.db', 'DROP TRIGGER journal_continued');
    runSql('journal-2.db', "DELETE FROM journal_meta WHERE key = 'next'");
    const journal = open();
    await appendTo(journal, 8);
    goOn(path);
    await appendTo(journal, 10);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(10));
  });

  test('is copied whole while it is written, and the copies are a journal that goes on', async () => {
    await threeSegments();
    const journal = open();
    const copies = temporaryFolder();
    for (const file of databases()) {
      runSql(file, `VACUUM INTO '${copies.file(file)}'`);
      await appendTo(journal, (await journal.last(0)) + 1);
    }
    await closeAll();
    path = copies.file('journal.db');
    const restored = open();
    const last = await restored.last(0);
    expect(last).toBeGreaterThanOrEqual(9);
    await appendTo(restored, last + 1);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(last + 1));
    await closeAll();
    copies.remove();
  });

  test('is only for its owner, as the first is', async () => {
    await threeSegments();
    const modes = databases().map((file) => statSync(folder.file(file)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });
});

describe('the journal behind a link', () => {
  test('goes on beside the file itself, and is found by either name', async () => {
    mkdirSync(folder.file('disk'));
    const real = path;
    path = folder.file('disk/journal.db');
    await appendTo(open(), 2);
    await closeAll();
    Bun.spawnSync(['ln', '-s', path, real]);
    path = real;
    goOn(path);
    await appendTo(open(), 4);
    expect(readdirSync(folder.file('disk'))).toContain('journal-2.db');
    path = folder.file('disk/journal.db');
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(4));
  });
});

describe('files that are lost while the journal is open', () => {
  for (const lost of ['journal.db', 'journal-2.db', 'journal-2.db-wal', 'journal-3.db']) {
    test(`stop it, whichever they are: ${lost}`, async () => {
      await threeSegments();
      const journal = open();
      renameSync(folder.file(lost), folder.file('away'));
      await waitUntil('it is noticed without an order', () => reports.length > 0);
      expect(reports).toEqual([expect.stringContaining(`${lost} is gone`)]);
      await expect(journal.append(0, 9, bytesOf('x'))).rejects.toBeInstanceOf(JournalUnavailable);
      await expect(readTexts(journal, 0, 8)).rejects.toBeInstanceOf(JournalUnavailable);
      renameSync(folder.file('away'), folder.file(lost));
      await journal.probe();
      await appendTo(journal, 10);
      expect(await readTexts(journal, 0)).toEqual(textsUpTo(10));
    });
  }

  test('are noticed as well where a segment was made since', async () => {
    const journal = open();
    await appendTo(journal, 3);
    goOn(path);
    await appendTo(journal, 6);
    rmSync(folder.file('journal-2.db'));
    await expect(journal.probe()).rejects.toThrow(/journal-2\.db is gone/);
  });

  test('can all be saved as the report says', async () => {
    await threeSegments();
    const journal = open();
    await appendTo(journal, 10);
    for (const name of readdirSync(folder.path)) rmSync(folder.file(name));
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
    const commands = /\((mkdir -p .+ && cp .+)\)/.exec(reports[0]!)![1]!;
    expect(Bun.spawnSync(['sh', '-c', commands]).exitCode).toBe(0);
    expect(await readTexts(openReader(), 0)).toEqual(textsUpTo(10));
  });

  test('are not taken for others by a thread that starts again', async () => {
    await threeSegments();
    const settings = thisJournal({ kind: 'sqlite', path });
    goOn(path);
    const again = await openJournal(settings, partitions);
    expect(await readTexts(again, 0)).toEqual(textsUpTo(9));
    await again.close();
    for (const file of ['journal-2.db', 'journal-3.db']) {
      copyFileSync(folder.file(file), folder.file('copy'));
      renameSync(folder.file(file), folder.file('kept'));
      const missing = openJournal(settings, partitions);
      await expect(missing).rejects.toThrow(`goes on in ${folder.file(file)}, which is missing`);
      await expect(missing).rejects.toBeInstanceOf(JournalUnavailable);
      renameSync(folder.file('copy'), folder.file(file));
      const replaced = openJournal(settings, partitions, { readonly: true });
      await expect(replaced).rejects.toThrow(`${basename(file)} was replaced by another file`);
      renameSync(folder.file('kept'), folder.file(file));
    }
  });
});
