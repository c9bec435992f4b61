import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { entryBytesMax } from '../limits.ts';
import {
  bytesOf,
  fill,
  contractPartitions as partitions,
  readTexts,
} from '../testing/journal-contract.ts';
import { OldJournal } from '../testing/old-journal.ts';
import { type TemporaryFolder, temporaryFolder } from '../testing/process.ts';
import { Chain, encodeEntry } from './codec.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
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
  for (const each of opened) await each.close();
  folder.remove();
});

function write(): OldJournal {
  const journal = new OldJournal(path, partitions);
  opened.push(journal);
  return journal;
}

function read(): SqliteJournal {
  const journal = new SqliteJournal(path, partitions);
  opened.push(journal);
  return journal;
}

/** Stores a chain of entries, all of it in the one file. */
async function storeChain(entries: number): Promise<void> {
  const journal = new OldJournal(path, partitions);
  const chain = new Chain(0);
  for (let seq = 1; seq <= entries; seq++) {
    const head = { partition: 0, seq, prev: chain.hash, writer: `writer ${seq}.`, at: seq };
    const bytes = encodeEntry(head, []);
    await journal.append(0, seq - 1, bytes);
    chain.next(seq, bytes);
  }
  journal.close();
}

/** Follows the chain as recovery does. */
async function follow(): Promise<void> {
  const chain = new Chain(0);
  for await (const { sequence, bytes } of read().read(0, 1)) chain.next(sequence, bytes);
}

function runSql(sql: string): void {
  const database = new Database(path);
  database.run(sql);
  database.close();
}

describe('reading', () => {
  test('begins at any entry, and keeps partitions apart', async () => {
    const journal = write();
    await fill(journal, 0, ['a', 'b', 'c', 'd', 'e']);
    await fill(journal, 7, ['z']);
    const reader = read();
    expect(await readTexts(reader, 0)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await readTexts(reader, 0, 5)).toEqual(['e']);
    expect(await readTexts(reader, 0, 6)).toEqual([]);
    expect(await readTexts(reader, 7)).toEqual(['z']);
    expect(await readTexts(reader, 3)).toEqual([]);
    expect([await reader.last(0), await reader.last(7), await reader.last(3)]).toEqual([5, 1, 0]);
  });

  test('gives entries from one byte to the longest byte for byte, and many short ones', async () => {
    const journal = write();
    const lengths = [1, 2, 255, 4_096, 65_537, entryBytesMax - 1, entryBytesMax];
    lengths.push(...Array<number>(2_000).fill(9));
    const entries = lengths.map((length, index) => new Uint8Array(length).fill(index));
    for (const [last, entry] of entries.entries()) await journal.append(0, last, entry);
    let sequence = 0;
    for await (const entry of read().read(0, 1)) {
      expect(entry.sequence).toBe(sequence + 1);
      expect(Buffer.compare(entry.bytes, entries[sequence++]!)).toBe(0);
    }
    expect(sequence).toBe(lengths.length);
  });

  test('sees what an engine of an earlier release adds meanwhile', async () => {
    const journal = write();
    const texts = Array.from({ length: 300 }, (_, index) => `entry ${index + 1}`);
    await fill(journal, 0, texts.slice(0, 200));
    const reader = read();
    let last = 200;
    for await (const { sequence } of reader.read(0, 101))
      if (sequence > 150 && last < 300) last = await journal.append(0, last, bytesOf(texts[last]!));
    for (; last < 300; last++) await journal.append(0, last, bytesOf(texts[last]!));
    expect(await reader.last(0)).toBe(300);
    expect(await readTexts(reader, 0)).toEqual(texts);
  });

  test('may be left at any entry', async () => {
    await fill(write(), 0, ['a', 'b', 'c']);
    const reader = read();
    for await (const { sequence } of reader.read(0, 1)) if (sequence === 2) break;
    expect(await readTexts(reader, 0)).toEqual(['a', 'b', 'c']);
  });
});

describe('a damaged file', () => {
  test('is found when one byte of an entry was changed', async () => {
    await storeChain(200);
    const file = readFileSync(path).toString('latin1');
    writeFileSync(path, Buffer.from(file.replaceAll('writer 100.', 'writer 900.'), 'latin1'));
    await expect(follow()).rejects.toThrow(/sequence 101: the hash of the entry before/);
  });

  test('is found when garbage is in the middle', async () => {
    await storeChain(500);
    const file = readFileSync(path);
    file.fill(0xa5, file.length / 2);
    writeFileSync(path, file);
    await expect(follow()).rejects.toThrow(/damaged/);
  });

  test('is found when its end is gone', async () => {
    await storeChain(500);
    truncateSync(path, readFileSync(path).length / 2);
    await expect(follow()).rejects.toThrow(/damaged/);
  });

  test('is found when its end was overwritten with zeros', async () => {
    await storeChain(500);
    const file = readFileSync(path);
    file.fill(0, file.length / 2);
    writeFileSync(path, file);
    await expect(follow()).rejects.toThrow(/damaged/);
  });

  test('is found when an entry is missing', async () => {
    await storeChain(50);
    runSql('DELETE FROM journal WHERE seq = 20');
    await expect(follow()).rejects.toThrow(/sequence 20: missing: 21 comes next/);
  });

  test('is found when the first entry is missing', async () => {
    await storeChain(3);
    runSql('DELETE FROM journal WHERE seq = 1');
    await expect(follow()).rejects.toThrow(/sequence 1: missing/);
  });

  test('is found when two entries were swapped', async () => {
    await storeChain(50);
    runSql('UPDATE journal SET seq = -seq WHERE seq IN (20, 30)');
    runSql('UPDATE journal SET seq = CASE seq WHEN -20 THEN 30 ELSE 20 END WHERE seq < 0');
    await expect(follow()).rejects.toThrow(/sequence 20: the entry says it is number 30/);
  });

  test('is refused when it is not a database', async () => {
    writeFileSync(path, 'not a database, but long enough to look like one '.repeat(100));
    expect(read).toThrow(JournalMisconfigured);
  });
});

describe('opening', () => {
  test('refuses another number of partitions than the journal was made with', async () => {
    await storeChain(1);
    expect(() => new SqliteJournal(path, 4)).toThrow(
      `${path} was made with 8 partitions and cannot be opened with 4`,
    );
    expect(await read().last(0)).toBe(1);
  });

  test('refuses to read another kind of database', () => {
    runSql('CREATE TABLE orders (id TEXT)');
    expect(read).toThrow(JournalMisconfigured);
  });

  test('says so when there is no file to read', () => {
    expect(read).toThrow(JournalUnavailable);
  });
});
