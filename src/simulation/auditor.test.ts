import { expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { chainStart, encodeEntry, entryHash } from '../../actors/journal/codec.ts';
import { Auditor } from './auditor.ts';

/** When the one order is placed, which holds its unit for a quarter of an hour. */
const placedAt = 1_000_000;
const payBy = placedAt + 900_000;
const place = { item: 1, user: 1, promo: 0, amount: 1, price: 1_000, nonce: 1 };
const settled = { item: 1, n: 1, amount: 1, placedAt };
const paidLate = { type: 'paid', ...settled, late: true } as const;

/** An auditor that has seen the order, and the way to store what follows. */
function withOrder() {
  const auditor = new Auditor(1);
  let seq = 0;
  let prev = chainStart;
  const store = (at: number, events: Event[], timeSetBackFrom?: number) => {
    const head = { partition: 0, seq: ++seq, prev, writer: 'a', at };
    const setBack = timeSetBackFrom === undefined ? {} : { timeSetBackFrom };
    const texts = events.map((event) => JSON.stringify(event));
    const bytes = encodeEntry({ ...head, ...setBack }, texts);
    prev = entryHash(bytes);
    auditor.stored(0, seq, bytes);
  };
  store(placedAt, [
    { type: 'opened', item: 1, price: 1_000, units: 2 },
    { type: 'placed', n: 1, ...place },
  ]);
  return store;
}

test('a hold that has ended may be paid late, also where the time was set back since', () => {
  const store = withOrder();
  store(payBy, [{ type: 'expired', ...settled }]);
  store(placedAt, [], payBy);
  expect(() => store(placedAt, [paidLate])).not.toThrow();
});

test('a hold that has not ended can be paid, but not late', () => {
  expect(() => withOrder()(payBy - 1, [{ type: 'paid', ...settled }])).not.toThrow();
  expect(() => withOrder()(payBy - 1, [paidLate])).toThrow('order 1 is placed, and paid');
  expect(() => withOrder()(payBy, [paidLate])).toThrow('order 1 is placed, and paid');
});

test('a hold ends neither before its time nor by a payment that came in time', () => {
  expect(() => withOrder()(payBy - 1, [{ type: 'expired', ...settled }])).toThrow('expired at -1');
  expect(() => withOrder()(payBy, [{ type: 'paid', ...settled }])).toThrow('paid at 0');
});
