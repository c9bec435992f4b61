/** What any database must do with the series of sales. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import {
  emptyCounts,
  hourS,
  type SeriesCount,
  type SeriesRow,
  seriesPointsMax,
} from '../db/series.ts';
import type { Sql } from '../db/sql.ts';
import { orderKey } from '../order-id.ts';
import { changesOf } from '../projector/rows.ts';
import { KnownTerms, seriesOf } from '../projector/series.ts';
import { dump, type SqlFixture, type SqlFixtureMaker } from './sql-fixture.ts';

/** A whole hour. */
const startS = 1_795_856_400;

export function seriesContract(database: string, make: SqlFixtureMaker): void {
  describe(`the series of sales on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });

    afterEach(() => fixture.remove());

    const add = (from: number, to: number, rows: SeriesRow[]) =>
      sql.projection.applySeries({ partition: 1, from, to, rows });

    test('adds what comes to a second again, and keeps the highest second', async () => {
      expect(await add(0, 4, [row(0, { orders: 3, units: 5 }), row(1, { orders: 4 })])).toBe(true);
      expect(await add(4, 5, [row(0, { orders: 2, joined: 7 })])).toBe(true);
      const read = await sql.series.read({ itemId: 1, promoId: 2, from: startS, to: startS + 60 });
      expect(read.points).toMatchObject([
        { at: startS, orders: 5, units: 5, joined: 7, stockDelta: -5 },
        { at: startS + 1, orders: 4, units: 0, stockDelta: 0 },
      ]);
      expect(read).toMatchObject({ stepS: 1, leftBefore: 0, whole: { orders: 9, peak: 5 } });
    });

    test('a batch applied twice, or out of order, changes nothing', async () => {
      const rows = [row(0, { orders: 3 })];
      expect(await add(0, 4, rows)).toBe(true);
      const before = await dump(fixture);
      expect(await add(0, 4, rows)).toBe(false);
      expect(await add(3, 9, rows)).toBe(false);
      expect(await add(5, 9, rows)).toBe(false);
      const behind = { partition: 1, from: 0, to: { seq: 2, hash: '' }, changes: changesOf([]) };
      expect(await sql.projection.apply({ ...behind, series: rows })).toBe(true);
      expect(await dump(fixture)).toEqual({
        ...before,
        checkpoints: [{ partition: 1, seq: 2, hash: '' }],
      });
      expect(await sql.series.checkpoints()).toEqual(new Map([[1, 4]]));
    });

    test('is read in a bounded number of points, whose sums stay the same', async () => {
      const days = 20;
      const rows = Array.from({ length: 4_000 }, (_, index) =>
        row(Math.floor((index * days * 86_400) / 4_000), { orders: 1, units: 2, paidMinor: 3 }),
      );
      const loaded = { ...row(-50 * 86_400, { loadedUnits: 9_000 }), promoId: 0 };
      const other = { ...row(50, { units: 1, orders: 1 }), promoId: 3 };
      await add(0, 1, [loaded, ...rows, other]);
      for (const seconds of [1, 299, 300, 3_000, 7_777, 86_400, days * 86_400, 9 * days * 86_400]) {
        const asked = { itemId: 1, promoId: 2, from: startS, to: startS + seconds };
        const { points, leftBefore } = await sql.series.read(asked);
        expect(points.length).toBeLessThanOrEqual(seriesPointsMax);
        const orders = points.reduce((sum, point) => sum + point.orders, 0);
        const within = rows.filter(({ at }) => at < asked.to).length;
        expect(orders).toBeGreaterThanOrEqual(within);
        expect(orders).toBeLessThanOrEqual(within + 1 + (hourS * 24 * 4_000) / (days * 86_400));
        expect(leftBefore).toBe(9_000);
      }
      // An hour and a half later, what was left follows from rows of hours, minutes and seconds.
      const from = startS + 5_437;
      const { leftBefore, points } = await sql.series.read({
        ...{ itemId: 1, promoId: 2, from, to: from + 200 },
      });
      const before = rows.filter(({ at }) => at < from).length;
      expect(leftBefore).toBe(9_000 - 2 * before - 1);
      expect(points.every(({ at }) => at >= from)).toBe(true);
    });

    test('nothing is read of a sale in which nothing happened', async () => {
      const asked = { itemId: 1, promoId: 2, from: startS, to: startS + 900 };
      expect(await sql.series.read(asked)).toEqual({
        ...{ stepS: 5, points: [], leftBefore: 0, whole: null },
      });
    });

    test('knows the terms of orders that were placed before', async () => {
      const placed: Event = {
        ...{ type: 'placed', item: 4, n: 1, user: 9, promo: 8, amount: 2, price: 50, nonce: 1 },
      };
      const at = startS * 1000;
      const entry = { v: 1 as const, partition: 1, seq: 1, prev: '', writer: '', at };
      const changes = changesOf([{ ...entry, events: [placed] }]);
      const to = { seq: 1, hash: '' };
      await sql.projection.apply({ partition: 1, from: 0, to, changes, series: null });
      const key = orderKey(4, 1);
      expect(await sql.projection.termsOfOrders([key, key + 1])).toEqual(
        new Map([[key, { promoId: 8, unitPrice: 50 }]]),
      );
      const events: Event[] = [
        { type: 'expired', item: 4, n: 1, amount: 2, placedAt: at },
        { type: 'paid', item: 4, n: 1, amount: 2, placedAt: at, late: true, at: at + 1_000 },
        { type: 'paid', item: 4, n: 2, amount: 2, placedAt: at },
      ];
      const rows = await seriesOf([{ at, events }], new KnownTerms(), sql.projection);
      const ofOrder = { itemId: 4, promoId: 8 };
      expect(rows).toEqual([
        { ...emptyCounts(), ...ofOrder, at: startS, expiredOrders: 1, expiredUnits: 2 },
        {
          ...emptyCounts(),
          ...{ ...ofOrder, at: startS + 1, paidOrders: 1, paidUnits: 2, paidMinor: 100 },
          lateUnits: 2,
        },
      ]);
    });
  });
}

/** Of item 1 and promo 2. */
function row(afterS: number, counts: Partial<Record<SeriesCount, number>>): SeriesRow {
  return { itemId: 1, promoId: 2, at: startS + afterS, ...emptyCounts(), ...counts };
}
