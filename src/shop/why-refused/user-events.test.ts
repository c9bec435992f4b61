import { afterAll, describe, expect, test } from 'bun:test';
import type { Event } from '../../../actors/events.ts';
import { chainStart, encodeEntry, encodeEvent, entryHash } from '../../../actors/journal/codec.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { entryTime, readUserEvents, searchEntriesMax } from './user-events.ts';

const folder = temporaryFolder();
const partitions = 4;
const journal = await openJournal(logAt(folder.file('journal')), partitions);

afterAll(async () => {
  await journal.close();
  folder.remove();
});

/** Fills a partition with one entry for each event, a second apart. */
async function fill(partition: number, events: Event[]): Promise<void> {
  let prev = chainStart;
  const appends = events.map((event, index) => {
    const seq = index + 1;
    const at = seq * 1_000;
    const entry = encodeEntry({ partition, seq, prev, writer: 'w', at }, [
      encodeEvent(event, at, at),
    ]);
    prev = entryHash(entry);
    return journal.append(partition, index, entry);
  });
  await Promise.all(appends);
}

const admitted = (item: number, user: number): Event => ({
  type: 'admitted',
  ...{ item, user, promo: 1, nonce: 42 },
});
const placed = (item: number, n: number, user: number): Event => ({
  type: 'placed',
  ...{ item, n, user, promo: 1, amount: 1, price: 5, nonce: 42 },
});

describe('the history of a user and an item', () => {
  test('is theirs alone, with times and entries', async () => {
    await fill(1, [admitted(5, 3), admitted(5, 33), placed(9, 1, 3), placed(5, 1, 3)]);
    const history = await readUserEvents(journal, {
      item: 5,
      user: 3,
      partitions,
      from: null,
      orders: [],
    });
    expect(history).toMatchObject({ from: 1, to: 4, last: 4 });
    expect(history.events).toMatchObject([
      { type: 'admitted', at: 1_000, seq: 1 },
      { type: 'placed', n: 1, at: 4_000, seq: 4 },
    ]);
  });

  test('is their way through a queue, its end for all, and payments for their orders alone', async () => {
    const [item, user, promo] = [8, 3, 1];
    const due = (n: number): Event => ({
      ...{ type: 'refundDue', item, due: n, n, placedAt: 1, amountMinor: 5, reason: 'cancelled' },
    });
    await fill(0, [
      { type: 'joined', item, user, promo, nonce: 1 },
      { type: 'joined', item, user: 33, promo, nonce: 2 },
      { type: 'admitted', item, user, promo, nonce: 1 },
      { type: 'lapsed', item, user, promo },
      { type: 'leftQueue', item, user: 33, promo },
      placed(item, 1, user),
      placed(item, 2, 33),
      due(1),
      due(2),
      due(9),
      { ...due(9), reason: 'unknownOrder' } as Event, // Still one.
      { type: 'queueEnded', item: 11, promo, waiting: 4 },
      { type: 'queueEnded', item, promo, waiting: 4 },
      { type: 'leftQueue', item, user, promo },
    ]);
    const history = await readUserEvents(journal, { item, user, partitions, from: 1, orders: [9] });
    expect(history.events.map(({ type, seq }) => [type, seq])).toEqual([
      ['joined', 1],
      ['admitted', 3],
      ['lapsed', 4],
      ['placed', 6],
      ['refundDue', 8],
      ['refundDue', 10],
      ['queueEnded', 13],
      ['leftQueue', 14],
    ]);
  });

  test('says what was read of a journal that is longer than a search', async () => {
    const events = Array.from({ length: searchEntriesMax + 5 }, () => placed(6, 1, 8));
    await fill(2, [admitted(6, 7), ...events]);
    const all = { item: 6, user: 7, partitions, orders: [] };
    const newest = await readUserEvents(journal, { ...all, from: null });
    expect(newest).toMatchObject({ from: 7, last: searchEntriesMax + 6, events: [] });
    expect(newest.to).toBeGreaterThanOrEqual(newest.from);
    const oldest = await readUserEvents(journal, { ...all, from: 1 });
    expect(oldest.to).toBeLessThanOrEqual(searchEntriesMax);
    expect(oldest.events).toHaveLength(1);
  }, 240_000);

  test('is empty beyond the end, and of an empty partition', async () => {
    const beyond = await readUserEvents(journal, {
      item: 5,
      user: 3,
      partitions,
      from: 99,
      orders: [],
    });
    expect(beyond).toMatchObject({ from: 99, to: 98, last: 4, events: [] });
    const none = await readUserEvents(journal, {
      item: 3,
      user: 3,
      partitions,
      from: null,
      orders: [],
    });
    expect(none).toMatchObject({ from: 1, to: 0, last: 0, events: [] });
  });

  test('knows when an entry was written', async () => {
    expect(await entryTime(journal, 1, 3)).toBe(3_000);
    expect(await entryTime(journal, 1, 5)).toBeNull();
  });
});
