/** What every journal must do, whatever it stores its entries in. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Sequence } from '../events.ts';
import { Fenced, type Journal, type StoredEntry } from '../journal/journal.ts';
import { entryBytesMax } from '../limits.ts';

/** One place where a journal of at least `contractPartitions` partitions is stored. */
export interface JournalStore {
  /** Opens the journal again, as another writer or reader would. */
  open(): Promise<Journal>;
  /** Frees the place; the contract has closed everything it opened. */
  dispose(): Promise<void>;
}

/** Partitions the contract writes to. */
export const contractPartitions = 8;

/** Bytes that can be told apart by their text. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

/** Reads a partition to its end. */
async function readAll(
  journal: Journal,
  partition: number,
  from: Sequence = 1,
): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const entry of journal.read(partition, from)) entries.push(entry);
  return entries;
}

/** Reads a partition as texts, after checking that its sequences have no gap. */
export async function readTexts(journal: Journal, partition: number, from: Sequence = 1) {
  const entries = await readAll(journal, partition, from);
  expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, index) => from + index));
  return entries.map((entry) => Buffer.from(entry.bytes).toString('utf8'));
}

/** Appends texts one after the other, as entries 1, 2, 3 … of an empty partition. */
export async function fill(
  journal: Pick<Journal, 'append'>,
  partition: number,
  texts: string[],
): Promise<void> {
  for (const [index, text] of texts.entries()) {
    await journal.append(partition, index, bytesOf(text));
  }
}

/** Races to append `entries` entries, reading the last sequence again whenever fenced. */
async function race(journal: Journal, writer: string, entries: number): Promise<Sequence[]> {
  const won: Sequence[] = [];
  for (let last = 0; won.length < entries; ) {
    try {
      last = await journal.append(0, last, bytesOf(`${writer}${last + 1}`));
      won.push(last);
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      last = await journal.last(0);
    }
  }
  return won;
}

