import { afterAll, describe, expect, test } from 'bun:test';
import type { Event } from '../../../actors/events.ts';
import { chainStart, encodeEntry, encodeEvent, entryHash } from '../../../actors/journal/codec.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { eventsAt } from './journal-moments.ts';

const folder = temporaryFolder();
const journal = await openJournal(logAt(folder.file('journal')), 2);

afterAll(async () => {
  await journal.close();
  folder.remove();
});

const item = 5;
const placed = (n: number): Event => ({
  type: 'placed',
  ...{ item, n, user: 3, promo: 1, amount: 1, price: 5, nonce: 42 },
});
const of = (n: number) => ({ item, n, amount: 1, placedAt: 1 });

/** Fills a partition with entries at their times; events may have times of their own before that. */
async function fill(partition: number, entries: [at: number, ...(Event & { at?: number })[]][]) {
  let prev = chainStart;
  const appends = entries.map(([at, ...events], index) => {
    const encoded = events.map(({ at: own = at, ...event }) =>
      encodeEvent(event as Event, own, at),
    );
    const entry = encodeEntry({ partition, seq: index + 1, prev, writer: 'w', at }, encoded);
    prev = entryHash(entry);
    return journal.append(partition, index, entry);
  });
  await Promise.all(appends);
}

const others = Array.from({ length: 1_500 }, (_, index): [number, Event] => [
  1_000 + index * 10,
  placed(100 + index),
]);

describe('what the journal has of an order', () => {
  test('is found by its times, wherever in a long journal it is', async () => {
    const own: [number, ...(Event & { at?: number })[]][] = [
      [5_005, { ...placed(1), at: 5_003 }],
      [8_005, { type: 'expired', ...of(1) }],
      [8_005, placed(2)],
      [9_005, placed(7), { type: 'paid', ...of(1), late: true, by: 'Anna #2', reference: 'p1' }],
      [9_005, { type: 'refunded', ...of(1), back: false, amountMinor: 5, by: 'webhook' }],
      // The same number of another item.
      [9_006, { type: 'cancelled', ...of(1), item: 7 }],
    ];
    await fill(
      1,
      [...others, ...own].sort(([a], [b]) => a - b),
    );
    const found = await eventsAt(journal, { partition: 1, item, n: 1 }, [
      { at: 5_003, withinMs: 0 },
      { at: 7_990, withinMs: 500 },
      { at: 9_005, withinMs: 0 },
    ]);
    expect(found).toMatchObject([
      { type: 'placed', at: 5_003 },
      { type: 'expired', at: 8_005 },
      { type: 'paid', at: 9_005, by: 'Anna #2', reference: 'p1', late: true },
      { type: 'refunded', at: 9_005, by: 'webhook' },
    ]);
    expect(found.every(({ seq }, index) => index === 0 || seq > found[index - 1]!.seq)).toBe(true);
  });

  test('is nothing where its times are not those of the journal', async () => {
    const order = { partition: 1, item, n: 1 };
    const none = [0, 6_000, 99_000_000].map((at) => ({ at, withinMs: 0 }));
    expect(await eventsAt(journal, order, none)).toEqual([]);
    expect(await eventsAt(journal, { ...order, partition: 0 }, none)).toEqual([]);
  });
});
