import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { entryHash } from '../../../actors/journal/codec.ts';
import { JournalCorrupt } from '../../../actors/journal/journal.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { startNats } from '../../../actors/testing/nats.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { remove } from '../../testing/forgery.ts';
import { JournalMaker } from '../../testing/journal-maker.ts';
import { replay } from '../replay.ts';
import { reportOf } from '../report.ts';
import { pageBytes, pagesMax } from './messages.ts';
import { ReadAhead, type ReadEntry } from './read-ahead.ts';

const partitions = 3;
const patienceMs = 5_000;
/** Some entries are longer than a page, and all of them than the pages that may be filled. */
const lengths = [
  60,
  pageBytes + 1,
  ...Array<number>(4 * pagesMax).fill(Math.floor(pageBytes / 3)),
  pageBytes,
];

/** An entry of partition 1, as long as it is to be. */
function entry(seq: number): Uint8Array {
  const head = `{"v":1,"partition":1,"seq":${seq},"x":"`;
  return Buffer.from(`${head.padEnd(lengths[seq - 1]! - 2, '-')}"}`);
}

let folder: TemporaryFolder;
let ahead: ReadAhead;
const at = () => logAt(folder.file('journal'));

beforeEach(async () => {
  folder = temporaryFolder();
  const journal = await openJournal(at(), partitions);
  for (const index of lengths.keys()) await journal.append(1, index, entry(index + 1));
  await journal.close();
  ahead = new ReadAhead(at(), partitions, patienceMs);
});

afterEach(() => {
  ahead.close();
  folder.remove();
});

/** What was read, and the error that ended it. */
async function readAll(from = 1, partition = 1): Promise<[read: number[], error: unknown]> {
  const read: number[] = [];
  try {
    for await (const { sequence, bytes, hash } of ahead.read(partition, from)) {
      expect(Buffer.compare(bytes, entry(sequence))).toBe(0);
      expect(hash).toBe(entryHash(bytes));
      read.push(sequence);
    }
    return [read, null];
  } catch (error) {
    return [read, error];
  }
}

const all = lengths.map((_, index) => index + 1);

describe('a journal that is read ahead', () => {
  test('gives its entries and their hashes, from any on, and says who answered', async () => {
    expect(await readAll()).toEqual([all, null]);
    expect(await readAll(4)).toEqual([all.slice(3), null]);
    expect(await readAll(1, 2)).toEqual([[], null]);
    expect(ahead.answeredBy(1)).toBe(at().folder);
  });

  test('may be left at any entry, and is read anew as often as one likes', async () => {
    for (let round = 0; round < 3 * pagesMax; round++) {
      const read: ReadEntry[] = [];
      for await (const entry of ahead.read(1, 1 + round)) {
        read.push(entry);
        if (read.length === 1 + (round % 3)) break;
      }
      expect(read[0]!.sequence).toBe(1 + round);
    }
    expect(ahead.answeredBy(1)).toBe(at().folder);
    expect(await readAll()).toEqual([all, null]);
  });

  test('ends with the same error as the journal, after what can be read', async () => {
    remove(folder, 1, 5);
    const [read, error] = await readAll();
    expect(read).toEqual([1, 2, 3, 4]);
    expect(error).toBeInstanceOf(JournalCorrupt);
    expect(error).toMatchObject({
      ...{ partition: 1, sequence: 5 },
      message: 'partition 1, sequence 5: missing, and later entries are there',
    });
    expect(await readAll(6)).toEqual([all.slice(5), null]);
  });

  test('that is not there ends the reading with what is wrong', async () => {
    const nowhere = logAt(folder.file('other'));
    const other = new ReadAhead(nowhere, partitions, patienceMs);
    const read = Array.fromAsync(other.read(0, 1));
    await expect(read).rejects.toThrow('the journal cannot be opened');
    other.close();
  });
});

describe('an audit of a journal that is read ahead', () => {
  test('finds and says the same', async () => {
    const folder = temporaryFolder();
    const settings = logAt(folder.file('journal'));
    const journal = await openJournal(settings, partitions);
    const maker = new JournalMaker({ journal, seed: 3, partitions, items: 9, users: 60 });
    await maker.write(1_200);
    await journal.close();
    remove(folder, 2, 100, 101, 200);
    const reader = await openJournal(settings, partitions, { readonly: true });
    for (const limits of [{}, { to: 340 }, { item: 4 }]) {
      const source = new ReadAhead(settings, partitions, patienceMs);
      const asked = { journal: reader, partitions, ...limits };
      const [plain, fast] = [await replay(asked), await replay({ ...asked, source })].map(
        (replayed) => {
          const { journal, ...report } = reportOf(replayed, null, 'CNY');
          return { ...report, journal: { ...journal, ms: 0, ordersPerSecond: 0 } };
        },
      );
      source.close();
      expect(fast).toEqual(plain!);
      expect(plain!.journal.orders).toBeGreaterThan(100);
    }
    await reader.close();
    folder.remove();
  }, 60_000);

  test('reads JetStream as well', async () => {
    const nats = await startNats();
    const settings = { kind: 'jetstream', url: nats.url, replicas: 1 } as const;
    const journal = await openJournal(settings, partitions);
    for (let seq = 0; seq < 20; seq++)
      await journal.append(0, seq, new Uint8Array(1_000).fill(seq));
    const reader = new ReadAhead(settings, partitions, patienceMs);
    const read: number[] = [];
    for await (const { sequence, bytes } of reader.read(0, 1)) read.push(sequence, bytes[0]!);
    expect(read).toEqual(Array.from({ length: 20 }, (_, seq) => [seq + 1, seq]).flat());
    expect(reader.answeredBy(0)).toContain('server ');
    reader.close();
    await journal.close();
    await nats.remove();
  });
});
