import { describe, expect, test } from 'bun:test';
import { payWindowDefaultMs } from '../limits.ts';
import { code, orderStatus } from '../protocol.ts';
import {
  Actor,
  cancel,
  id,
  join,
  onSale,
  pay,
  place,
  publish,
  read,
  restock,
  start,
} from '../testing/item-driver.ts';
import { dueAt, unitsLeft } from './item.ts';

describe('opening an item', () => {
  test('puts its units on sale at the normal price', () => {
    const actor = new Actor();
    expect(actor.send({ type: 'open', item: id, price: 1_000, units: 5 }, 0).code).toBe(code.ok);
    const bought = actor.send(place(1, 1, { promo: 0, amount: 5 }), 0);
    expect(bought.order).toMatchObject({ n: 1, amount: 5, unitPrice: 1_000, promo: 0 });
    expect(bought.order?.payBy).toBe(payWindowDefaultMs);
  });

  test('again at the same price changes nothing, at another price is refused', () => {
    const actor = onSale(5);
    const again = actor.send({ type: 'open', item: id, price: 1_000, units: 9 }, start);
    expect(again).toMatchObject({ code: code.ok, repeated: true });
    expect(actor.item?.loaded).toBe(5);
    const other = actor.send({ type: 'open', item: id, price: 999, units: 5 }, start);
    expect(other.code).toBe(code.wrongState);
  });

  test('comes before anything else', () => {
    const commands = [place(1, 1), pay(1), cancel(1), read(1), restock(1), publish(), join(1, 1)];
    for (const command of commands) {
      expect(new Actor().send(command, start).code).toBe(code.notOnSale);
    }
  });
});

describe('placing an order', () => {
  test('holds units at the promo price until the pay window ends', () => {
    const actor = onSale(3);
    const { order } = actor.send(place(1, 11, { amount: 2 }), start + 5);
    expect(order).toEqual({
      ...{ n: 1, user: 1, promo: 7, amount: 2, unitPrice: 500, status: orderStatus.placed },
      ...{ createdAt: start + 5, payBy: start + 10_005, paidAt: 0, closedAt: 0, toRefund: 0 },
    });
    expect(actor.item).toMatchObject({ loaded: 3, held: 2, sold: 0 });
  });

  test('with a spent token gets the old answer, whatever has happened since', () => {
    const actor = onSale(1);
    const first = actor.send(place(1, 11, { expiresAt: (start + 1_000) / 1_000 }), start);
    expect(first).toMatchObject({ code: code.ok, repeated: false, order: { n: 1 } });
    const repeated = { code: code.ok, repeated: true, order: { n: 1, amount: 1 } };
    const again = place(1, 11, { expiresAt: (start + 1_000) / 1_000 });
    expect(actor.send(again, start)).toMatchObject(repeated); // Sold out.
    expect(actor.send(again, start + 2_000)).toMatchObject(repeated); // The token has expired.
    expect(actor.send(again, start + 90_000)).toMatchObject(repeated); // The hold and the sale ended.
    expect(actor.events.filter((type) => type === 'placed')).toHaveLength(1);
  });

  test('with a token spent on another amount is refused', () => {
    const actor = onSale(5);
    actor.send(place(1, 11), start);
    expect(actor.send(place(1, 11, { amount: 2 }), start).code).toBe(code.usedOtherwise);
    actor.pass(start + 10_000);
    expect(actor.send(place(1, 11, { amount: 2 }), start + 20_000).code).toBe(code.usedOtherwise);
  });

  test('of another user or promo with the same nonce uses another token', () => {
    const actor = onSale(5);
    const numbers = [place(1, 11), place(2, 11)].map(
      (command) => actor.send(command, start).order?.n,
    );
    expect(numbers).toEqual([1, 2]);
    expect(actor.send(place(1, 11, { promo: 0 }), start + 60_000).order?.n).toBe(3);
  });

  test('is refused when too few units are left, and takes none of them', () => {
    const actor = onSale(3);
    actor.send(place(1, 1, { amount: 2 }), start);
    expect(actor.send(place(2, 2, { amount: 2 }), start).code).toBe(code.outOfStock);
    expect(actor.send(place(3, 3), start).code).toBe(code.ok);
    expect(actor.send(place(4, 4), start).code).toBe(code.outOfStock);
  });

  test('is refused beyond the limit, counting what is held and what is owned', () => {
    const actor = onSale(9);
    actor.send(place(1, 1), start);
    actor.send(pay(1), start);
    expect(actor.send(place(1, 2, { amount: 2 }), start).code).toBe(code.limitReached);
    expect(actor.send(place(1, 3), start).code).toBe(code.ok);
    expect(actor.send(place(1, 4), start).code).toBe(code.limitReached);
    expect(actor.send(place(1, 5, { promo: 0, amount: 3 }), start + 60_000).code).toBe(code.ok);
  });

  test('is possible again once cancelled or expired units no longer count', () => {
    const actor = onSale(9);
    actor.send(place(1, 1, { amount: 2 }), start);
    actor.send(cancel(1), start);
    expect(actor.send(place(1, 2, { amount: 2 }), start).code).toBe(code.ok);
    expect(actor.send(place(1, 3), start + 9_999).code).toBe(code.limitReached);
    expect(actor.send(place(1, 4, { amount: 2 }), start + 10_000).code).toBe(code.ok);
  });

  test('is refused from the second that its token names', () => {
    const actor = onSale(9);
    const expiresAt = start / 1_000 + 2;
    expect(actor.send(place(1, 1, { expiresAt }), start + 1_999).code).toBe(code.ok);
    expect(actor.send(place(2, 2, { expiresAt }), start + 2_000).code).toBe(code.tokenExpired);
  });

  test('is possible from the first millisecond of the sale to the last', () => {
    const actor = onSale(9);
    expect(actor.send(place(1, 1), start - 1).code).toBe(code.notStarted);
    expect(actor.send(place(1, 1), start).code).toBe(code.ok);
    expect(actor.send(place(2, 2), start + 59_999).code).toBe(code.ok);
    expect(actor.send(place(3, 3), start + 60_000).code).toBe(code.ended);
  });

  test('under a promo the item never had is refused', () => {
    expect(onSale(9).send(place(1, 1, { promo: 8 }), start).code).toBe(code.notOnSale);
  });
});

