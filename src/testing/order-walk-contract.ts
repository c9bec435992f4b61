/** What any database must find of its orders, whatever the filter: what a filter in memory finds. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { orderStatusNames } from '../../actors/protocol.ts';
import { everyOrder, isNewer, type OrderFilter } from '../db/order-walk/order-walk.ts';
import type { RowChanges } from '../db/projection.ts';
import { rowId } from '../db/row-id.ts';
import type { OrderCursor, OrderRow, Sql } from '../db/sql.ts';
import { orderId, orderKey } from '../order-id.ts';
import { changesOf } from '../projector/rows.ts';
import { randomOf } from './random.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const start = Date.UTC(2026, 10, 27, 23, 50);
const items = [1, 2, 7, 71, 131_071];
const users = 40;
const count = 2_000;
const filters = 80;

const random = randomOf(20_261_127);
const below = (n: number) => Math.floor(random() * n);
const oneOf = <T>(all: readonly T[]): T => all[below(all.length)]!;

export function orderWalkContract(database: string, make: SqlFixtureMaker): void {
  describe(`orders found in ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;
    let all: OrderRow[];

    beforeAll(async () => {
      fixture = await make();
      sql = await fixture.open();
      const changes = someOrders();
      const to = { seq: count, hash: 'hash' };
      await sql.projection.apply({ partition: 0, from: 0, to, changes, series: null });
      const found = await Promise.all(changes.orders.map(({ key }) => sql.orders.byKey(key)));
      all = found.map((row) => row!).sort((a, b) => b.createdAt - a.createdAt || b.key - a.key);
    });

    afterAll(() => fixture.remove());

    /** Step after step of one walk, or each from the cursor of the one before. */
    async function walked(filter: OrderFilter, limit: number, look: number, anew: boolean) {
      const rows: OrderRow[] = [];
      let walk = await sql.orders.walk(filter, null);
      for (let last: OrderCursor | null = null; ; ) {
        const { rows: more, next } = await walk.step(limit, look);
        expect(more.length).toBeLessThanOrEqual(limit);
        rows.push(...more);
        if (next === null) return rows;
        if (last !== null) expect(isNewer(last, next)).toBe(true);
        last = next;
        if (anew) walk = await sql.orders.walk(filter, next);
      }
    }

    test('are those that a filter in memory finds, each once, newest first', async () => {
      for (let round = 0; round < filters; round++) {
        const filter = someFilter(all);
        const expected = all.filter((row) => fits(row, filter)).map(({ key }) => key);
        const [limit, look] = [15 + below(300), oneOf([90, 500, 10_000])];
        const rows = await walked(filter, limit, look, random() < 0.5);
        const keys = rows.map(({ key }) => key);
        if (keys.join() !== expected.join())
          expect({ filter, limit, look, keys }).toEqual({ filter, limit, look, keys: expected });
        if (rows.length > 0) expect(rows[0]).toEqual(all.find(({ key }) => key === keys[0])!);
      }
    });

    test('are none in an item that has none, and none but the last after it', async () => {
      expect(await walked({ ...everyOrder, itemId: 3 }, 10, 100, false)).toEqual([]);
      const last = all.at(-1)!;
      for (const filter of [everyOrder, { ...everyOrder, itemId: last.itemId }]) {
        const walk = await sql.orders.walk(filter, last);
        expect(await walk.step(10)).toEqual({ rows: [], next: null });
      }
    });
  });
}

/** Orders of several items whose times never go back in an item, and are often the same. */
function someOrders(): RowChanges {
  const changes = changesOf([]);
  const numbers = new Map<number, number>();
  let at = start;
  for (let index = 0; index < count; index++) {
    at += below(3) === 0 ? below(4_000) : 0;
    const item = oneOf(items);
    const n = (numbers.get(item) ?? 0) + 1;
    numbers.set(item, n);
    const key = orderKey(item, n);
    changes.orders.push({
      ...{ key, userId: 1 + below(users), promoId: below(3), amount: 1 + below(3) },
      ...{ unitPrice: 100, createdAt: at, eventId: rowId(0, index + 1, 0) },
    });
    const fate = below(6);
    const reference = fate === 2 ? null : `p${index}`;
    if (fate < 3)
      changes.settlements.push({ key, status: 'paid', paidAt: at + 5, closedAt: null, reference });
    if (fate === 0) changes.refunds.push({ key, at: at + 9 });
    if (fate === 3 || fate === 4) {
      const status = fate === 3 ? 'cancelled' : 'expired';
      changes.settlements.push({ key, status, paidAt: null, closedAt: at + 7, reference: null });
    }
  }
  return changes;
}

function someFilter(all: readonly OrderRow[]): OrderFilter {
  const row = oneOf(all);
  const maybe = <T>(value: T): T | null => (random() < 0.3 ? value : null);
  const [from, to] = [oneOf(all).createdAt, oneOf(all).createdAt + below(2)];
  const id = orderId(row.itemId, row.key % 2 ** 27, row.createdAt);
  const at = below(id.length);
  return {
    itemId: maybe(row.itemId),
    promoId: maybe(below(3)),
    userId: maybe(row.userId),
    status: maybe(oneOf(orderStatusNames)),
    fromAt: maybe(from),
    belowAt: maybe(random() < 0.8 ? Math.max(from, to) : from),
    key: random() < 0.1 ? row.key : null,
    idPart: random() < 0.2 ? id.slice(at, at + 1 + below(id.length - at)) : null,
  };
}

function fits(row: OrderRow, filter: OrderFilter): boolean {
  const { itemId, promoId, userId, status, fromAt, belowAt, key, idPart } = filter;
  return (
    (itemId === null || row.itemId === itemId) &&
    (promoId === null || row.promoId === promoId) &&
    (userId === null || row.userId === userId) &&
    (status === null || row.status === status) &&
    (fromAt === null || row.createdAt >= fromAt) &&
    (belowAt === null || row.createdAt < belowAt) &&
    (key === null || row.key === key) &&
    (idPart === null || row.id.includes(idPart))
  );
}
