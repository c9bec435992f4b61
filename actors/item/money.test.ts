import { describe, expect, test } from 'bun:test';
import { code, orderStatus, type Pay, type Refund } from '../protocol.ts';
import { type Actor, cancel, id, onSale, place, publish, start } from '../testing/item-driver.ts';
import { unitsLeft } from './item.ts';

const by = 'webhook';
const paid = (n: number, reference: string, amountMinor = 500): Pay => ({
  ...{ type: 'pay', item: id, n, user: 0, reference, amountMinor, by },
});
const refund = (n: number, choice: Partial<Refund> = {}): Refund => ({
  ...{ type: 'refund', item: id, n, amountMinor: -1, back: true, reference: '', by: 'admin' },
  ...choice,
});
const settle = (due: number) =>
  ({ type: 'settle', item: id, due, reference: 'bank 1', by: 'admin' }) as const;

/** One order of one unit at 500, by user 1. */
function ordered(): Actor {
  const actor = onSale(3);
  actor.send(place(1, 1), start);
  return actor;
}

describe('a payment', () => {
  test('is journaled with its reference, its amount and who told of it', () => {
    const actor = ordered();
    expect(actor.send(paid(1, 'p1'), start + 1).code).toBe(code.ok);
    expect(actor.journal.at(-1)?.event).toMatchObject({
      ...{ type: 'paid', n: 1, reference: 'p1', amountMinor: 500, by },
    });
  });

  test('told again changes nothing, also after a refund', () => {
    const actor = ordered();
    actor.send(paid(1, 'p1'), start + 1);
    expect(actor.send(paid(1, 'p1'), start + 2)).toMatchObject({ code: code.ok, repeated: true });
    actor.send(refund(1), start + 3);
    expect(actor.send(paid(1, 'p1'), start + 4)).toMatchObject({
      ...{ code: code.ok, repeated: true, order: { status: orderStatus.refunded } },
    });
  });

  test.each([
    ['after a cancellation', code.refundDue, 'cancelled', paid(1, 'p1')],
    ['of another amount', code.usedOtherwise, 'wrongAmount', paid(1, 'p1', 499)],
    ['of an unknown order', code.notFound, 'unknownOrder', paid(9, 'p1')],
  ])('%s is a refund due, once', (_, answer, reason, payment) => {
    const actor = ordered();
    if (reason === 'cancelled') actor.send(cancel(1), start);
    expect(actor.send(payment, start + 1)).toMatchObject({ code: answer, about: 1 });
    expect(actor.journal.at(-1)?.event).toMatchObject({ type: 'refundDue', due: 1, reason });
    const events = actor.journal.length;
    expect(actor.send(payment, start + 2)).toMatchObject({
      code: answer,
      about: 1,
      repeated: true,
    });
    expect(actor.journal).toHaveLength(events);
  });

  test('a second one of a paid order is a refund due, and the order stays paid', () => {
    const actor = ordered();
    actor.send(paid(1, 'p1'), start + 1);
    const second = actor.send(paid(1, 'p2'), start + 2);
    expect(second).toMatchObject({ code: code.refundDue, order: { status: orderStatus.paid } });
    expect(actor.item?.dues).toMatchObject([{ reason: 'paidTwice', amountMinor: 500 }]);
  });

  test('that was a refund due stays one, even if the order could be paid again', () => {
    const actor = onSale(1);
    actor.send(place(1, 1), start);
    actor.send(place(2, 2), start + 10_000);
    expect(actor.send(paid(1, 'p1'), start + 10_001).code).toBe(code.refundDue);
    actor.send(cancel(2), start + 10_002);
    expect(actor.send(paid(1, 'p1'), start + 10_003).code).toBe(code.refundDue);
    expect(actor.send(paid(1, 'p2'), start + 10_004).code).toBe(code.ok);
  });

  test('of nothing is none: it leaves no refund due, and pays only what costs nothing', () => {
    const actor = ordered();
    expect(actor.send(paid(1, 'p0', 0), start)).toMatchObject({ code: code.usedOtherwise });
    const free = onSale(2, { price: 0 });
    free.send(place(1, 1), start);
    expect(free.send(paid(1, 'p0', 0), start)).toMatchObject({ code: code.ok, repeated: true });
    expect([actor.item?.dues, free.item?.dues]).toEqual([[], []]);
  });

  test('that is due back is told with its order until it is settled', () => {
    const actor = ordered();
    const read = () => actor.send({ type: 'read', item: id, n: 1, user: 1 }, start).order?.toRefund;
    actor.send(paid(1, 'p1', 300), start);
    expect(read()).toBe(300);
    actor.send(paid(1, 'p2'), start);
    expect([read(), actor.send(paid(1, 'p3'), start).order?.toRefund]).toEqual([300, 800]);
    actor.send(settle(1), start);
    expect(read()).toBe(500);
    actor.send(settle(2), start);
    expect(read()).toBe(0);
    actor.send(paid(9, 'p4'), start);
    expect(read()).toBe(0);
  });

  test('is not needed where nothing is to be paid', () => {
    const actor = onSale(2, { price: 0 });
    const { order } = actor.send(place(1, 1), start);
    expect(order).toMatchObject({ status: orderStatus.paid, paidAt: start });
    expect(actor.item).toMatchObject({ held: 0, sold: 1 });
    expect(actor.pass(start + 59_999)).toEqual([]);
  });
});