describe('paying', () => {
  test('sells the held units, and again gives the same answer', () => {
    const actor = onSale(3);
    actor.send(place(1, 1, { amount: 2 }), start);
    const paid = actor.send(pay(1, 1), start + 100);
    expect(paid).toMatchObject({ code: code.ok, repeated: false });
    expect(paid.order).toMatchObject({
      status: orderStatus.paid,
      paidAt: start + 100,
      closedAt: 0,
    });
    const again = actor.send(pay(1, 1), start + 50_000);
    expect(again).toEqual({ ...paid, repeated: true });
    expect(actor.item).toMatchObject({ held: 0, sold: 2 });
  });

  test('is on time up to the last millisecond of the pay window, then late', () => {
    for (const [paidAt, late] of [
      [start + 9_999, undefined],
      [start + 10_000, true],
    ] as const) {
      const actor = onSale(1);
      actor.send(place(1, 1), start);
      expect(actor.send(pay(1), paidAt).order).toMatchObject({ status: orderStatus.paid, paidAt });
      const { event } = actor.journal.at(-1)!;
      expect(event.type === 'paid' && event.late).toBe(late);
      expect(actor.item).toMatchObject({ held: 0, sold: 1 });
    }
  });

  test('late is refused once the units are gone, and then a refund is due for good', () => {
    const actor = onSale(1);
    actor.send(place(1, 1), start);
    actor.send(place(2, 2), start + 10_000);
    expect(actor.send(pay(1), start + 10_001).code).toBe(code.refundDue);
    actor.send(cancel(2), start + 10_002);
    const again = actor.send(pay(1), start + 10_003);
    expect(again).toMatchObject({ code: code.refundDue, repeated: true, about: 1 });
    expect(actor.item).toMatchObject({ held: 0, sold: 0 });
  });

  test('late is refused where the buyer has used up the limit in the meantime', () => {
    const actor = onSale(9);
    actor.send(place(1, 1, { amount: 2 }), start);
    actor.send(place(1, 2), start + 10_000);
    expect(actor.send(pay(1), start + 10_001).code).toBe(code.refundDue);
  });

  test('late is possible after the sale has ended', () => {
    const actor = onSale(1);
    actor.send(place(1, 1), start);
    expect(actor.send(pay(1), start + 70_000).order?.status).toBe(orderStatus.paid);
  });

  test('a cancelled order makes a refund due; a foreign or a missing one is refused', () => {
    const actor = onSale(9);
    actor.send(place(1, 1), start);
    expect(actor.send(pay(1, 2), start).code).toBe(code.notFound);
    expect(actor.send(pay(2), start).code).toBe(code.notFound);
    expect(actor.send(pay(0), start).code).toBe(code.notFound);
    actor.send(cancel(1), start);
    expect(actor.send(pay(1, 1), start)).toMatchObject({ code: code.refundDue, about: 1 });
  });
});

