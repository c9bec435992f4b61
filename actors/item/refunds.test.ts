import { expect, test } from 'bun:test';
import { type Command, code, orderStatus } from '../protocol.ts';
import { id, onSale, pay, place, start } from '../testing/item-driver.ts';

const refund = (n: number, reference: string): Command => ({
  ...{ type: 'refund', item: id, n, amountMinor: -1, back: true, reference },
});

test('a refund without a reference is of the order that was paid, not of an earlier payment that was due back', () => {
  const actor = onSale(1);
  actor.send(place(1, 1), start);
  actor.send(place(2, 2), start + 10_000);
  expect(actor.send(pay(1), start + 10_001)).toMatchObject({ code: code.refundDue, about: 1 });
  actor.send({ type: 'settle', item: id, due: 1, reference: '' }, start + 10_002);
  actor.send({ type: 'cancel', item: id, n: 2, user: 0 }, start + 10_003);
  const payment = { ...pay(1), amountMinor: 500, reference: 'second' } as const;
  expect(actor.send(payment, start + 10_004).order?.status).toBe(orderStatus.paid);
  expect(actor.send(refund(1, ''), start + 10_005).order?.status).toBe(orderStatus.refunded);
  expect(actor.item).toMatchObject({ sold: 0, held: 0 });
});

test('a refund of a payment that named no order there was settles what is due for it', () => {
  const actor = onSale(1);
  const payment = { ...pay(1), amountMinor: 500, reference: 'early' } as const;
  expect(actor.send(payment, start)).toMatchObject({ code: code.notFound, about: 1 });
  const settled = { code: code.ok, about: 1, order: null };
  expect(actor.send(refund(1, 'early'), start)).toMatchObject({ ...settled, repeated: false });
  expect(actor.send(refund(1, 'other'), start).code).toBe(code.notFound);
  actor.send(place(1, 1), start);
  expect(actor.send(refund(1, 'early'), start)).toMatchObject({ ...settled, repeated: true });
  expect(actor.item?.dues).toMatchObject([{ reason: 'unknownOrder', settled: true }]);
});
