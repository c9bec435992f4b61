import { describe, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { chainStart, type Entry } from '../../actors/journal/codec.ts';
import { entryEventsMax, loadedUnitsMax, partitionsMax } from '../../actors/limits.ts';
import { sha256 } from '../../actors/sha256.ts';
import { goesOn } from '../db/projection.ts';
import { rowId } from '../db/row-id.ts';
import { orderKey } from '../order-id.ts';
import { changesOf } from './rows.ts';

const at = Date.UTC(2026, 10, 22, 23, 59, 59, 990);

function entry(seq: number, events: Event[], partition = 2): Entry {
  return { v: 1, partition, seq, prev: chainStart, writer: 'test', at, events };
}

const placed: Event = {
  type: 'placed',
  item: 42,
  n: 7,
  user: 1001,
  promo: 3,
  amount: 2,
  price: 9_900,
  nonce: 5,
};

const settled = { item: 42, n: 7, amount: 2, placedAt: at };

describe('the rows of an entry', () => {
  test('a placed order is a row, and takes its units from stock', () => {
    const changes = changesOf([entry(17, [placed])]);
    expect(changes.orders).toEqual([
      {
        ...{ key: orderKey(42, 7), userId: 1001, promoId: 3, amount: 2, unitPrice: 9_900 },
        ...{ createdAt: at, eventId: rowId(2, 17, 0) },
      },
    ]);
    expect(changes.stockEvents).toEqual([]);
    expect([...changes.stock]).toEqual([[42, -2]]);
    expect([...changes.sales]).toEqual([]);
  });

  test("an event's own time overrides its entry's", () => {
    const [order] = changesOf([entry(1, [{ ...placed, at: at + 10 }])]).orders;
    expect(order).toMatchObject({ createdAt: at + 10 });
  });

  test('opening and restocking add units', () => {
    const opened: Event = { type: 'opened', item: 42, price: 100, units: 50 };
    const changes = changesOf([entry(1, [opened, { type: 'restocked', item: 42, units: 8 }])]);
    expect(changes.stockEvents.map((each) => [each.reason, each.delta, each.orderId])).toEqual([
      ['opened', 50, null],
      ['restocked', 8, null],
    ]);
    expect([...changes.stock]).toEqual([[42, 58]]);
  });

  test('payment in time sells units without moving stock', () => {
    const changes = changesOf([entry(3, [{ type: 'paid', ...settled, at: at + 10 }])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: 'paid', paidAt: at + 10, closedAt: null, reference: null },
    ]);
    expect([...changes.sales]).toEqual([[42, 2]]);
    expect(changes.stockEvents).toEqual([]);
    expect([...changes.stock]).toEqual([]);
  });

  test.each(['cancelled', 'expired'] as const)('%s units come back', (type) => {
    const changes = changesOf([entry(3, [{ type, ...settled, at: at + 10 }])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: type, paidAt: null, closedAt: at + 10, reference: null },
    ]);
    // The id shows when the order was placed, not when it was settled.
    expect(changes.stockEvents).toMatchObject([
      { orderId: '20261122-42-7', delta: 2, reason: type },
    ]);
    expect([...changes.stock]).toEqual([[42, 2]]);
  });

  test('a late payment takes the units again, and is what the order became', () => {
    const expired: Event = { type: 'expired', ...settled };
    const late: Event = { type: 'paid', ...settled, late: true };
    const changes = changesOf([entry(3, [expired]), entry(4, [late])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: 'paid', paidAt: at, closedAt: null, reference: null },
    ]);
    expect(changes.stockEvents.map((each) => [each.reason, each.delta])).toEqual([
      ['expired', 2],
      ['paid', -2],
    ]);
    expect([...changes.stock]).toEqual([[42, 0]]);
    expect([...changes.sales]).toEqual([[42, 2]]);
  });

  test('a published promo is dated; admissions, refusals and ends change no row', () => {
    const terms = { price: 1, startAt: at, endAt: at + 1, limit: 1, gateFactor: 5, payWindowMs: 1 };
    const changes = changesOf([
      entry(1, [
        { type: 'published', item: 42, promo: 3, ...terms },
        { type: 'admitted', item: 42, user: 1, promo: 3, nonce: 9 },
        { type: 'refused', item: 42, count: 4, amount: 1 },
        { type: 'closed', item: 42, promo: 3 },
      ]),
    ]);
    expect([...changes.promos.keys()]).toEqual([3]);
    expect(changes.promos.get(3)).toMatchObject({ publishedAt: at });
    expect(changes.orders.length + changes.stockEvents.length + changes.settlements.length).toBe(0);
    expect(changes.stock.size + changes.sales.size).toBe(0);
  });

  test('an order that costs nothing is paid when it is placed', () => {
    const changes = changesOf([entry(3, [{ ...placed, price: 0, paid: true }])]);
    expect(changes.settlements).toMatchObject([
      { key: orderKey(42, 7), status: 'paid', paidAt: at, closedAt: null },
    ]);
    expect([...changes.sales]).toEqual([[42, 2]]);
    expect([...changes.stock]).toEqual([[42, -2]]);
  });

  test('a refund takes units out of sales, and puts them on sale again only where they come back', () => {
    const refunded = { type: 'refunded', ...settled, amountMinor: 19_800, at: at + 10 } as const;
    const kept = changesOf([entry(3, [{ ...refunded, back: false }])]);
    expect(kept.refunds).toEqual([{ key: orderKey(42, 7), at: at + 10 }]);
    expect([...kept.sales]).toEqual([[42, -2]]);
    expect([...kept.stock]).toEqual([]);
    const back = changesOf([entry(3, [{ ...refunded, back: true }])]);
    expect(back.stockEvents).toMatchObject([
      { orderId: '20261122-42-7', delta: 2, reason: 'refunded' },
    ]);
    expect([...back.stock]).toEqual([[42, 2]]);
    expect([...back.sales]).toEqual([[42, -2]]);
  });

  test('units taken off sale leave stock', () => {
    const changes = changesOf([entry(3, [{ type: 'unitsWithdrawn', item: 42, units: 6, key: 1 }])]);
    expect(changes.stockEvents).toMatchObject([{ orderId: null, delta: -6, reason: 'withdrawn' }]);
    expect([...changes.stock]).toEqual([[42, -6]]);
  });

  test('what an item is sold for is what was said last, and without a word as before 0.4.0', () => {
    const opened: Event = { type: 'opened', item: 42, price: 100, units: 50 };
    const limited: Event = { ...opened, item: 43, normalSale: false, limit: 5 };
    const edits: Event[] = [
      { type: 'edited', item: 42, price: 90, limit: 3 },
      { type: 'edited', item: 42, price: 80, texts: ['title'] },
      { type: 'edited', item: 44, normalSale: true },
      { type: 'edited', item: 45, texts: ['hidden'] },
    ];
    expect([...changesOf([entry(1, [opened, limited, ...edits])]).items]).toEqual([
      [42, { price: 80, normalSale: true, limitPerUser: 3 }],
      [43, { price: 100, normalSale: false, limitPerUser: 5 }],
      [44, { normalSale: true }],
      [45, {}],
    ]);
    expect(changesOf([entry(1, [opened])]).items.get(42)?.limitPerUser).toBe(loadedUnitsMax);
  });

  test('what became of a promo is what happened last', () => {
    const promo = { item: 42, promo: 3 };
    const changes = changesOf([
      entry(1, [
        { type: 'paused', ...promo },
        { type: 'resumed', ...promo, at: at + 1 },
        { type: 'extended', ...promo, endAt: at + 50 },
        { type: 'paused', ...promo, at: at + 2 },
      ]),
      entry(2, [{ type: 'ended', ...promo, at: at + 9 }]),
      entry(3, [{ type: 'promoWithdrawn', item: 42, promo: 4 }]),
    ]);
    expect([...changes.promos]).toEqual([
      [3, { pausedAt: goesOn, endAt: at + 9, endedAt: at + 9 }],
      [4, { withdrawnAt: at, pausedAt: goesOn }],
    ]);
  });

  test('a promo with a draw commits to the secret by its hash, and those who join for it are entrants', () => {
    const secret = '0f'.repeat(32);
    const terms = { price: 1, startAt: at, endAt: at + 9, limit: 1, gateFactor: 5 };
    const queue = { queue: 'draw', admitMs: 90_000, queueOpenAt: at - 5 } as const;
    const promo = { item: 42, promo: 3 };
    const joined = { type: 'joined', ...promo, user: 9, nonce: 77 } as const;
    const changes = changesOf([
      entry(1, [{ type: 'published', ...promo, ...terms, payWindowMs: 60_000, ...queue, secret }]),
      entry(2, [
        { ...joined, draw: true },
        { ...joined, user: 8 },
      ]),
      entry(3, [{ type: 'drawn', ...promo, entrants: 1, seed: 'ab', at: at + 1 }]),
    ]);
    expect(changes.promos.get(3)).toMatchObject({
      ...{ queue: 'draw', admitS: 90, queueOpenAt: at - 5, payWindowS: 60 },
      ...{ drawSecret: secret, drawCommitment: sha256(secret), drawSeed: 'ab', drawnAt: at + 1 },
    });
    const id = (2 * 64 + 2) * 4096;
    expect(changes.entrants).toEqual([{ id, promoId: 3, userId: 9, nonce: 77 }]);
  });

  test('stock events of any partition, entry and place have ids of their own', () => {
    const restocked: Event = { type: 'restocked', item: 1, units: 1 };
    const full = Array.from({ length: entryEventsMax }, () => restocked);
    const last = partitionsMax - 1;
    const all = [
      ...changesOf([entry(1, full, last), entry(2, full, last)]).stockEvents,
      ...changesOf([entry(1, full, 0), entry(2, full, 0)]).stockEvents,
    ];
    expect(new Set(all.map((each) => each.id)).size).toBe(4 * entryEventsMax);
    const [late] = changesOf([entry(2 ** 34, [restocked], last)]).stockEvents;
    expect(Number.isSafeInteger(late!.id)).toBe(true);
  });

  test('an event of an unknown type stops the projector', () => {
    const unknown = JSON.parse('{"type":"given","item":42}');
    expect(() => changesOf([entry(1, [unknown])])).toThrow('does not know');
  });
});