describe('cancelling', () => {
  test('gives the held units back, once', () => {
    const actor = onSale(3);
    actor.send(place(1, 1, { amount: 2 }), start);
    const { order } = actor.send(cancel(1, 1), start + 7);
    expect(order).toMatchObject({ status: orderStatus.cancelled, closedAt: start + 7, paidAt: 0 });
    expect(unitsLeft(actor.item!)).toBe(3);
    expect(actor.send(cancel(1, 1), start + 8).code).toBe(code.wrongState);
  });

  test('is only for placed orders, and only for their own buyer or the merchant', () => {
    const actor = onSale(9);
    actor.send(place(1, 1), start);
    actor.send(place(2, 2), start + 1);
    expect(actor.send(cancel(1, 2), start + 2).code).toBe(code.notFound);
    actor.send(pay(1), start + 3);
    expect(actor.send(cancel(1), start + 4).code).toBe(code.wrongState);
    expect(actor.send(cancel(2, 2), start + 10_001).code).toBe(code.wrongState);
  });
});

describe('reading an order', () => {
  test('shows it to its buyer and to the merchant', () => {
    const actor = onSale(9);
    const { order } = actor.send(place(1, 1), start);
    expect(actor.send(read(1, 1), start).order).toEqual(order);
    expect(actor.send(read(1, 0), start).order).toEqual(order);
    expect(actor.send(read(1, 2), start)).toMatchObject({ code: code.notFound, order: null });
  });
});

describe('time', () => {
  test('ends holds in the order of their deadlines, then of their numbers', () => {
    const actor = onSale(9, { payWindowMs: 10_000, limit: 9 });
    for (const user of [1, 2, 3]) actor.send(place(user, user), start + (user === 1 ? 50 : 10));
    expect(dueAt(actor.item!)).toBe(start + 10_010);
    expect(actor.pass(start + 10_009)).toEqual([]);
    const ended = actor.pass(start + 10_050).map((event) => event.type === 'expired' && event.n);
    expect(ended).toEqual([2, 3, 1]);
    expect(dueAt(actor.item!)).toBe(start + 60_000);
  });

  test('ends the promo before the holds that end in the same millisecond', () => {
    const actor = onSale(1, { payWindowMs: 60_000 });
    actor.send(place(1, 1), start);
    expect(actor.pass(start + 60_000).map(({ type }) => type)).toEqual(['closed', 'expired']);
    expect(dueAt(actor.item!)).toBe(Number.POSITIVE_INFINITY);
  });

  test('does not end what was paid or cancelled', () => {
    const actor = onSale(9);
    for (const user of [1, 2, 3]) actor.send(place(user, user), start);
    actor.send(pay(1), start + 1);
    actor.send(cancel(2), start + 1);
    const [expired, ...others] = actor.pass(start + 10_000);
    expect(expired).toMatchObject({ type: 'expired', n: 3, amount: 1, placedAt: start });
    expect(others).toEqual([]);
  });
});
