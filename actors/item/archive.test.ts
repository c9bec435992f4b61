import { describe, expect, test } from 'bun:test';
import { archivedOrdersMax, archivedPromosMax, tokenLifeMsMax } from '../limits.ts';
import { code } from '../protocol.ts';
import {
  Actor,
  cancel,
  id,
  join,
  onSale,
  pay,
  place,
  publish,
  start,
} from '../testing/item-driver.ts';
import { apply, archivable, canonical } from './item.ts';

const afterAll = start + 100_000;
const end = { type: 'end', item: id, promo: 7 } as const;
const payWindowMs = 10_000;

/** What leaves next of what was settled, or was over, before a time. */
const next = (actor: Actor, before = afterAll) => archivable(actor.item!, before);

/** Promo 7 is over, and has paid orders of as many users. */
function sold(orders: number): Actor {
  const actor = onSale(orders + 5);
  for (let n = 1; n <= orders; n++) {
    actor.send(place(n, n), start + n);
    actor.send(pay(n), start + n);
  }
  return actor;
}

/** An item without a promo, whose orders have these tokens, and are paid. */
function atNormalPrice(...expiresAt: number[]): Actor {
  const actor = new Actor();
  actor.send({ type: 'open', item: id, price: 500, units: 9, limit: 9 }, start);
  for (const [index, seconds] of expiresAt.entries()) {
    actor.send(place(index + 1, index + 1, { promo: 0, expiresAt: seconds }), start + index);
    actor.send(pay(index + 1), start + index);
  }
  return actor;
}

describe('the orders that leave are the first of an item', () => {
  test('up to all of a promo that is over', () => {
    const actor = sold(3);
    actor.send(end, start + 10);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: 3, promos: [7] });
  });

  test('before one that still holds units', () => {
    const actor = sold(2);
    actor.send(place(8, 8), start + 9_000);
    actor.send(place(9, 9), start + 9_000);
    actor.send(cancel(4), start + 9_001);
    actor.send(end, start + 9_010);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: 2 });
    actor.pass(start + 9_000 + payWindowMs);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: 4, promos: [7] });
  });

  test('before one that was settled too lately', () => {
    const actor = sold(3);
    actor.send(end, start + 1);
    expect(next(actor, start + 3)).toEqual({ type: 'archived', item: id, upTo: 2 });
    expect(next(actor, start + 1)).toBeNull();
  });

  test('before those of a promo that is not over, or was not long enough ago', () => {
    const actor = sold(3);
    expect(next(actor)).toBeNull();
    actor.send(publish({ promo: 8, startAt: start + 70_000, endAt: start + 90_000 }), start + 10);
    actor.send(end, start + 20);
    expect(next(actor, start + 20)).toBeNull();
    expect(next(actor, start + 21)).toMatchObject({ upTo: 3 });
    const ended = actor.send(place(6, 6, { promo: 8 }), start + 70_000);
    expect(ended.order).toMatchObject({ n: 4 });
    actor.send(pay(4), start + 70_001);
    expect(next(actor)).toMatchObject({ upTo: 3, promos: [7] });
  });

  test('before one at the normal price whose token may still buy', () => {
    const longMs = tokenLifeMsMax + 50_000;
    const actor = atNormalPrice(
      start / 1_000 + 5,
      start / 1_000 + longMs / 1_000,
      start / 1_000 + 5,
    );
    expect(next(actor, start + tokenLifeMsMax)).toBeNull();
    expect(next(actor, start + tokenLifeMsMax + 1)).toMatchObject({ upTo: 1 });
    expect(next(actor, start + longMs)).toMatchObject({ upTo: 1 });
    expect(next(actor, start + longMs + 1)).toMatchObject({ upTo: 3 });
  });

  test('whose tokens buy nothing again; one that lives longer than all of theirs may buy', () => {
    const actor = atNormalPrice(start / 1_000 + 5);
    const now = start + tokenLifeMsMax + 1_000;
    expect(actor.archive(now, now)).toBe(1);
    const again = (nonce: number, expiresAt: number) =>
      actor.send(place(1, nonce, { promo: 0, expiresAt }), start + 1_000).code;
    expect(again(1, start / 1_000 + 5)).toBe(code.ended);
    expect(again(2, (start + tokenLifeMsMax) / 1_000)).toBe(code.ended);
    expect(again(3, (start + tokenLifeMsMax) / 1_000 + 1)).toBe(code.ok);
  });

  test('no more at a time than one event may let go', () => {
    const count = archivedOrdersMax + 3;
    const actor = onSale(count, { limit: count, payWindowMs: 1, price: 0 });
    for (let n = 1; n <= count; n++) actor.send(place(1 + (n % 5), n), start);
    actor.send(end, start + 10);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: archivedOrdersMax });
    expect(actor.archive(afterAll, afterAll)).toBe(count);
    const left = actor.journal.slice(-2).map(({ event }) => event);
    expect(left).toMatchObject([{ upTo: archivedOrdersMax }, { upTo: count, promos: [7] }]);
    expect(next(actor)).toBeNull();
  }, 60_000);
});

