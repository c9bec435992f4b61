/** What the catalogue and the order history must do, on any database. */

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startProcess } from '../../actors/testing/process.ts';
import type { PlacedOrder, PromoChange, RowChanges } from '../db/projection.ts';
import {
  type RefundDue,
  type RefundDueCursor,
  type RefundDueRow,
  refundDueId,
} from '../db/refunds-due.ts';
import { rowId } from '../db/row-id.ts';
import {
  decodeCursor,
  encodeCursor,
  type OrderCursor,
  type OrderRow,
  type PromoDraft,
  type Sql,
} from '../db/sql.ts';
import { orderId, orderKey } from '../order-id.ts';
import { changesOf } from '../projector/rows.ts';
import { anybody, noQueue } from './drafts.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const day = Date.UTC(2026, 10, 22);

const item = {
  title: 'Stampede mug',
  description: '陶瓷杯, "blue"; 350 ml',
  imageUrl: null,
  price: 1_000_000_000,
  createdAt: day,
  ...anybody,
};

const promo: PromoDraft = {
  itemId: 1,
  name: 'Midnight',
  price: 9_900,
  startAt: day,
  endAt: day + 3_600_000,
  limitPerUser: 2,
  gateFactor: 5,
  payWindowS: 900,
  captcha: true,
  ...noQueue,
};

