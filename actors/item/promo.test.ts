import { describe, expect, test } from 'bun:test';
import type { Event } from '../events.ts';
import { loadedUnitsMax } from '../limits.ts';
import { code } from '../protocol.ts';
import { Actor, id, join, onSale, place, publish, restock, start } from '../testing/item-driver.ts';
import { apply } from './item.ts';

describe('a promo', () => {
  test('is published once; again changes nothing', () => {
    const actor = onSale(9);
    expect(actor.send(publish({ limit: 99 }), start)).toMatchObject({
      code: code.ok,
      repeated: true,
    });
    expect(actor.item?.terms[1]?.limit).toBe(2);
  });

  test('may follow another, and is on when its time comes', () => {
    const actor = onSale(9);
    const second = publish({ promo: 8, startAt: start + 60_000, endAt: start + 120_000 });
    expect(actor.send(second, start - 1).code).toBe(code.ok);
    expect(actor.send(place(1, 1, { promo: 8 }), start).code).toBe(code.notStarted);
    expect(actor.send(place(1, 1, { promo: 8 }), start + 60_000).code).toBe(code.ok);
    expect(actor.send(place(1, 1, { promo: 7 }), start + 60_000).code).toBe(code.ended);
  });

  test('may not overlap another, which is named', () => {
    const actor = onSale(9);
    const refused = { code: code.wrongState, about: 7 };
    const at = (startAt: number, endAt: number) =>
      actor.send(publish({ promo: 8, startAt, endAt }), start - 1);
    expect(at(start + 59_999, start + 90_000)).toMatchObject(refused);
    expect(at(start - 5, start + 1)).toMatchObject(refused);
    expect(at(start - 5, start + 90_000)).toMatchObject(refused);
    expect(at(start - 5, start).code).toBe(code.ok);
  });

  test('that is over is not published', () => {
    const actor = new Actor();
    actor.send({ type: 'open', item: id, price: 1, units: 1 }, 0);
    expect(actor.send(publish(), start + 60_000).code).toBe(code.ended);
  });

  test('is the only way to buy from its publication to its end', () => {
    const actor = onSale(9);
    for (const at of [start - 1, start, start + 59_999]) {
      expect(actor.send(place(1, 1, { promo: 0 }), at).code).toBe(code.promoOnly);
      expect(actor.send(join(1, 1, 0), at).code).toBe(code.promoOnly);
    }
    const order = actor.send(place(1, 2, { promo: 0 }), start + 60_000).order;
    expect(order?.unitPrice).toBe(1_000);
  });
});

describe('a restock', () => {
  test('reopens a sold-out sale', () => {
    const actor = onSale(1);
    actor.send(place(1, 1), start);
    expect(actor.send(place(2, 2), start).code).toBe(code.outOfStock);
    expect(actor.send(restock(2), start).code).toBe(code.ok);
    expect(actor.send(place(2, 3, { amount: 2 }), start).code).toBe(code.ok);
    expect(actor.item).toMatchObject({ loaded: 3, held: 3 });
  });

  test('beyond what an item may ever have is refused', () => {
    const actor = onSale(1);
    expect(actor.send(restock(loadedUnitsMax), start).code).toBe(code.wrongState);
    expect(actor.send(restock(loadedUnitsMax - 1), start).code).toBe(code.ok);
  });
});

describe('a tally', () => {
  test('is added to the refusals and keeps what it rests on', () => {
    const actor = onSale(0);
    actor.send({ type: 'tally', item: id, seen: 3, count: 8, amount: 1 }, start);
    expect(actor.journal.at(-1)?.event).toEqual({
      ...{ type: 'refused', item: id, count: 8, amount: 1, seen: 3 },
    });
    expect(actor.item?.refused).toBe(8);
  });
});

describe('applying', () => {
  const placed: Event = {
    ...{ type: 'placed', item: id, n: 1, user: 1, promo: 7, amount: 1, price: 500, nonce: 1 },
  };
  const settling = { item: id, n: 1, amount: 1, placedAt: start };

  test('refuses a damaged history', () => {
    const item = () => onSale(1).item!;
    const sold = () => apply(apply(item(), placed, start), { type: 'paid', ...settling }, start);
    expect(() => apply(undefined, placed, start)).toThrow('before opened');
    expect(() => apply(item(), { type: 'opened', item: id, price: 1, units: 1 }, 0)).toThrow(
      'twice',
    );
    expect(() => apply(item(), { ...placed, n: 2 }, start)).toThrow('not the next');
    expect(() => apply(item(), { ...placed, promo: 9 }, start)).toThrow('no promo 9');
    expect(() => apply(item(), { ...placed, amount: 2 }, start)).toThrow('oversold');
    expect(() => apply(onSale(9).item, { ...placed, amount: 3 }, start)).toThrow(
      'beyond the limit',
    );
    expect(() => apply(item(), { type: 'paid', ...settling }, start)).toThrow('not in the state');
    expect(() => apply(sold(), { type: 'paid', ...settling }, start)).toThrow('not in the state');
    expect(() => apply(sold(), { type: 'expired', ...settling }, start)).toThrow(
      'not in the state',
    );
  });
});