describe('the buyers of a promo are forgotten', () => {
  test('when no order of it is kept', () => {
    const actor = sold(2);
    actor.send(place(9, 9), start + 3);
    actor.send(end, start + 10);
    actor.archive(afterAll, start + 20);
    const { buyers } = actor.item!.sales[1]!;
    expect([actor.item!.orders.archived, buyers.count]).toEqual([2, 3]);
    actor.pass(start + 3 + payWindowMs);
    actor.archive(afterAll, afterAll);
    expect([actor.item!.orders.archived, actor.item!.sales[1]!.buyers.count]).toEqual([3, 0]);
  });

  test('also where nobody has bought, and somebody was let in', () => {
    const actor = onSale(3, { queue: 'fifo', admitMs: 50_000, queueOpenAt: start });
    actor.send(join(1, 11), start);
    actor.send(end, start + 10);
    const { admissions } = actor.item!.sales[1]!;
    expect(admissions.count).toBe(1);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: 0, promos: [7] });
    actor.archive(afterAll, afterAll);
    expect([admissions.count, actor.item!.sales[1]!.buyers.count]).toEqual([0, 0]);
  });

  test('an admission that nobody has spent keeps no order', () => {
    const actor = onSale(3, { queue: 'fifo', admitMs: 50_000, queueOpenAt: start });
    actor.send(join(1, 11), start);
    actor.send(join(2, 12), start);
    actor.send(place(1, 11), start + 1);
    actor.send(pay(1), start + 2);
    actor.send(end, start + 10);
    expect(next(actor)).toEqual({ type: 'archived', item: id, upTo: 1, promos: [7] });
  });

  test('of so many promos at a time as an event may name', () => {
    const actor = new Actor();
    const count = archivedPromosMax + 2;
    actor.send({ type: 'open', item: id, price: 500, units: 9 }, start);
    for (let promo = 1; promo <= count; promo++) {
      const startAt = start + promo * 10;
      actor.send(publish({ promo, startAt, endAt: startAt + 10, payWindowMs: 1 }), startAt);
      actor.send(place(promo, promo, { promo }), startAt);
      actor.pass(startAt + 10);
    }
    actor.archive(afterAll, afterAll);
    const [first, second] = actor.journal.slice(-2).map(({ event }) => event);
    const promos = Array.from({ length: archivedPromosMax }, (_, index) => index + 1);
    expect(first).toEqual({ type: 'archived', item: id, upTo: count, promos });
    expect(second).toEqual({ type: 'archived', item: id, upTo: count, promos: [count - 1, count] });
  });
});

describe('an event breaks the actor that', () => {
  const archived = (upTo: number, promos?: number[]) =>
    ({ type: 'archived', item: id, upTo, ...(promos && { promos }) }) as const;

  test('lets go an order that holds units', () => {
    const actor = sold(1);
    actor.send(place(2, 2), start + 5);
    expect(() => apply(actor.item, archived(2), afterAll)).toThrow('order 2 holds units');
  });

  test('lets go orders that are not there, or have left', () => {
    const actor = sold(2);
    expect(() => apply(actor.item, archived(3), afterAll)).toThrow('up to 3 cannot be archived');
    apply(actor.item, archived(2), afterAll);
    expect(() => apply(actor.item, archived(1), afterAll)).toThrow('up to 1 cannot be archived');
  });

  test('forgets the buyers of a promo that has orders, or that nobody knows', () => {
    const actor = sold(2);
    const before = canonical(actor.item!);
    expect(() => apply(actor.item, archived(0, [7]), afterAll)).toThrow('promo 7 is not over');
    expect(() => apply(actor.item, archived(0, [9]), afterAll)).toThrow('no promo 9');
    expect(canonical(actor.item!)).toBe(before);
  });

  test('forgets those of a promo that somebody waits for', () => {
    const actor = onSale(1, { queue: 'fifo', gateFactor: 1, queueOpenAt: start });
    actor.send(join(1, 11), start);
    actor.send(join(2, 12), start);
    expect(() => apply(actor.item, archived(0, [7]), afterAll)).toThrow('promo 7 is not over');
  });
});
