/** What any database must do with the rows that a projector brings. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import type { Entry } from '../../actors/journal/codec.ts';
import { goesOn, type ProjectionBatch, type RowChanges } from '../db/projection.ts';
import type { RefundDueRow } from '../db/refunds-due.ts';
import { rowId } from '../db/row-id.ts';
import type { OrderRow } from '../db/sql.ts';
import { orderKey } from '../order-id.ts';
import { changesOf } from '../projector/rows.ts';
import { fillCatalogue } from './projected-rows.ts';
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
      const batch: ProjectionBatch = { partition: 1, from: 0, to, changes, series: [] };
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
      const twice = { ...changes, orders: [...changes.orders, ...changes.orders] };
      const to = { seq: 4, hash: 'hash of 4' };
      const batch: ProjectionBatch = { partition: 1, from: 0, to, changes: twice, series: [] };
      await expect(sql.projection.apply(batch)).rejects.toThrow();
      for (const table of projectedTables) expect(await fixture.rows(table)).toEqual([]);
      expect(await sql.projection.apply({ ...batch, changes })).toBe(true);
    });

    test('every field of a row is stored in its own column', async () => {
      const sql = await fixture.open();
      const changes = someChanges();
      const to = { seq: 4, hash: 'hash of 4' };
      await sql.projection.apply({ partition: 1, from: 0, to, changes, series: [] });
      const row = placedRow();
      expect(await sql.orders.byKey(row.key)).toEqual(row);
      expect(await fixture.rows('stock_logs')).toEqual([
        {
          id: 31,
          item_id: 32,
          order_id: 'an order',
          delta: -33,
          reason: 'expired',
          partition: 34,
          seq: 35,
          at: 36,
        },
        {
          id: rowId(20, 21, 22),
          item_id: 12,
          order_id: '20261122-12-11',
          delta: -15,
          reason: 'placed',
          partition: 20,
          seq: 21,
          at: createdAt,
        },
      ]);
      const settlement = {
        key: row.key,
        status: 'paid',
        paidAt: 98,
        closedAt: 99,
        reference: 'NULL',
      } as const;
      const settled = { ...someChanges(), orders: [], stockEvents: [], settlements: [settlement] };
      const next = { seq: 5, hash: 'hash of 5' };
      await sql.projection.apply({ partition: 1, from: 4, to: next, changes: settled, series: [] });
      expect(await fixture.rows('checkpoints')).toEqual([{ partition: 1, ...next }]);
      expect(await sql.orders.byKey(row.key)).toEqual({ ...row, ...settlement });
    });

    test('orders of any number are rows, and a batch may have settled some of them', async () => {
      const sql = await fixture.open();
      for (const [seq, count] of [0, 1, 7, 8, 63, 64, 65, 200].entries()) {
        const item = seq + 1;
        const numbers = Array.from({ length: count }, (_, index) => index + 1);
        const placed = { type: 'placed', item, user: 9, promo: 0, amount: 2, nonce: 1 } as const;
        const events: Event[] = numbers.map((n) =>
          n % 3 === 0 ? { ...placed, n, price: 0, paid: true } : { ...placed, n, price: 50 },
        );
        const at = createdAt + seq;
        const entry: Entry = { v: 1, partition: 3, seq, prev: '', writer: '', at, events };
        const to = { seq: seq + 1, hash: '' };
        const batch = { partition: 3, from: seq, to, changes: changesOf([entry]), series: [] };
        expect(await sql.projection.apply(batch)).toBe(true);
        await sql.projection.snapshot(async (view) => {
          const rows = await Array.fromAsync(view.ordersOfItem(item));
          expect(rows.map(({ key }) => key)).toEqual(numbers.map((n) => orderKey(item, n)));
          for (const [index, row] of rows.entries()) {
            const isPaid = numbers[index]! % 3 === 0;
            const told = { status: isPaid ? 'paid' : 'placed', paidAt: isPaid ? at : null };
            const money = isPaid ? { unitPrice: 0, total: 0 } : { unitPrice: 50, total: 100 };
            const source = { partition: 3, seq, eventId: rowId(3, seq, index), createdAt: at };
            expect(row).toMatchObject({ ...told, ...money, ...source, itemId: item, userId: 9 });
          }
          const sums = (await view.itemSums()).find(({ itemId }) => itemId === item);
          if (count > 0) expect(sums).toMatchObject({ logged: -2 * count, stock: -2 * count });
        });
      }
    });

    test('a refund keeps what was paid', async () => {
      const sql = await fixture.open();
      const changes = someChanges();
      const { key } = changes.orders[0]!;
      const paid = { key, status: 'paid', paidAt: 98, closedAt: null, reference: 'a,b' } as const;
      const refunds = [{ key, at: 99 }];
      const to = { seq: 4, hash: 'hash of 4' };
      const later = { ...changes, settlements: [paid], refunds };
      await sql.projection.apply({ partition: 1, from: 0, to, changes: later, series: [] });
      const refunded = { status: 'refunded', refundedAt: 99, closedAt: 99 };
      const expected = { ...placedRow(), ...refunded, paidAt: 98, reference: 'a,b' };
      expect(await sql.orders.byKey(key)).toEqual(expected as OrderRow); // Spread, its status is any text.
    });

    test('every field of a refund due and of an entrant is stored in its own column, whatever texts it has', async () => {
      const sql = await fixture.open();
      const odd = ['a,b', 'NULL', '"quoted" \\', '{1}', '', "it's", '钥匙', null];
      const refundsDue = odd.map(
        (text, index): RefundDueRow => ({
          ...{
            id: `51-${index + 1}`,
            itemId: 51,
            due: index + 1,
            n: 52,
            orderId: '20261122-51-52',
          },
          ...{ amountMinor: 53, reference: text, reason: 'paidTwice', at: 54 + index, by: text },
          ...{ settledAt: 63, settledBy: text, settledReference: text, partition: 64, seq: 65 },
        }),
      );
      const entrants = [{ id: 71, promoId: 72, userId: Number.MAX_SAFE_INTEGER, nonce: 73 }];
      const changes = { ...changesOf([]), refundsDue, entrants };
      const to = { seq: 4, hash: 'hash of 4' };
      await sql.projection.apply({ partition: 1, from: 0, to, changes, series: [] });
      for (const row of refundsDue) {
        expect(await sql.refundsDue.byId(row.id)).toEqual({ ...row, userId: null });
      }
      expect(await sql.draws.entrants(72, 0, 9)).toEqual(entrants);
      await sql.projection.snapshot(async (view) => {
        const pages = await Array.fromAsync(view.refundPages());
        expect(pages.flat().toSorted((a, b) => a.due - b.due)).toEqual(refundsDue);
        expect((await Array.fromAsync(view.entrantPages(null))).flat()).toEqual(entrants);
      });
    });

    test('items with orders are found by the keys, and entrants by their partition', async () => {
      const sql = await fixture.open();
      const [order] = someChanges().orders;
      const items = [-7, 0, 1, 2, 2, 7, 99, 2 ** 21];
      const orders = items.map((item, n) => ({
        ...order!,
        key: orderKey(item, n),
        id: `order ${n}`,
      }));
      const ids = [
        rowId(3, 1, 0),
        rowId(3, 1, 4_095),
        rowId(3, 70, 2),
        rowId(4, 2, 0),
        rowId(63, 9, 1),
      ];
      const entrants = ids.map((id) => ({ id, promoId: 72, userId: 5, nonce: 6 }));
      const changes = { ...changesOf([]), orders, entrants };
      const to = { seq: 4, hash: 'hash of 4' };
      await sql.projection.apply({ partition: 1, from: 0, to, changes, series: [] });
      await sql.projection.snapshot(async (view) => {
        expect(await view.orderedItems()).toEqual([1, 2, 7, 99, 2 ** 21]);
        for (const [partition, expected] of [
          [3, ids.slice(0, 3)],
          [4, ids.slice(3, 4)],
          [63, ids.slice(4)],
          [5, []],
        ] as const) {
          const pages = await Array.fromAsync(view.entrantPages(partition));
          expect(pages.flat().map(({ id }) => id)).toEqual([...expected]);
        }
      });
    });

    test('what is not said of an item or a promo stays as it is', async () => {
      const sql = await fixture.open();
      await fillCatalogue(sql, { items: 1, promos: [1, 1] });
      const project = async (from: number, some: Partial<RowChanges>) => {
        const to = { seq: from + 1, hash: `hash of ${from + 1}` };
        const changes = { ...changesOf([]), ...some };
        expect(await sql.projection.apply({ partition: 1, from, to, changes, series: [] })).toBe(
          true,
        );
      };
      const terms = {
        ...{ price: 81, startAt: 82, endAt: 83, limitPerUser: 84, gateFactor: 85, payWindowS: 86 },
        ...{ queue: 'draw' as const, admitS: 87, queueOpenAt: 88 },
      };
      const fate = { endedAt: 91, withdrawnAt: 92, drawnAt: 93 };
      const draw = { drawCommitment: 'c', drawSecret: 's', drawSeed: 'd' };
      await project(0, {
        items: new Map([[1, { price: 5, normalSale: false, limitPerUser: 6 }]]),
        promos: new Map([[2, { publishedAt: 80, pausedAt: 90, ...terms, ...fate, ...draw }]]),
      });
      const before = await dump(fixture);
      expect(await sql.catalog.item(1)).toMatchObject({ price: 5, normalSale: false });
      const [promo] = await sql.projection.snapshot((view) => view.publishedPromos());
      expect(promo).toMatchObject({ publishedAt: 80, pausedAt: 90, ...terms, ...fate, ...draw });
      await project(1, { items: new Map([[1, {}]]), promos: new Map([[2, {}]]) });
      for (const table of ['items', 'promos']) {
        expect(await fixture.rows(table)).toEqual(before[table] as Record<string, unknown>[]);
      }
      const changed = new Map([[2, { pausedAt: goesOn, endAt: 99 }]]);
      await project(2, { items: new Map([[1, { normalSale: true }]]), promos: changed });
      expect(await sql.catalog.item(1)).toMatchObject({ price: 5, normalSale: true });
      expect(await sql.catalog.promo(2)).toMatchObject({ pausedAt: null, endAt: 99, startAt: 82 });
    });
  });
}

/** One order and one stock event in which no two fields are equal. */
function someChanges(): RowChanges {
  const large = Number.MAX_SAFE_INTEGER;
  return {
    ...changesOf([]),
    orders: [
      {
        ...{ key: orderKey(12, 11), userId: large, promoId: 14, amount: 15, unitPrice: 16 },
        ...{ createdAt, eventId: rowId(20, 21, 22) },
      },
    ],
    stockEvents: [
      {
        id: 31,
        itemId: 32,
        orderId: 'an order',
        delta: -33,
        reason: 'expired',
        partition: 34,
        seq: 35,
        at: 36,
      },
    ],
    stock: new Map([[32, -33]]),
  };
}

/** The last moment of a day. */
const createdAt = Date.UTC(2026, 10, 22, 23, 59, 59, 999);

/** The row of the order among `someChanges`. */
function placedRow(): OrderRow {
  const [order] = someChanges().orders;
  return {
    ...order!,
    ...{ id: '20261122-12-11', itemId: 12, total: 240, status: 'placed', paidAt: null },
    ...{ closedAt: null, partition: 20, seq: 21, reference: null, refundedAt: null },
  };
}