export function sqlContract(database: string, make: SqlFixtureMaker): void {
  describe(`SQL on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    test('an item is found as it was made, without sales or stock', async () => {
      const made = await sql.catalog.createItem(item);
      expect(made).toEqual({ ...item, id: 1, sales: 0, stock: 0 });
      expect(await sql.catalog.item(1)).toEqual(made);
      expect(await sql.catalog.item(2)).toBeNull();
    });

    test('an item or a promo gets a number above every one that is known to be taken, and above the last', async () => {
      const other = await fixture.open();
      for (const [table, make] of [
        ['items', (by: Sql, above: number) => by.catalog.createItem(item, above)],
        ['promos', (by: Sql, above: number) => by.catalog.createPromo(promo, above)],
      ] as const) {
        const ids = [];
        for (const above of [0, 41, 7, 42]) ids.push((await make(sql, above)).id);
        expect(ids).toEqual([1, 42, 43, 44]);
        await fixture.forget(table);
        const racing = [sql, other, sql, other].map((by) => make(by, 44));
        expect((await Promise.all(racing)).map(({ id }) => id).sort()).toEqual([45, 46, 47, 48]);
      }
    });

    test('an attempt makes one item and one promo, however often and wherever it is made', async () => {
      const other = await fixture.open();
      const racing = [sql, other, sql, other].map((by) => by.catalog.createItemOnce(item, 4, 'a'));
      const made = await Promise.all(racing);
      expect(made.map(({ isNew }) => isNew).sort()).toEqual([false, false, false, true]);
      for (const { row } of made) expect(row).toEqual({ ...item, id: 5, sales: 0, stock: 0 });
      const again = await other.catalog.createItemOnce({ ...item, title: 'another' }, 4, 'a');
      expect(again).toEqual({ row: made[0]!.row, isNew: false });
      expect((await sql.catalog.createItemOnce(item, 0, 'b')).row.id).toBe(6);
      await sql.catalog.removeItem(5);
      expect((await sql.catalog.createItemOnce(item, 0, 'a')).row.id).toBe(7);
      const promos = [sql, other, sql, other].map((by) => by.catalog.createPromo(promo, 4, 'a'));
      for (const { id } of await Promise.all(promos)) expect(id).toBe(5);
      expect((await sql.catalog.createPromo(promo, 0, 'b')).id).toBe(6);
      expect((await sql.catalog.createPromo(promo)).id).toBe(7);
    });

    test('an item is changed in what is given, and in nothing else', async () => {
      const made = await sql.catalog.createItem(item);
      expect(await sql.catalog.hiddenItems()).toEqual([]);
      const changes = { title: 'Another', imageUrl: '/x.png', hidden: true };
      expect(await sql.catalog.editItem(1, changes)).toBe(true);
      expect(await sql.catalog.item(1)).toEqual({ ...made, ...changes });
      expect(await sql.catalog.editItem(1, {})).toBe(true);
      expect(await sql.catalog.item(1)).toEqual({ ...made, ...changes });
      expect(await sql.catalog.hiddenItems()).toEqual([1]);
      expect(await sql.catalog.editItem(2, changes)).toBe(false);
    });

    test('a draft is changed or deleted until its terms are fixed, and again once they are let go', async () => {
      const { drafts } = sql;
      const made = await sql.catalog.createPromo(promo);
      const changed = { ...made, name: 'Noon', price: 1 };
      expect(await drafts.edit(1, { name: 'Noon', price: 1 })).toEqual(changed);
      expect(await drafts.edit(9, { price: 1 })).toBeNull();
      const secret = { secret: 's', commitment: 'c' };
      expect(await drafts.fix(9, 5, secret)).toBeNull();
      expect(await drafts.fix(1, 5, secret)).toEqual({ row: changed, secret: null });
      expect([await drafts.edit(1, { price: 2 }), await drafts.remove(1)]).toEqual([null, false]);
      await drafts.release(1, 4);
      expect(await drafts.edit(1, { price: 2 })).toBeNull();
      await drafts.release(1, 5);
      expect(await drafts.edit(1, { price: 2 })).toMatchObject({ price: 2 });
      expect([await drafts.remove(1), await drafts.remove(1)]).toEqual([true, false]);
      expect(await sql.catalog.promo(1)).toBeNull();
    });

    test('a draw keeps the secret that it was first given, however many give it one', async () => {
      const other = await fixture.open();
      const made = await sql.catalog.createPromo({ ...promo, queue: 'draw' });
      const racing = [sql, other, sql, other].map(({ drafts }, index) =>
        drafts.fix(1, index, { secret: `secret ${index}`, commitment: `commitment ${index}` }),
      );
      const fixed = await Promise.all(racing);
      const number = fixed[0]!.secret!.at(-1);
      for (const each of fixed) {
        const row = { ...made, drawCommitment: `commitment ${number}` };
        expect(each).toEqual({ row, secret: `secret ${number}` });
      }
      await Promise.all(fixed.map((_, at) => sql.drafts.release(1, at)));
      expect(await sql.drafts.edit(1, { queue: 'fifo' })).toMatchObject({ queue: 'fifo' });
      const without = await sql.drafts.fix(1, 9, { secret: 's', commitment: 'c' });
      expect(without).toEqual({ row: { ...made, queue: 'fifo' }, secret: null });
    });

    test('tells which items and promos have no row, and an item that was taken back has none', async () => {
      for (let id = 1; id <= 3; id++) await sql.catalog.createItem(item);
      await sql.catalog.createPromo(promo);
      await sql.catalog.removeItem(2);
      const known = { items: [1, 2, 3, 4], promos: [1, 2] };
      expect(await sql.catalog.missing(known)).toEqual({ items: [2, 4], promos: [2] });
      expect((await sql.catalog.createItem(item)).id).toBe(4);
    });

    test('some items are read at once, with what the projector has come to', async () => {
      for (let id = 1; id <= 4; id++)
        await sql.catalog.createItem({ ...item, title: `item ${id}` });
      await project(sql, { sales: new Map([[2, 9]]), stock: new Map([[2, 70]]) });
      const found = (await sql.catalog.itemsOf([4, 2, 99])).toSorted((a, b) => a.id - b.id);
      expect(found).toEqual([
        { ...item, id: 2, title: 'item 2', sales: 9, stock: 70 },
        { ...item, id: 4, title: 'item 4', sales: 0, stock: 0 },
      ]);
      expect(await sql.catalog.itemsOf([])).toEqual([]);
      expect(await sql.catalog.item(2)).toMatchObject({ sales: 9, stock: 70 });
    });

    test('items are found by a part of their title, whatever characters it has', async () => {
      const titles = [
        'Blue mug',
        'blue lamp',
        '100% wool',
        '100 grams',
        'a_b',
        'a\\b',
        'aXb',
        '陶瓷杯',
      ];
      for (const title of titles) await sql.catalog.createItem({ ...item, title });
      const found = async (text: string, limit = 10) =>
        (await sql.catalog.search(text, limit)).map((id) => titles[id - 1]!);
      expect(await found('BLUE')).toEqual(['blue lamp', 'Blue mug']);
      expect(await found('blue', 1)).toEqual(['blue lamp']);
      expect(await found('100%')).toEqual(['100% wool']);
      expect(await found('a_b')).toEqual(['a_b']);
      expect(await found('a\\b')).toEqual(['a\\b']);
      expect(await found('瓷')).toEqual(['陶瓷杯']);
      expect(await found("'; drop table items; --")).toEqual([]);
    });

    test('a promo is a draft until the projector dates it, once', async () => {
      const made = await sql.catalog.createPromo(promo);
      const none = { pausedAt: null, endedAt: null, withdrawnAt: null };
      const noDraw = { drawCommitment: null, drawnAt: null };
      expect(made).toEqual({ ...promo, id: 1, publishedAt: null, ...none, ...noDraw });
      await project(sql, { promos: new Map([[1, { publishedAt: day + 5 }]]) });
      await project(sql, { promos: new Map([[1, { publishedAt: day + 9 }]]) }, 1);
      expect(await sql.catalog.promo(1)).toEqual({ ...made, publishedAt: day + 5 });
      expect(await sql.catalog.promo(2)).toBeNull();
    });

    test('the promos of some items come in the order of their ids', async () => {
      for (const itemId of [1, 2, 3, 1]) await sql.catalog.createPromo({ ...promo, itemId });
      const ids = async (...items: number[]) =>
        (await sql.catalog.promosOfItems(items)).map(({ id }) => id);
      expect(await ids(1)).toEqual([1, 4]);
      expect(await ids(3, 1)).toEqual([1, 3, 4]);
      expect(await ids(9)).toEqual([]);
      expect(await ids()).toEqual([]);
    });

    test('an order is found by its item and number', async () => {
      await project(sql, { orders: [orderOf(7, 1, 1, day)] });
      expect(await sql.orders.byKey(orderKey(1, 1))).toEqual(orderOf(7, 1, 1, day));
      for (const key of [orderKey(1, 2), orderKey(2, 1), 0])
        expect(await sql.orders.byKey(key)).toBeNull();
    });

    test("a user's orders come newest first, page by page, whatever is placed meanwhile", async () => {
      // Many orders of one millisecond, over items and users, so that only the key tells them apart.
      const mine: (OrderRow & PlacedOrder)[] = [];
      for (let n = 1; n <= 9; n++) mine.push(orderOf(7, (n % 2) + 1, n, day + (n >> 2)));
      const others = [orderOf(6, 1, 100, day + 1), orderOf(8, 1, 101, day + 1)];
      await project(sql, { orders: [...mine, ...others] });
      const expected = mine.toSorted((a, b) => b.createdAt - a.createdAt || b.key - a.key);
      const pages: OrderRow[] = [];
      for (let after: OrderCursor | null = null; ; ) {
        const page: OrderRow[] = await sql.orders.ordersOf(7, after, 2);
        pages.push(...page);
        if (page.length < 2) break;
        const { createdAt, key } = page.at(-1)!;
        after = decodeCursor(encodeCursor({ createdAt, key }));
        const newer = orderOf(7, 3, pages.length, day + 10);
        await project(sql, { orders: [newer] }, pages.length / 2);
      }
      expect(pages).toEqual(expected);
      expect(await sql.orders.ordersOf(9, null, 2)).toEqual([]);
    });

    test('refunds that are due come newest first, page by page, with the buyer each goes to', async () => {
      const due = (itemId: number, number: number, at: number): RefundDueRow => ({
        ...{ id: refundDueId(itemId, number), itemId, due: number, n: number, amountMinor: 5, at },
        ...{ orderId: orderId(itemId, number, day), reason: 'cancelled', reference: 'r', by: null },
        ...{ settledAt: null, settledBy: null, settledReference: null, partition: 0, seq: 1 },
      });
      // Of the same time, so that only item and number tell them apart.
      const dues = [1, 2, 3, 4].flatMap((number) => [due(1, number, day), due(2, number, day)]);
      const unknown = {
        ...due(3, 1, day + 1),
        n: 88,
        orderId: null,
        reason: 'unknownOrder',
      } as const;
      const orders = [orderOf(71, 1, 2, day), orderOf(72, 2, 2, day)];
      const dueSettlements = [{ id: '1-3', at: day + 9, by: 'key', reference: 'back' }];
      await project(sql, { orders, refundsDue: [...dues, unknown], dueSettlements });
      const allOf = async (list: 'open' | 'waiting') => {
        const pages: RefundDue[] = [];
        for (let after: RefundDueCursor | null = null; ; ) {
          const page: RefundDue[] = await sql.refundsDue[list](after, 3);
          pages.push(...page);
          if (page.length < 3) return pages;
          const { at, itemId, due: number } = page.at(-1)!;
          after = { at, itemId, due: number };
        }
      };
      const pages = await allOf('open');
      expect(await allOf('waiting')).toEqual(pages.toReversed());
      expect(await sql.refundsDue.openSum()).toEqual({ count: 8, amountMinor: 40 });
      expect((await sql.refundsDue.settled(5)).map(({ id }) => id)).toEqual(['1-3']);
      expect((await sql.refundsDue.ofOrder(1, 3)).map(({ id }) => id)).toEqual(['1-3']);
      const owing = await sql.refundsDue.owed(dues.map(({ orderId: id }) => id!));
      expect([owing.size, owing.get(dues[0]!.orderId!)]).toEqual([7, 5]);
      expect(await sql.refundsDue.owed([])).toEqual(new Map());
      expect(pages.map(({ id }) => id)).toEqual([
        '3-1',
        '2-4',
        '2-3',
        '2-2',
        '2-1',
        '1-4',
        '1-2',
        '1-1',
      ]);
      expect(pages.filter(({ userId }) => userId !== null)).toMatchObject([
        { id: '2-2', userId: 72 },
        { id: '1-2', userId: 71 },
      ]);
      const settled = { settledAt: day + 9, settledBy: 'key', settledReference: 'back' };
      expect(await sql.refundsDue.byId('1-3')).toEqual({
        ...due(1, 3, day),
        ...settled,
        userId: null,
      });
      for (const id of ['1-5', '', "'"]) expect(await sql.refundsDue.byId(id)).toBeNull();
      const open = [...dues].filter(
        ({ id, itemId, n }) => id !== '1-3' && itemId === 1 && n === dues[0]!.n,
      );
      const owed = open.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      expect(await sql.refundsDue.owedFor(1, dues[0]!.n)).toBe(owed);
      expect(owed).toBeGreaterThan(0);
      // Money for an order that there is not is nobody's yet.
      expect(await sql.refundsDue.owedFor(3, 88)).toBe(0);
    });

    test('what a draw will come from is nobody’s to read before it was held', async () => {
      for (let id = 1; id <= 3; id++) await sql.catalog.createPromo(promo);
      const draw = { drawCommitment: 'c'.repeat(64), drawSecret: 'secret', publishedAt: 1 };
      await project(sql, {
        promos: new Map<number, PromoChange>([
          [1, draw],
          [2, { publishedAt: 1 }],
        ]),
      });
      const known = { promoId: 1, publishedAt: 1, commitment: draw.drawCommitment };
      const hidden = { ...known, secret: null, seed: null, drawnAt: null };
      expect(await sql.draws.draw(1)).toEqual(hidden);
      // The fourth was refused by its item's actor after it got its secret.
      await sql.catalog.createPromo({ ...promo, queue: 'draw' });
      await sql.drafts.fix(4, 5, { secret: 's', commitment: 'c' });
      await sql.drafts.release(4, 5);
      expect(await sql.draws.draw(4)).toMatchObject({ publishedAt: null, secret: null });
      for (const without of [2, 3, 5]) expect(await sql.draws.draw(without)).toBeNull();
      const read = [await sql.catalog.promo(1), await sql.catalog.promosOfItems([1])];
      expect(JSON.stringify(read)).not.toContain('secret');
      await project(sql, { promos: new Map([[1, { drawSeed: 'seed', drawnAt: 7 }]]) }, 1);
      expect(await sql.draws.draw(1)).toEqual({
        ...known,
        secret: 'secret',
        seed: 'seed',
        drawnAt: 7,
      });
      expect(await sql.catalog.promo(1)).not.toHaveProperty('drawSecret');
    });

    test('entrants of a draw come in order of joining, page by page, and one user’s at once', async () => {
      const entrants = [5, 3, 5, 9, 4].map((userId, index) => ({
        ...{ id: 1_000 + 7 * index, promoId: index === 3 ? 2 : 1, userId, nonce: 50 + index },
      }));
      await project(sql, { entrants: entrants.toReversed() });
      const first = await sql.draws.entrants(1, 0, 2);
      const rest = await sql.draws.entrants(1, first.at(-1)!.id, 9);
      expect([...first, ...rest]).toEqual(entrants.filter(({ promoId }) => promoId === 1));
      expect(await sql.draws.entriesOf(1, 5)).toEqual([entrants[0]!, entrants[2]!]);
      expect(await sql.draws.entriesOf(2, 5)).toEqual([]);
    });

    test('processes that open a new database at the same time all find it complete', async () => {
      const fresh = await make();
      const open = new URL('../db/open.ts', import.meta.url).pathname;
      const script = `
        const { openSql } = await import(${JSON.stringify(open)});
        const sql = await openSql(${JSON.stringify(fresh.settings)});
        await sql.catalog.createItem(${JSON.stringify(item)});
        await sql.close();`;
      const processes = Array.from({ length: 4 }, () =>
        startProcess({ command: [process.execPath, '-e', script], cwd: '/' }),
      );
      const codes = await Promise.all(processes.map(({ ended }) => ended));
      expect(processes.map((each) => each.output())).toEqual(['', '', '', '']);
      expect(codes).toEqual([0, 0, 0, 0]);
      const opened = await fresh.open();
      const made = await opened.catalog.itemsOf([1, 2, 3, 4, 5]);
      expect(made.map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4]);
      await fresh.remove();
    });
  });
}

/** Applies changes as the projector would, after entry `from` of partition 0. */
async function project(sql: Sql, some: Partial<RowChanges>, from = 0): Promise<void> {
  const changes = { ...changesOf([]), ...some };
  const to = { seq: from + 1, hash: 'a hash' };
  expect(await sql.projection.apply({ partition: 0, from, to, changes, series: [] })).toBe(true);
}

function orderOf(
  userId: number,
  itemId: number,
  n: number,
  createdAt: number,
): OrderRow & PlacedOrder {
  return {
    key: orderKey(itemId, n),
    id: orderId(itemId, n, createdAt),
    itemId,
    userId,
    promoId: 0,
    amount: 2,
    unitPrice: 100,
    total: 200,
    status: 'placed',
    createdAt,
    paidAt: null,
    closedAt: null,
    partition: 0,
    seq: 1,
    eventId: rowId(0, 1, 0),
    reference: null,
    refundedAt: null,
  };
}