describe('a refund', () => {
  test('puts the units back on sale, or takes them off the books', () => {
    for (const back of [true, false]) {
      const actor = ordered();
      actor.send(paid(1, 'p1'), start + 1);
      const { order } = actor.send(refund(1, { back }), start + 2);
      expect(order).toMatchObject({
        ...{ status: orderStatus.refunded, paidAt: start + 1, closedAt: start + 2 },
      });
      expect(actor.item).toMatchObject({ sold: 0, held: 0, loaded: back ? 3 : 2 });
      expect(unitsLeft(actor.item!)).toBe(back ? 3 : 2);
      expect(actor.send(refund(1, { back }), start + 3).repeated).toBe(true);
    }
  });

  test('frees the limit of its buyer', () => {
    const actor = onSale(3, { limit: 1 });
    actor.send(place(1, 1), start);
    actor.send(paid(1, 'p1'), start);
    expect(actor.send(place(1, 2), start).code).toBe(code.limitReached);
    actor.send(refund(1), start);
    expect(actor.send(place(1, 3), start).code).toBe(code.ok);
  });

  test('is of a paid order and of all of its money', () => {
    const actor = ordered();
    expect(actor.send(refund(1), start).code).toBe(code.wrongState);
    actor.send(paid(1, 'p1'), start);
    expect(actor.send(refund(1, { amountMinor: 1 }), start).code).toBe(code.usedOtherwise);
    expect(actor.send(refund(1, { amountMinor: 500 }), start).code).toBe(code.ok);
    expect(actor.send(refund(2), start).code).toBe(code.notFound);
  });

  test('that is due is settled by hand, or by the provider that names its payment', () => {
    const actor = ordered();
    actor.send(cancel(1), start);
    actor.send(paid(1, 'p1'), start);
    actor.send(paid(1, 'p2'), start);
    expect(actor.send(settle(1), start)).toMatchObject({ code: code.ok, about: 1 });
    expect(actor.send(settle(1), start).repeated).toBe(true);
    expect(actor.send(refund(1, { reference: 'p2' }), start)).toMatchObject({ code: 0, about: 2 });
    expect(actor.item?.dues.every(({ settled }) => settled)).toBe(true);
    expect(actor.send(settle(3), start).code).toBe(code.notFound);
  });
});

describe('a refund that names its payment', () => {
  test('settles what is due under it only where all of that goes back', () => {
    const actor = ordered();
    actor.send(paid(1, 'p1', 499), start);
    const back = (amountMinor: number) => refund(1, { reference: 'p1', amountMinor });
    expect(actor.send(back(500), start).code).toBe(code.usedOtherwise);
    expect(actor.item?.dues).toMatchObject([{ settled: false }]);
    expect(actor.send(back(499), start)).toMatchObject({ code: code.ok, about: 1 });
    expect(actor.item?.dues).toMatchObject([{ settled: true }]);
  });

  test('settles what is due for an order that does not exist', () => {
    const actor = ordered();
    for (const n of [9, 0]) actor.send(paid(n, 'p1'), start);
    for (const n of [9, 0]) {
      const back = actor.send(refund(n, { reference: 'p1' }), start);
      expect(back).toMatchObject({ code: code.ok, order: null });
    }
    expect(actor.item?.dues).toMatchObject([{ settled: true }, { settled: true }]);
    expect(actor.send(refund(9, { reference: 'p2' }), start).code).toBe(code.notFound);
  });

  test('or none is of the order, whatever else was due for it before', () => {
    const actor = onSale(1);
    actor.send(place(1, 1), start);
    actor.send(place(2, 2), start + 10_000);
    // Said by hand, without a reference: another buyer has the unit by now.
    const byHand = { type: 'pay', item: id, n: 1, user: 0, by: 'admin' } as const;
    expect(actor.send(byHand, start + 10_001)).toMatchObject({ code: code.refundDue, about: 1 });
    actor.send(settle(1), start + 10_002);
    actor.send(cancel(2), start + 10_003);
    actor.send(paid(1, 'p2'), start + 10_004);
    const back = actor.send(refund(1), start + 10_005);
    expect(back.order?.status).toBe(orderStatus.refunded);
  });

  test('that was due for an unknown order says nothing of the order that gets its number later', () => {
    const actor = ordered();
    actor.send(paid(2, 'p1'), start);
    actor.send(place(2, 2), start);
    expect(actor.send(settle(1), start)).toMatchObject({ code: code.ok, order: null });
  });
});