/** @param writers - whether several may be open at once; else whoever opens it while a writer is open only reads */
export function journalContract(
  name: string,
  makeStore: () => Promise<JournalStore>,
  writers: 'one' | 'several' = 'several',
): void {
  const testSeveral: typeof test | (() => void) = writers === 'several' ? test : () => undefined;
  describe(`${name} keeps the journal's contract`, () => {
    let store: JournalStore;
    let journal: Journal;
    let opened: Journal[];
    const open = async () => {
      const another = await store.open();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      opened = [];
      store = await makeStore();
      journal = await open();
    });

    afterEach(async () => {
      for (const each of opened) await each.close();
      await store.dispose();
    });

    test('an empty partition has no last entry and nothing to read', async () => {
      expect(await journal.last(0)).toBe(0);
      expect(await readTexts(journal, 0)).toEqual([]);
      expect(await readTexts(journal, 0, 5)).toEqual([]);
    });

    test('appends are numbered from 1 without gaps and read back in order', async () => {
      for (let last = 0; last < 100; last++) {
        expect(await journal.append(1, last, bytesOf(`entry ${last + 1}`))).toBe(last + 1);
      }
      expect(await journal.last(1)).toBe(100);
      expect(await readTexts(journal, 1)).toEqual(
        Array.from({ length: 100 }, (_, index) => `entry ${index + 1}`),
      );
    });

    test('reading begins at any sequence', async () => {
      await fill(journal, 0, ['a', 'b', 'c', 'd', 'e']);
      expect(await readTexts(journal, 0, 3)).toEqual(['c', 'd', 'e']);
      expect(await readTexts(journal, 0, 5)).toEqual(['e']);
      expect(await readTexts(journal, 0, 6)).toEqual([]);
    });

    test('an append that knows too old a last sequence is fenced and stores nothing', async () => {
      await fill(journal, 0, ['a', 'b']);
      for (const expectedLast of [0, 1]) {
        await expect(journal.append(0, expectedLast, bytesOf('x'))).rejects.toBeInstanceOf(Fenced);
      }
      expect(await readTexts(journal, 0)).toEqual(['a', 'b']);
    });

    test('an append that is ahead of the last sequence is fenced and leaves no gap', async () => {
      await expect(journal.append(0, 1, bytesOf('x'))).rejects.toBeInstanceOf(Fenced);
      await fill(journal, 0, ['a', 'b']);
      await expect(journal.append(0, 3, bytesOf('x'))).rejects.toBeInstanceOf(Fenced);
      await expect(journal.append(0, 1_000_000, bytesOf('x'))).rejects.toBeInstanceOf(Fenced);
      expect(await readTexts(journal, 0)).toEqual(['a', 'b']);
    });

    testSeveral('a second writer takes over and the first is fenced', async () => {
      await fill(journal, 0, ['a']);
      const second = await open();
      expect(await second.last(0)).toBe(1);
      expect(await second.append(0, 1, bytesOf('b by the second'))).toBe(2);
      await expect(journal.append(0, 1, bytesOf('b by the first'))).rejects.toBeInstanceOf(Fenced);
      expect(await journal.last(0)).toBe(2);
      expect(await journal.append(0, 2, bytesOf('c'))).toBe(3);
      expect(await readTexts(second, 0)).toEqual(['a', 'b by the second', 'c']);
    });

    testSeveral('of racing writers exactly one wins each sequence', async () => {
      const second = await open();
      const [left, right] = await Promise.all([race(journal, 'l', 50), race(second, 'r', 50)]);
      const texts = await readTexts(journal, 0);
      expect(texts).toHaveLength(100);
      for (const sequence of left) expect(texts[sequence - 1]).toBe(`l${sequence}`);
      for (const sequence of right) expect(texts[sequence - 1]).toBe(`r${sequence}`);
      expect(new Set([...left, ...right]).size).toBe(100);
    });

    test('partitions do not touch each other', async () => {
      const partitions = Array.from({ length: contractPartitions }, (_, partition) => partition);
      const textsOf = (partition: number) =>
        Array.from({ length: 20 }, (_, index) => `${partition}/${index + 1}`);
      await Promise.all(partitions.map((p) => fill(journal, p, textsOf(p))));
      for (const partition of partitions) {
        expect(await readTexts(journal, partition)).toEqual(textsOf(partition));
      }
    });

    test('a reader sees all there was when it began while another goes on writing', async () => {
      const texts = Array.from({ length: 300 }, (_, index) => `entry ${index + 1}`);
      await fill(journal, 0, texts.slice(0, 200));
      const reader = await open();
      const read: string[] = [];
      let last = 200;
      for await (const { sequence, bytes } of reader.read(0, 101)) {
        expect(sequence).toBe(101 + read.length);
        read.push(Buffer.from(bytes).toString('utf8'));
        if (last < 300) last = await journal.append(0, last, bytesOf(texts[last]!));
      }
      expect(read.length).toBeGreaterThanOrEqual(100);
      expect(read).toEqual(texts.slice(100, 100 + read.length));
      expect(await readTexts(reader, 0, 101)).toEqual(texts.slice(100));
    });

    test('an abandoned reading leaves the journal usable', async () => {
      await fill(journal, 0, ['a', 'b', 'c']);
      for await (const { sequence } of journal.read(0, 1)) if (sequence === 2) break;
      expect(await journal.append(0, 3, bytesOf('d'))).toBe(4);
      expect(await readTexts(journal, 0)).toEqual(['a', 'b', 'c', 'd']);
    });

    test('entries from one byte to the longest come back byte for byte', async () => {
      const lengths = [1, 2, 255, 4_096, 65_537, entryBytesMax - 1, entryBytesMax];
      const entries = lengths.map((length, index) => new Uint8Array(length).fill(index + 40));
      for (const [last, entry] of entries.entries()) await journal.append(0, last, entry);
      const read = await readAll(journal, 0);
      expect(read.map((entry) => entry.bytes.length)).toEqual(lengths);
      for (const [index, { bytes }] of read.entries()) {
        expect(Buffer.compare(bytes, entries[index]!)).toBe(0);
      }
    });

    test('opening again finds everything and goes on', async () => {
      await fill(journal, 0, ['a', 'b']);
      await fill(journal, 7, ['z']);
      await journal.close();
      opened = [];
      const again = await open();
      expect(await again.last(0)).toBe(2);
      expect(await again.append(0, 2, bytesOf('c'))).toBe(3);
      expect(await readTexts(again, 0)).toEqual(['a', 'b', 'c']);
      expect(await readTexts(again, 7)).toEqual(['z']);
    });

    test('as many appends as may be in flight keep their order', async () => {
      const inFlight = journal.appendsInFlight;
      expect(inFlight).toBeGreaterThanOrEqual(1);
      const texts = Array.from({ length: inFlight }, (_, index) => `entry ${index + 1}`);
      const appends = texts.map((text, last) => journal.append(0, last, bytesOf(text)));
      expect(await Promise.all(appends)).toEqual(texts.map((_, index) => index + 1));
      expect(await readTexts(journal, 0)).toEqual(texts);
    });

    testSeveral('when an append in flight is refused so are all after it', async () => {
      // The other writer's entries must not make room for the later appends: those rest on an
      // entry that was refused, and would break the chain.
      const second = await open();
      const inFlight = journal.appendsInFlight;
      for (let foreign = 1; foreign <= inFlight; foreign++) {
        const last = await journal.last(0);
        for (let n = 0; n < foreign; n++) await second.append(0, last + n, bytesOf('foreign'));
        const appends = Array.from({ length: inFlight }, (_, index) =>
          journal.append(0, last + index, bytesOf('mine')),
        );
        const outcomes = await Promise.allSettled(appends);
        expect(outcomes.map((outcome) => outcome.status)).not.toContain('fulfilled');
        expect(await journal.last(0)).toBe(last + foreign);
      }
      expect(await readTexts(journal, 0)).not.toContain('mine');
    });
  });
}
