import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { entryBytesMax } from '../limits.ts';
import {
  bytesOf,
  contractPartitions,
  fill,
  journalContract,
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
import { goOn } from '../testing/segments.ts';
import { Chain, encodeEntry } from './codec.ts';
import { type Journal, JournalMisconfigured, JournalUnavailable } from './journal.ts';
import { SqliteJournal } from './sqlite.ts';

const partitions = contractPartitions;

journalContract('SqliteJournal', async () => {
  const folder = temporaryFolder();
  return {
    open: async () => new SqliteJournal(folder.file('journal.db'), { partitions }),
    dispose: async () => folder.remove(),
  };
});

/** Another writer lets it go on in a new file before some of its appends. */
class InterruptedJournal extends SqliteJournal {
  #appends = 0;

  constructor(private readonly path: string) {
    super(path, { partitions });
  }

  override append(...appended: Parameters<SqliteJournal['append']>) {
    const appends = this.#appends++;
    if (appends === 1 || appends === 2 || appends % 25 === 0) goOn(this.path);
    return super.append(...appended);
  }
}

journalContract('SqliteJournal that goes on in new files', async () => {
  const folder = temporaryFolder();
  return {
    open: async () => new InterruptedJournal(folder.file('journal.db')),
    dispose: async () => folder.remove(),
  };
});

let folder: TemporaryFolder;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.file('journal.db');
});
afterEach(() => folder.remove());

/** Stores a chain of entries and closes the journal, so that all of it is in the one file. */
async function storeChain(entries: number): Promise<void> {
  const journal = new SqliteJournal(path, { partitions });
  const chain = new Chain(0);
  for (let seq = 1; seq <= entries; seq++) {
    const head = { partition: 0, seq, prev: chain.hash, writer: `writer ${seq}.`, at: seq };
    const bytes = encodeEntry(head, []);
    await journal.append(0, seq - 1, bytes);
    chain.next(seq, bytes);
  }
  await journal.close();
}

/** Follows the chain as recovery does. */
async function follow(journal: Journal): Promise<number> {
  const chain = new Chain(0);
  for await (const { sequence, bytes } of journal.read(0, 1)) chain.next(sequence, bytes);
  return chain.sequence;
}

async function followFile(): Promise<number> {
  const journal = new SqliteJournal(path, { readonly: true });
  try {
    return await follow(journal);
  } finally {
    await journal.close();
  }
}

function runSql(sql: string): void {
  const database = new Database(path);
  database.run(sql);
  database.close();
}

/** Runs a program in another process, in this folder, with `path` defined. */
function startProgram(program: string): TestProcess {
  const text = `const path = ${JSON.stringify(path)};\n${program}`;
  return startProcess({ command: [process.execPath, '-e', text], cwd: import.meta.dir });
}

describe('a damaged file', () => {
  test('is found when one byte of an entry was changed', async () => {
    await storeChain(200);
    const file = readFileSync(path).toString('latin1');
    writeFileSync(path, Buffer.from(file.replaceAll('writer 100.', 'writer 900.'), 'latin1'));
    await expect(followFile()).rejects.toThrow(/sequence 101: the hash of the entry before/);
  });

  test('is found when garbage is in the middle', async () => {
    await storeChain(500);
    const file = readFileSync(path);
    file.fill(0xa5, file.length / 2);
    writeFileSync(path, file);
    await expect(followFile()).rejects.toThrow(/damaged/);
  });

  test('is found when its end is gone', async () => {
    await storeChain(500);
    truncateSync(path, readFileSync(path).length / 2);
    await expect(followFile()).rejects.toThrow(/damaged/);
  });

  test('is found when its end was overwritten with zeros', async () => {
    await storeChain(500);
    const file = readFileSync(path);
    file.fill(0, file.length / 2);
    writeFileSync(path, file);
    await expect(followFile()).rejects.toThrow(/damaged/);
  });

  test('is found when an entry is missing', async () => {
    await storeChain(50);
    runSql('DELETE FROM journal WHERE seq = 20');
    await expect(followFile()).rejects.toThrow(/sequence 20: missing: 21 comes next/);
  });

  test('is found when the first entry is missing', async () => {
    await storeChain(3);
    runSql('DELETE FROM journal WHERE seq = 1');
    await expect(followFile()).rejects.toThrow(/sequence 1: missing/);
  });

  test('is found when two entries were swapped', async () => {
    await storeChain(50);
    runSql('UPDATE journal SET seq = -seq WHERE seq IN (20, 30)');
    runSql('UPDATE journal SET seq = CASE seq WHEN -20 THEN 30 ELSE 20 END WHERE seq < 0');
    await expect(followFile()).rejects.toThrow(/sequence 20: the entry says it is number 30/);
  });

  test('is refused when it is not a database', async () => {
    writeFileSync(path, 'not a database, but long enough to look like one '.repeat(100));
    expect(() => new SqliteJournal(path, { partitions })).toThrow(JournalMisconfigured);
    expect(() => new SqliteJournal(path, { readonly: true })).toThrow(JournalMisconfigured);
  });
});

