import { describe, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { chainStart, type Entry } from '../../actors/journal/codec.ts';
import { entryEventsMax, partitionsMax } from '../../actors/limits.ts';
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
        key: orderKey(42, 7),
        id: '20261122-42-7',
        itemId: 42,
        userId: 1001,
        promoId: 3,
        amount: 2,
        unitPrice: 9_900,
        total: 19_800,
        status: 'placed',
        createdAt: at,
        paidAt: null,
        closedAt: null,
        partition: 2,
        seq: 17,
        reference: null,
        refundedAt: null,
      },
    ]);
    expect(changes.stockLogs).toMatchObject([
      {
        itemId: 42,
        orderId: '20261122-42-7',
        delta: -2,
        reason: 'placed',
        partition: 2,
        seq: 17,
        at,
      },
    ]);
    expect([...changes.stock]).toEqual([[42, -2]]);
    expect([...changes.sales]).toEqual([]);
  });

  test("an event's own time overrides its entry's, also in the order's id", () => {
    const [order] = changesOf([entry(1, [{ ...placed, at: at + 10 }])]).orders;
    expect(order).toMatchObject({ id: '20261123-42-7', createdAt: at + 10 });
  });

  test('opening and restocking add units', () => {
    const opened: Event = { type: 'opened', item: 42, price: 100, units: 50 };
    const changes = changesOf([entry(1, [opened, { type: 'restocked', item: 42, units: 8 }])]);
    expect(changes.stockLogs.map((log) => [log.reason, log.delta, log.orderId])).toEqual([
      ['opened', 50, null],
      ['restocked', 8, null],
    ]);
    expect([...changes.stock]).toEqual([[42, 58]]);
  });

  test('payment in time sells units without moving stock', () => {
    const changes = changesOf([entry(3, [{ type: 'paid', ...settled, at: at + 10 }])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: 'paid', paidAt: at + 10, closedAt: null },
    ]);
    expect([...changes.sales]).toEqual([[42, 2]]);
    expect(changes.stockLogs).toEqual([]);
    expect([...changes.stock]).toEqual([]);
  });

  test.each(['cancelled', 'expired'] as const)('%s units come back', (type) => {
    const changes = changesOf([entry(3, [{ type, ...settled, at: at + 10 }])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: type, paidAt: null, closedAt: at + 10 },
    ]);
    // The id shows when the order was placed, not when it was settled.
    expect(changes.stockLogs).toMatchObject([{ orderId: '20261122-42-7', delta: 2, reason: type }]);
    expect([...changes.stock]).toEqual([[42, 2]]);
  });

  test('a late payment takes the units again, and is what the order became', () => {
    const expired: Event = { type: 'expired', ...settled };
    const late: Event = { type: 'paid', ...settled, late: true };
    const changes = changesOf([entry(3, [expired]), entry(4, [late])]);
    expect(changes.settlements).toEqual([
      { key: orderKey(42, 7), status: 'paid', paidAt: at, closedAt: null },
    ]);
    expect(changes.stockLogs.map((log) => [log.reason, log.delta])).toEqual([
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
    expect([...changes.published]).toEqual([[3, at]]);
    expect(changes.orders.length + changes.stockLogs.length + changes.settlements.length).toBe(0);
    expect(changes.stock.size + changes.sales.size).toBe(0);
  });

  test('stock logs of any partition, entry and place have ids of their own', () => {
    const restocked: Event = { type: 'restocked', item: 1, units: 1 };
    const full = Array.from({ length: entryEventsMax }, () => restocked);
    const last = partitionsMax - 1;
    const logs = [
      ...changesOf([entry(1, full, last), entry(2, full, last)]).stockLogs,
      ...changesOf([entry(1, full, 0), entry(2, full, 0)]).stockLogs,
    ];
    expect(new Set(logs.map((log) => log.id)).size).toBe(4 * entryEventsMax);
    const [late] = changesOf([entry(2 ** 34, [restocked], last)]).stockLogs;
    expect(Number.isSafeInteger(late!.id)).toBe(true);
  });

  test('an event of an unknown type stops the projector', () => {
    const unknown = JSON.parse('{"type":"given","item":42}');
    expect(() => changesOf([entry(1, [unknown])])).toThrow('does not know');
  });
});
