import { describe, expect, test } from 'bun:test';
import { loadedUnitsMax } from '../limits.ts';
import { code, type Event } from '../protocol.ts';
import {
  Actor,
  admit,
  id,
  onSale,
  place,
  publish,
  restock,
  start,
} from '../testing/item-driver.ts';
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

  test('waits until the one before it has ended', () => {
    const actor = onSale(9);
    const second = publish({ promo: 8, startAt: start + 60_000, endAt: start + 120_000 });
    expect(actor.send(second, start + 59_999).code).toBe(code.wrongState);
    expect(actor.send(second, start + 60_000).code).toBe(code.ok);
    expect(actor.send(place(1, 1, { promo: 8 }), start + 60_000).code).toBe(code.ok);
    expect(actor.send(place(1, 1, { promo: 7 }), start + 60_000).code).toBe(code.ended);
  });

  test('that is over is not published', () => {
    const actor = new Actor();
    actor.send({ type: 'open', item: id, price: 1, units: 1 }, 0);
    expect(actor.send(publish(), start + 60_000).code).toBe(code.ended);
  });

  test('leaves the normal price on sale', () => {
    const actor = onSale(9);
    expect(actor.send(place(1, 1, { promo: 0 }), start).order?.unitPrice).toBe(1_000);
    expect(actor.send(place(1, 2, { promo: 0 }), start + 70_000).code).toBe(code.ok);
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

describe('the gate', () => {
  test('gives a user who asks again the same nonce, also when it is closed, sold out or over', () => {
    const actor = onSale(1, { gateFactor: 1 });
    expect(actor.send(admit(1, 111), start)).toMatchObject({
      code: code.ok,
      nonce: 111,
      repeated: false,
    });
    const again = { code: code.ok, nonce: 111, repeated: true };
    expect(actor.send(admit(1, 222), start)).toMatchObject(again);
    actor.send(place(1, 111), start);
    expect(actor.send(admit(1, 333), start)).toMatchObject(again);
    expect(actor.send(admit(1, 444), start + 70_000)).toMatchObject(again);
    expect(actor.item?.admitted).toBe(1);
  });

  test('admits gateFactor × loaded users, and more after a restock', () => {
    const actor = onSale(2, { gateFactor: 2 });
    const codes = (users: number[]) =>
      users.map((user) => actor.send(admit(user, user), start).code);
    expect(codes([1, 2, 3, 4])).toEqual([0, 0, 0, 0]);
    expect(codes([5, 6])).toEqual([code.gateClosed, code.gateClosed]);
    actor.send(restock(1), start);
    expect(codes([5, 6, 7])).toEqual([0, 0, code.gateClosed]);
    expect(actor.item?.admitted).toBe(6);
  });

  test('counts each promo separately', () => {
    const actor = onSale(1, { gateFactor: 1 });
    actor.send(admit(1, 1), start);
    const next = publish({ promo: 8, gateFactor: 1, startAt: start, endAt: start + 900_000 });
    actor.send(next, start + 60_000);
    expect(actor.send(admit(2, 2, 8), start + 60_000).code).toBe(code.ok);
    expect(actor.send(admit(3, 3, 8), start + 60_000).code).toBe(code.gateClosed);
  });

  test('opens and ends with the sale, and is shut while nothing is left', () => {
    const actor = onSale(1);
    expect(actor.send(admit(1, 1), start - 1).code).toBe(code.notStarted);
    actor.send(place(9, 9), start);
    expect(actor.send(admit(1, 1), start).code).toBe(code.outOfStock);
    expect(actor.send(admit(1, 1), start + 60_000).code).toBe(code.ended);
    expect(actor.send(admit(1, 1, 8), start).code).toBe(code.notOnSale);
  });

  test('gives a new nonce at the normal price once the old one has bought something', () => {
    const actor = onSale(5);
    expect(actor.send(admit(1, 11, 0), start).nonce).toBe(11);
    expect(actor.send(admit(1, 12, 0), start).nonce).toBe(11);
    actor.send(place(1, 11, { promo: 0 }), start);
    expect(actor.send(admit(1, 12, 0), start)).toMatchObject({ nonce: 12, repeated: false });
    expect(actor.item?.admitted).toBe(1);
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