describe('the normal price', () => {
  const edit = (choice: { price?: number; normalSale?: boolean; limit?: number }) =>
    ({ type: 'edit', item: id, texts: 0, by: 'admin', ...choice }) as const;
  const after = start + 60_000;

  test('is that of the moment of the order, for good', () => {
    const actor = onSale(9);
    actor.send(place(1, 1, { promo: 0 }), after);
    actor.send(edit({ price: 800 }), after);
    const order = actor.send(place(2, 2, { promo: 0 }), after).order;
    expect(order?.unitPrice).toBe(800);
    expect(actor.send({ type: 'read', item: id, n: 1, user: 0 }, after).order?.unitPrice).toBe(
      1_000,
    );
  });

  test('has a limit of its own, and may be switched off', () => {
    const actor = onSale(9);
    actor.send(edit({ limit: 2 }), after);
    expect(actor.send(place(1, 1, { promo: 0, amount: 3 }), after).code).toBe(code.limitReached);
    expect(actor.send(place(1, 2, { promo: 0, amount: 2 }), after).code).toBe(code.ok);
    expect(actor.send(place(1, 3, { promo: 0 }), after).code).toBe(code.limitReached);
    actor.send(edit({ normalSale: false }), after);
    expect(actor.send(place(2, 4, { promo: 0 }), after).code).toBe(code.notOnSale);
  });
});

describe('a merchant', () => {
  const by = 'admin';

  test('takes unsold units off sale, but none that are held or sold', () => {
    const actor = ordered();
    const withdraw = (units: number, key = 0) =>
      actor.send({ type: 'withdrawUnits', item: id, units, key, by }, start);
    expect(withdraw(3).code).toBe(code.outOfStock);
    expect(withdraw(2, 5).code).toBe(code.ok);
    expect(withdraw(2, 5).repeated).toBe(true);
    expect(withdraw(1, 5).code).toBe(code.usedOtherwise);
    expect(actor.item).toMatchObject({ loaded: 1, held: 1 });
  });

  test('ends a promo, moves its end, and takes it back before its start', () => {
    const actor = onSale(9);
    const next = { promo: 8, startAt: start + 60_000, endAt: start + 90_000 };
    actor.send(publish(next), start);
    const extend = (endAt: number) =>
      actor.send({ type: 'extend', item: id, promo: 7, endAt, by }, start + 1);
    expect(extend(start + 60_001)).toMatchObject({ code: code.wrongState, about: 8 });
    const control = (type: 'end' | 'withdrawPromo', promo: number, at: number) =>
      actor.send({ type, item: id, promo, by }, at);
    expect(control('withdrawPromo', 7, start + 1).code).toBe(code.wrongState);
    expect(control('withdrawPromo', 8, start + 1).code).toBe(code.ok);
    expect(extend(start + 70_000).code).toBe(code.ok);
    expect(actor.send(place(1, 1), start + 69_999).code).toBe(code.ok);
    expect(control('end', 7, start + 69_999).code).toBe(code.ok);
    expect(actor.send(place(2, 2), start + 69_999).code).toBe(code.ended);
    expect(actor.send(place(2, 2, { promo: 8 }), start + 69_999).code).toBe(code.ended);
    expect(actor.send(place(2, 2, { promo: 0 }), start + 69_999).code).toBe(code.ok);
    expect(actor.item?.shown).toBe(1);
  });
});
