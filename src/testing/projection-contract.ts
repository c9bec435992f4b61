/** What any database must do with the rows that a projector brings. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ProjectionBatch, RowChanges } from '../db/sql.ts';
import { dump, projectedTables, type SqlFixture, type SqlFixtureMaker } from './sql-fixture.ts';

export function projectionContract(database: string, make: SqlFixtureMaker): void {
  describe(`projected rows on ${database}`, () => {
    let fixture: SqlFixture;

    beforeEach(async () => {
      fixture = await make();
    });

    afterEach(() => fixture.remove());

    test('a batch applied twice, or out of order, changes nothing', async () => {
      const sql = await fixture.open();
      const changes = someChanges();
      const to = { seq: 4, hash: 'hash of 4' };
      const later = { seq: 9, hash: 'hash of 9' };
      const batch: ProjectionBatch = { partition: 1, from: 0, to, changes };
      expect(await sql.projection.apply(batch)).toBe(true);
      const before = await dump(fixture);
      expect(await sql.projection.apply(batch)).toBe(false);
      expect(await sql.projection.apply({ ...batch, from: 3, to: later })).toBe(false);
      expect(await sql.projection.apply({ ...batch, from: 5, to: later })).toBe(false);
      expect(await dump(fixture)).toEqual(before);
      expect(await sql.projection.checkpoints()).toEqual(new Map([[1, to]]));
    });

    test('a batch that fails half-way changes nothing', async () => {
      const sql = await fixture.open();
      const changes = someChanges();
      const twice = { ...changes, stockLogs: [...changes.stockLogs, ...changes.stockLogs] };
      const to = { seq: 4, hash: 'hash of 4' };
      const batch: ProjectionBatch = { partition: 1, from: 0, to, changes: twice };
      await expect(sql.projection.apply(batch)).rejects.toThrow();
      for (const table of projectedTables) expect(await fixture.rows(table)).toEqual([]);
      expect(await sql.projection.apply({ ...batch, changes })).toBe(true);
    });

    test('every field of a row is stored in its own column', async () => {
      const sql = await fixture.open();
      const changes = someChanges();
      const to = { seq: 4, hash: 'hash of 4' };
      await sql.projection.apply({ partition: 1, from: 0, to, changes });
      const row = changes.orders[0]!;
      expect(await sql.orders.order(row.id)).toEqual(row);
      expect(await fixture.rows('stock_logs')).toEqual([
        {
          id: 31,
          item_id: 32,
          order_id: 'an order',
          delta: -33,
          reason: 'placed',
          partition: 34,
          seq: 35,
          at: 36,
        },
      ]);
      const settlement = { key: row.key, status: 'paid', paidAt: 98, closedAt: 99 } as const;
      const settled = { ...someChanges(), orders: [], stockLogs: [], settlements: [settlement] };
      const next = { seq: 5, hash: 'hash of 5' };
      await sql.projection.apply({ partition: 1, from: 4, to: next, changes: settled });
      expect(await fixture.rows('checkpoints')).toEqual([{ partition: 1, ...next }]);
      expect(await sql.orders.order(row.id)).toEqual({ ...row, ...settlement });
    });
  });
}

/** One order and one stock log in which no two fields are equal. */
function someChanges(): RowChanges {
  const large = Number.MAX_SAFE_INTEGER;
  return {
    orders: [
      {
        key: 12 * 2 ** 27 + 11,
        id: '20261122-12-11',
        itemId: 12,
        userId: large,
        promoId: 14,
        amount: 15,
        unitPrice: 16,
        total: large - 1,
        status: 'expired',
        createdAt: 17,
        paidAt: 18,
        closedAt: 19,
        partition: 20,
        seq: 21,
        reference: 'pay 22',
        refundedAt: 23,
      },
    ],
    settlements: [],
    stockLogs: [
      {
        id: 31,
        itemId: 32,
        orderId: 'an order',
        delta: -33,
        reason: 'placed',
        partition: 34,
        seq: 35,
        at: 36,
      },
    ],
    stock: new Map([[32, -33]]),
    sales: new Map(),
    published: new Map(),
  };
}
