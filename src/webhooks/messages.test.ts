import { expect, test } from 'bun:test';
import * as v from 'valibot';
import type { Event } from '../../actors/events.ts';
import type { OrderRow } from '../db/rows.ts';
import { orderEvent, refundDueEvent, testEvent } from '../http/reference/webhook-schemas.ts';
import { orderId, orderKey } from '../order-id.ts';
import type { Message } from './delivery.ts';
import { messagesOf, type OrderFacts, type ToldEntry, testMessage } from './messages.ts';

const at = Date.UTC(2026, 10, 28, 12);
const placedAt = at - 5_000;
const text = (ms: number) => new Date(ms).toISOString();

const row: OrderRow = {
  ...{ key: orderKey(42, 7), id: orderId(42, 7, placedAt), itemId: 42, userId: 9, promoId: 3 },
  ...{ amount: 2, unitPrice: 500, total: 1_000, status: 'refunded', createdAt: placedAt },
  ...{ paidAt: at, closedAt: at + 900, partition: 2, seq: 1, eventId: 1, reference: null },
  refundedAt: at + 900,
};

function facts(order: Partial<OrderRow> = {}): OrderFacts {
  return {
    orders: new Map([[row.key, { ...row, ...order }]]),
    payWindowsMs: new Map([[3, 60_000]]),
  };
}

function entry(...events: Event[]): ToldEntry {
  return { partition: 2, seq: 17, at, hash: 'c0ffee'.repeat(11), events };
}

const described = v.variant('type', [orderEvent, refundDueEvent, testEvent]);

/** What is sent, which must be what the reference describes and nothing beside. */
function parsed({ body }: Pick<Message, 'body'>) {
  const told = JSON.parse(body);
  expect(v.parse(described, told)).toEqual(told);
  return told;
}

const said = (event: Event, known = facts()) => messagesOf(entry(event), known).map(parsed);

const order = {
  ...{
    orderId: row.id,
    itemId: 42,
    promoId: 3,
    userId: 9,
    amount: 2,
    unitPrice: 500,
    total: 1_000,
  },
  ...{ createdAt: text(placedAt), payBy: text(placedAt + 60_000), seq: 17, partition: 2 },
};
const settled = { item: 42, n: 7, amount: 2, placedAt };

test('each event tells its order as it was then, whatever SQL has by now', () => {
  const paid = { status: 'paid', paidAt: text(at), closedAt: null };
  expect(said({ type: 'paid', ...settled })).toEqual([
    { type: 'order.paid', timestamp: text(at), data: { ...order, ...paid } },
  ]);
  for (const type of ['cancelled', 'expired'] as const) {
    const closed = { status: type, paidAt: null, closedAt: text(at + 3) };
    expect(said({ type, ...settled, at: at + 3 })).toEqual([
      { type: `order.${type}`, timestamp: text(at + 3), data: { ...order, ...closed } },
    ]);
  }
  const refund = { type: 'refunded', ...settled, back: true, amountMinor: 1_000 } as const;
  expect(said({ ...refund, at: at + 900 })).toEqual([
    {
      ...{ type: 'order.refunded', timestamp: text(at + 900) },
      data: { ...order, status: 'refunded', paidAt: text(at), closedAt: text(at + 900) },
    },
  ]);
});

test('a placed order is told without SQL, and one that costs nothing is paid by the same event', () => {
  const placed = {
    type: 'placed',
    item: 42,
    n: 7,
    user: 9,
    promo: 3,
    amount: 2,
    nonce: 1,
  } as const;
  const none = { orders: new Map(), payWindowsMs: new Map([[3, 60_000]]) };
  const [told] = said({ ...placed, price: 500, at: placedAt }, none);
  expect(told.data).toEqual({ ...order, status: 'placed', paidAt: null, closedAt: null });
  const free = messagesOf(entry({ ...placed, price: 0, paid: true }), none);
  expect(free.map(({ type, id, place }) => [type, id, place])).toEqual([
    ['order.placed', 'evt_2-17-0-c0ffeec0ffeec0ff', 0],
    ['order.paid', 'evt_2-17-0.1-c0ffeec0ffeec0ff', 1],
  ]);
  expect(free.map(({ body }) => JSON.parse(body).data.status)).toEqual(['paid', 'paid']);
});

test('money that is due back is told with the order as it stood then, or with none', () => {
  const due = { type: 'refundDue', item: 42, due: 4, n: 7, placedAt, amountMinor: 990 } as const;
  const refundDue = { id: '42-4', amount: 990, reason: 'wrongAmount', reference: 'pay_1' };
  const then = (ms: number, more: Partial<OrderRow>) =>
    said({ ...due, reason: 'wrongAmount', reference: 'pay_1', at: ms }, facts(more))[0].data;
  const later = { status: 'placed', paidAt: null, closedAt: null };
  expect(then(at - 1, {})).toEqual({ ...order, ...later, refundDue });
  const paid = { status: 'paid', paidAt: text(at), closedAt: null };
  expect(then(at + 1, {})).toEqual({ ...order, ...paid, refundDue });
  const cancelled = { status: 'cancelled', paidAt: null, closedAt: at + 5 } as const;
  expect(then(at, cancelled)).toEqual({ ...order, ...later, refundDue });
  expect(then(at + 5, cancelled)).toMatchObject({ status: 'cancelled', closedAt: text(at + 5) });
  const late = { status: 'paid', paidAt: placedAt + 90_000, closedAt: null } as const;
  expect(then(placedAt + 80_000, late)).toMatchObject({
    ...{ status: 'expired', paidAt: null, closedAt: text(placedAt + 60_000) },
  });
  const unknown = messagesOf(entry({ ...due, reason: 'unknownOrder', n: 0 }), facts());
  expect(unknown[0]).toMatchObject({ lane: null, orderId: null, type: 'refund.due' });
  expect(JSON.parse(unknown[0]!.body).data).toMatchObject({
    ...{ orderId: null, itemId: 42, total: null, status: null, seq: 17 },
    refundDue: { id: '42-4', amount: 990, reason: 'unknownOrder', reference: null },
  });
});

test('events of an order share a lane, and what merchants are not told of is passed over', () => {
  const events: Event[] = [
    { type: 'restocked', item: 42, units: 5 },
    { type: 'expired', ...settled },
    { type: 'paid', ...settled, late: true },
    { type: 'refused', item: 42, count: 1, amount: 1 },
  ];
  expect(messagesOf(entry(...events), facts()).map(({ lane, place }) => [lane, place])).toEqual([
    [row.key, 2],
    [row.key, 4],
  ]);
});

test('an order that SQL does not have is not made up', () => {
  const none = { orders: new Map(), payWindowsMs: new Map() };
  expect(() => said({ type: 'paid', ...settled }, none)).toThrow('no row');
});

test('a message that tries the receiver is about nothing', () => {
  const told = parsed(testMessage(3, at, 'one'));
  expect(told).toEqual({ type: 'webhook.test', timestamp: text(at), data: {} });
});
