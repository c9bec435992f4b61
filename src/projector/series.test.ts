import { expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { emptyCounts } from '../db/series.ts';
import { KnownTerms, seriesOf } from './series.ts';

const nobody = {
  termsOfOrders: async () => {
    throw new Error('every order was seen placed');
  },
};
const at = 1_795_856_400_000;
const rowsOf = (events: Event[]) => seriesOf([{ at, events }], new KnownTerms(), nobody);

const placed = { type: 'placed', item: 1, user: 5, nonce: 1 } as const;

test('each event is counted once, in its second, under its promo', async () => {
  const order = { item: 1, placedAt: at };
  const rows = await rowsOf([
    { type: 'opened', item: 1, price: 9, units: 100 },
    { type: 'restocked', item: 1, units: 10 },
    { type: 'unitsWithdrawn', item: 1, units: 3 },
    { type: 'joined', item: 1, user: 5, promo: 7, nonce: 1 },
    { type: 'admitted', item: 1, user: 5, promo: 7, nonce: 1 },
    { type: 'lapsed', item: 1, user: 6, promo: 7 },
    { ...placed, n: 1, promo: 7, amount: 2, price: 5 },
    { ...placed, n: 2, promo: 7, amount: 1, price: 5, at: at + 1_000 },
    { ...placed, n: 3, promo: 0, amount: 4, price: 0, paid: true },
    { type: 'paid', ...order, n: 1, amount: 2, at: at + 1_999 },
    { type: 'cancelled', ...order, n: 2, amount: 1, at: at + 1_000 },
    { type: 'refunded', ...order, n: 1, amount: 2, back: true, amountMinor: 10, at: at + 2_000 },
    { type: 'refused', item: 1, count: 6, amount: 1 },
  ]);
  const [s, none] = [at / 1000, emptyCounts()];
  const inPromo = { itemId: 1, promoId: 7, ...none };
  expect(rows).toEqual([
    {
      ...{ itemId: 1, promoId: 0, at: s, ...none, loadedUnits: 110, withdrawnUnits: 3 },
      ...{ orders: 1, units: 4, paidOrders: 1, paidUnits: 4, refused: 6 },
    },
    { ...inPromo, at: s, joined: 1, admitted: 1, lapsed: 1, orders: 1, units: 2 },
    {
      ...{ ...inPromo, at: s + 1, orders: 1, units: 1, paidOrders: 1, paidUnits: 2 },
      ...{ paidMinor: 10, cancelledOrders: 1, cancelledUnits: 1 },
    },
    { ...inPromo, at: s + 2, refundedUnits: 2, backUnits: 2, refundedMinor: 10 },
  ]);
});

test('the terms of orders are known by few runs, however promos follow each other', () => {
  const terms = new KnownTerms();
  for (let n = 1; n <= 3_000; n++)
    terms.add(1, n, n < 1_000 ? 0 : n < 2_000 ? 4 : 5, n < 500 ? 8 : 9);
  expect([1, 499, 500, 999, 1_000, 3_000].map((n) => terms.of(1, n))).toMatchObject([
    { promoId: 0, unitPrice: 8 },
    { promoId: 0, unitPrice: 8 },
    { promoId: 0, unitPrice: 9 },
    { promoId: 0, unitPrice: 9 },
    { promoId: 4, unitPrice: 9 },
    { promoId: 5, unitPrice: 9 },
  ]);
  expect([terms.of(1, 3_001), terms.of(2, 1)]).toEqual([null, null]);
});