describe('opening', () => {
  test('refuses another number of partitions than the journal was made with', async () => {
    await storeChain(1);
    expect(() => new SqliteJournal(path, { partitions: 4 })).toThrow(
      `${path} was made with 8 partitions and cannot be opened with 4`,
    );
    expect(() => new SqliteJournal(path, { partitions: 4, readonly: true })).toThrow(
      JournalMisconfigured,
    );
    const journal = new SqliteJournal(path, { partitions });
    expect(await journal.last(0)).toBe(1);
    await journal.close();
  });

  test('tells a reader how many partitions the journal was made with', async () => {
    await new SqliteJournal(path, { partitions: 3 }).close();
    const reader = new SqliteJournal(path, { readonly: true });
    expect(reader.partitions).toBe(3);
    await reader.close();
  });

  test('refuses a number of partitions beyond the limits', () => {
    for (const wrong of [0, 65, Number.NaN]) {
      expect(() => new SqliteJournal(path, { partitions: wrong })).toThrow(JournalMisconfigured);
    }
  });

  test('refuses to read another kind of database', () => {
    runSql('CREATE TABLE orders (id TEXT)');
    expect(() => new SqliteJournal(path, { readonly: true })).toThrow(JournalMisconfigured);
  });

  test('says so when there is no file to read', () => {
    expect(() => new SqliteJournal(path, { readonly: true })).toThrow(JournalUnavailable);
  });
});

describe('closing', () => {
  test('first commits what was appended in the same turn', async () => {
    const journal = new SqliteJournal(path, { partitions });
    const appended = journal.append(0, 0, bytesOf('a'));
    await journal.close();
    expect(await appended).toBe(1);
    await expect(journal.append(0, 1, bytesOf('b'))).rejects.toBeInstanceOf(JournalUnavailable);
  });
});

