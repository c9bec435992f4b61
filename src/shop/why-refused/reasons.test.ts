import { describe, expect, test } from 'bun:test';
import { queueModes } from '../../../actors/events.ts';
import {
  type OrderStatusName,
  type OrderView,
  orderStatus,
  type Standing,
} from '../../../actors/protocol.ts';
import { boardRow } from '../../../actors/testing/board-row.ts';
import { type Facts, reasonsOf } from './reasons.ts';
import type { UserEvent } from './user-events.ts';

const row = boardRow({ promo: 7, startAt: 1_000, endAt: 9_000, price: 2 });
const promo = { id: 7, limit: 2, startAt: 1_000, endAt: 9_000 };
const standing: Standing = {
  ...{ state: 'none', nonce: 0, until: 0, ahead: 0, waiting: 0, heldUnpaid: 0, etaSeconds: -1 },
};
const running: Facts = {
  ...{ now: 5_000, row, promo, normalLimit: 5, orders: [], standing, events: [] },
  ...{ readAll: true, soldOutAt: null },
};

/** Events of the user, or of all, under the promo, each a moment after the one before. */
function history(...types: Exclude<UserEvent['type'], 'refundDue' | 'placed'>[]): UserEvent[] {
  return types.map((type, index) => ({
    ...{ type, item: 5, user: 1, promo: 7, nonce: 1, waiting: 3 },
    ...{ at: 2_000 + index, seq: 10 + index },
  }));
}

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
    const full = { ...row, gateFactor: 5, left: 10, outstanding: 50 };
    expect(keys({ row: full })).toEqual(['neverAdmitted', 'gateFull', 'notJournaled']);
    expect(reasonsOf({ ...running, row: full })[1]).toMatchObject({ outstanding: 50, gate: 50 });
    const queue = queueModes.indexOf('fifo');
    expect(keys({ row: { ...full, queue } })).toContain('gateFullQueue');
    expect(keys({ row: { ...full, outstanding: 49 } })).toEqual(['neverAdmitted', 'notJournaled']);
    expect(keys({ row: full, now: 9_000 })).not.toContain('gateFull');
    expect(keys({ row: full, orders: [order(1, 'paid', 2)] })).not.toContain('gateFull');
  });

  test('is that no one can say without the whole journal', () => {
    expect(keys({ readAll: false })).toEqual(['perhapsAdmitted', 'notJournaled']);
  });

  test('is where they stand now, by their actor', () => {
    const at = (told: Partial<Standing>) =>
      reasonsOf({ ...running, standing: { ...standing, ...told } })[0];
    expect(at({ state: 'drawing', waiting: 12 })).toEqual({
      key: 'drawing',
      at: 1_000,
      waiting: 12,
    });
    expect(at({ state: 'waiting', ahead: 3, waiting: 9, heldUnpaid: 2 })).toEqual({
      ...{ key: 'waiting', place: 4, waiting: 9, held: 2 },
    });
    expect(at({ state: 'admitted', until: 8_000 })).toEqual({ key: 'admitted', until: 8_000 });
  });

  test('is how they lost their place: the last step of their way', () => {
    const last = (...types: Parameters<typeof history>) =>
      reasonsOf({ ...running, events: history(...types) })[0];
    expect(last('joined', 'admitted', 'lapsed')).toEqual({ key: 'lapsed', at: 2_002 });
    expect(last('joined', 'leftQueue')).toEqual({ key: 'left', at: 2_001 });
    expect(last('joined', 'queueEnded')).toEqual({ key: 'queueEnded', at: 2_001 });
    expect(last('joined', 'admitted')).toEqual({ key: 'admittedWithoutOrder', at: 2_001 });
    // A queue that ended without them is none of their steps.
    expect(last('joined', 'leftQueue', 'queueEnded')?.key).toBe('left');
    expect(last('queueEnded')?.key).toBe('neverAdmitted');
  });

  test('is that their turn did not come before the sale ended', () => {
    const facts = { events: history('joined'), now: 9_000 };
    expect(reasonsOf({ ...running, ...facts })).toContainEqual({
      key: 'waitedToTheEnd',
      at: 9_000,
    });
  });

  test('is nothing about an admission that an order has spent', () => {
    const placed: UserEvent = {
      ...{ type: 'placed', item: 5, n: 1, user: 1, promo: 7, amount: 1, price: 1, nonce: 1 },
      ...{ at: 3_000, seq: 12 },
    };
    const events = [...history('joined', 'admitted'), placed];
    expect(keys({ events, orders: [order(1, 'expired')] })).toEqual(['expired', 'notJournaled']);
  });

  test('is that the sale is paused, and that the item is sold under promos alone', () => {
    const now = { row: { ...row, paused: 1, promosEndAt: 9_000 } };
    expect(keys(now)).toEqual(['paused', 'promoOnly', 'neverAdmitted', 'notJournaled']);
    const over = { row: { ...row, promosEndAt: 9_000, normalSale: 0 }, now: 9_000 };
    expect(keys(over)).toEqual(['ended', 'promosOnly', 'neverAdmitted', 'notJournaled']);
  });

  test('is the limit at the normal price where there is no promo', () => {
    const normal = { promo: null, standing: null };
    expect(keys(normal)).toEqual(['normal', 'notJournaled']);
    const own = { ...order(1, 'placed', 5), promo: 0 };
    expect(keys({ ...normal, orders: [own] })).toContain('limitReached');
  });

  test('is that money was paid back, or must be', () => {
    const owed = { ...order(1, 'cancelled'), toRefund: 100 };
    const facts = { orders: [owed, order(2, 'refunded')] };
    expect(keys(facts)).toEqual(['cancelled', 'refunded', 'refundDue', 'notJournaled']);
  });
});
