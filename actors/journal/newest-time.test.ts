import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { logAt } from '../testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../testing/process.ts';
import { Chain, chainStart, encodeEntry, entryHash } from './codec.ts';
import { Fenced, type Journal, JournalCorrupt } from './journal.ts';
import { newestTimes, setTimeBack } from './newest-time.ts';
import { openJournal } from './open.ts';

const partitions = 3;
let folder: TemporaryFolder;
let journal: Journal;

beforeEach(async () => {
  folder = temporaryFolder();
  journal = await openJournal(logAt(folder.file('journal')), partitions);
});

afterEach(async () => {
  await journal.close();
  folder.remove();
});

async function append(partition: number, at: number, ...events: string[]): Promise<Uint8Array> {
  const head = { partition, seq: 1, prev: chainStart, writer: 'w', at };
  const bytes = encodeEntry(head, events);
  await journal.append(partition, 0, bytes);
  return bytes;
}

/** Reads a partition as recovery does, and returns where its chain ends. */
async function chainOf(partition: number): Promise<Chain> {
  const chain = new Chain(partition);
  for await (const { sequence, bytes } of journal.read(partition, 1)) chain.next(sequence, bytes);
  return chain;
}

describe('the time of a journal', () => {
  test('is unknown while it is empty', async () => {
    expect(await newestTimes(journal, partitions)).toEqual([]);
  });

  test('is that of the last event in the last entry of each partition', async () => {
    const first = await append(0, 1_000);
    const other = await append(2, 900, '{"type":"closed","item":2,"promo":1,"at":1500}');
    expect(await newestTimes(journal, partitions)).toEqual([
      { partition: 0, sequence: 1, hash: entryHash(first), at: 1_000 },
      { partition: 2, sequence: 1, hash: entryHash(other), at: 1_500 },
    ]);
  });

  test('of a damaged partition does not keep the others from being read', async () => {
    await journal.append(0, 0, new TextEncoder().encode('{"v":1,"partition":0,"seq":1}'));
    await append(1, 700);
    expect(await newestTimes(journal, partitions)).toMatchObject([{ partition: 1, at: 700 }]);
  });
});

describe('a time that is set back', () => {
  test('is the time from then on, and the chain goes on', async () => {
    await append(0, 1_000, '{"type":"closed","item":3,"promo":1,"at":1500}');
    const [ahead] = await newestTimes(journal, partitions);
    await setTimeBack(journal, ahead!, 'operator', 600);
    expect(await newestTimes(journal, partitions)).toMatchObject([{ sequence: 2, at: 600 }]);
    const chain = await chainOf(0);
    expect([chain.sequence, chain.at]).toEqual([2, 600]);
  });

  test('is refused where another engine has written meanwhile', async () => {
    await append(0, 1_000);
    const [ahead] = await newestTimes(journal, partitions);
    const head = { partition: 0, seq: 2, prev: ahead!.hash, writer: 'other', at: 1_100 };
    await journal.append(0, 1, encodeEntry(head, []));
    expect(setTimeBack(journal, ahead!, 'operator', 600)).rejects.toBeInstanceOf(Fenced);
  });

  test('is damage where nobody says so, or what is said is not true', async () => {
    const first = await append(0, 1_000);
    const next = { partition: 0, seq: 2, prev: entryHash(first), writer: 'w' };
    const closed = '{"type":"closed","item":3,"promo":1}';
    const wrong = [
      encodeEntry({ ...next, at: 999 }, []),
      encodeEntry({ ...next, at: 999, timeSetBackFrom: 998 }, []),
      encodeEntry({ ...next, at: 1_200, timeSetBackFrom: 1_100 }, []),
      encodeEntry({ ...next, at: 900, timeSetBackFrom: 1_000 }, [closed]),
      encodeEntry({ ...next, at: 900, timeSetBackFrom: 1_000.5 }, []),
    ];
    for (const bytes of wrong) {
      const chain = await chainOf(0);
      expect(() => chain.next(2, bytes)).toThrow(JournalCorrupt);
    }
  });
});