describe('other processes', () => {
  test('read while a writer writes', async () => {
    const journal = new SqliteJournal(path, { partitions });
    await fill(journal, 0, ['a']);
    const reader = startProgram(`
      import { SqliteJournal } from './sqlite.ts';
      const journal = new SqliteJournal(path, { readonly: true });
      for (let next = 1; next <= 200; )
        for await (const { sequence, bytes } of journal.read(0, next)) {
          if (sequence !== next) throw new Error('gap at ' + next);
          console.log(sequence + '=' + Buffer.from(bytes).toString());
          next++;
        }
      await journal.close();`);
    await waitUntil('the reader has begun', () => reader.output().includes('1=a'));
    for (let last = 1; last < 200; last++) {
      await journal.append(0, last, bytesOf(`entry ${last + 1}`));
    }
    expect(await reader.ended).toBe(0);
    expect(reader.output().trim().split('\n').at(-1)).toBe('200=entry 200');
    await journal.close();
  });

  test('that write as well are fenced, and exactly one wins each sequence', async () => {
    await new SqliteJournal(path, { partitions }).close();
    const writers = ['l', 'r'].map((name) =>
      startProgram(`
        import { SqliteJournal } from './sqlite.ts';
        const journal = new SqliteJournal(path, { partitions: 8 });
        for (let last = 0, won = 0; won < 100; )
          try {
            last = await journal.append(0, last, Buffer.from('${name}' + (last + 1)));
            won++;
            console.log(last);
          } catch (error) {
            if (error.name !== 'Fenced') throw error;
            last = await journal.last(0);
          }
        await journal.close();`),
    );
    for (const writer of writers) expect(await writer.ended, writer.output()).toBe(0);
    const journal = new SqliteJournal(path, { readonly: true });
    const texts = await readTexts(journal, 0);
    const [left, right] = writers.map((w) => w.output().trim().split('\n').map(Number));
    expect(texts).toHaveLength(200);
    for (const sequence of left!) expect(texts[sequence - 1]).toBe(`l${sequence}`);
    for (const sequence of right!) expect(texts[sequence - 1]).toBe(`r${sequence}`);
    await journal.close();
  });

  test('that hold the write lock too long make an append fail, and nothing is stored', async () => {
    const journal = new SqliteJournal(path, { partitions });
    // The timer keeps the connection alive, which would lose its lock to the garbage collector.
    const holder = startProgram(`
      import { Database } from 'bun:sqlite';
      const database = new Database(path);
      database.run('BEGIN IMMEDIATE');
      console.log('locked');
      setInterval(() => database.inTransaction, 1_000);`);
    await waitUntil('the lock is held', () => holder.output().includes('locked'));
    await expect(journal.append(0, 0, bytesOf('a'))).rejects.toBeInstanceOf(JournalUnavailable);
    expect(await journal.last(0)).toBe(0);
    await holder.kill();
    expect(await journal.append(0, 0, bytesOf('a'))).toBe(1);
    await journal.close();
  });

  test('that are killed while they write leave every acknowledged entry', async () => {
    const writer = startProgram(`
      import { SqliteJournal } from './sqlite.ts';
      const journal = new SqliteJournal(path, { partitions: 8 });
      for (let last = 0; ; ) {
        last = await journal.append(0, last, Buffer.from('entry ' + (last + 1)));
        require('node:fs').writeSync(1, last + '\\n');
      }`);
    await waitUntil('it has written', () => writer.output().split('\n').length > 50);
    await writer.kill();
    const acknowledged = Number(writer.output().trim().split('\n').at(-1));
    const journal = new SqliteJournal(path, { partitions });
    const last = await journal.last(0);
    expect(last).toBeGreaterThanOrEqual(acknowledged);
    expect((await readTexts(journal, 0)).at(-1)).toBe(`entry ${last}`);
    expect(await journal.append(0, last, bytesOf('next'))).toBe(last + 1);
    await journal.close();
  });
});

describe.if(canMount)('a full disk', () => {
  const room = 16 * 1024 * 1024;
  let small: TemporaryFolder;
  beforeEach(() => {
    small = smallFolder(room);
  });
  afterEach(() => small.remove());

  test('makes appends fail with nothing stored, until there is room again', async () => {
    const file = small.file('journal.db');
    const ballast = small.file('ballast');
    writeFileSync(ballast, new Uint8Array(room / 2));
    const journal = new SqliteJournal(file, { partitions });
    const entry = new Uint8Array(entryBytesMax).fill(65);
    let last = 0;
    const appendUntilFull = async () => {
      for (;;) last = await journal.append(0, last, entry);
    };
    await expect(appendUntilFull()).rejects.toBeInstanceOf(JournalUnavailable);
    expect(last).toBeGreaterThan(0);
    expect(await journal.last(0)).toBe(last);
    expect(await readTexts(journal, 0)).toHaveLength(last);

    truncateSync(ballast, 0);
    expect(await journal.append(0, last, bytesOf('room again'))).toBe(last + 1);
    await journal.close();
    const reopened = new SqliteJournal(file, { partitions });
    expect((await readTexts(reopened, 0)).at(-1)).toBe('room again');
    await reopened.close();
  });
});
