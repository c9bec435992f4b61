import { describe, expect, test } from 'bun:test';
import { type OrderStatusName, type OrderView, orderStatus } from '../../../actors/protocol.ts';
import { boardRow } from '../../../actors/testing/board-row.ts';
import { type Facts, reasonsOf } from './reasons.ts';

const row = boardRow({ promo: 7, startAt: 1_000, endAt: 9_000, price: 2 });
const promo = { id: 7, limit: 2, gateFactor: 5, startAt: 1_000, endAt: 9_000 };
const running: Facts = {
  ...{ now: 5_000, row, promo, orders: [], admittedAt: null, admissionKept: false },
  ...{ readAll: true, soldOutAt: null },
};

function order(n: number, status: OrderStatusName, amount = 1): OrderView {
  const times = { createdAt: 2_000, payBy: 3_000, paidAt: 0, closedAt: 0, toRefund: 0 };
  return { n, user: 1, promo: 7, amount, unitPrice: 1, status: orderStatus[status], ...times };
}

const keys = (facts: Partial<Facts>) => reasonsOf({ ...running, ...facts }).map(({ key }) => key);

describe('what a buyer can be told', () => {
  test('always says that refusals are not journaled one by one', () => {
    expect(keys({}).at(-1)).toBe('notJournaled');
    expect(keys({ promo: null }).at(-1)).toBe('notJournaled');
  });

  test('is that the limit is reached, counting only orders that stand', () => {
    const orders = [order(1, 'paid'), order(2, 'placed')];
    expect(keys({ orders })).toEqual(['bought', 'limitReached', 'notJournaled']);
    expect(keys({ orders: [order(1, 'paid'), order(2, 'expired')] })).toEqual([
      'bought',
      'expired',
      'notJournaled',
    ]);
    expect(keys({ orders: [order(1, 'cancelled', 2)] })).toEqual(['cancelled', 'notJournaled']);
  });

  test('is since when the item has been sold out', () => {
    const facts = {
      row: { ...row, left: 0, held: 3 },
      soldOutAt: 4_000,
      orders: [order(1, 'paid')],
    };
    expect(reasonsOf({ ...running, ...facts })).toContainEqual({
      key: 'soldOut',
      at: 4_000,
      held: 3,
    });
  });

  test('is whether the sale has begun, and has ended', () => {
    expect(keys({ now: 999 })).toContain('pending');
    expect(keys({ now: 1_000 })).not.toContain('pending');
    expect(keys({ now: 8_999 })).not.toContain('ended');
    expect(keys({ now: 9_000 })).toContain('ended');
  });

  test('is that the gate is full where it is, and never that it was where it is not', () => {
    const full = {
      ...row,
      outstanding: 50,
      waiting: 0,
      promosEndAt: 0,
      queueOpenAt: 0,
      paused: 0,
      normalSale: 1,
      queue: 0,
    };
    expect(keys({ row: full })).toEqual(['gateFull', 'neverAdmitted', 'notJournaled']);
    expect(
      keys({
        row: {
          ...full,
          outstanding: 49,
          waiting: 0,
          promosEndAt: 0,
          queueOpenAt: 0,
          paused: 0,
          normalSale: 1,
          queue: 0,
        },
      }),
    ).toEqual(['neverAdmitted', 'notJournaled']);
  });

  test('is that no one can say without the whole journal', () => {
    expect(keys({ readAll: false })).toEqual(['perhapsAdmitted', 'notJournaled']);
    const kept = { readAll: false, admissionKept: true };
    expect(keys(kept)).toEqual(['admittedWithoutOrder', 'notJournaled']);
  });

  test('is that they were let in and ordered nothing', () => {
    expect(reasonsOf({ ...running, admittedAt: 2_000 })[0]).toEqual({
      key: 'admittedWithoutOrder',
      at: 2_000,
    });
    expect(keys({ admittedAt: 2_000, orders: [order(1, 'paid')] })).not.toContain(
      'admittedWithoutOrder',
    );
  });
});
