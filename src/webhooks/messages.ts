/**
 * What merchants are told of a journal's entries. Pure: the same entry always gives the same messages under the
 * same ids, in whatever run and by whichever engine it is told.
 */
import type { Event, Placed, RefundDue } from '../../actors/events.ts';
import { payWindowDefaultMs } from '../../actors/limits.ts';
import { type OrderStatusName, type OrderView, orderStatus } from '../../actors/protocol.ts';
import { refundDueId } from '../db/refunds-due.ts';
import type { OrderRow } from '../db/rows.ts';
import { orderData } from '../http/wire/order-data.ts';
import { timeText } from '../http/wire/time.ts';
import { orderKey, orderOfKey } from '../order-id.ts';
import type { Message } from './delivery.ts';

/** What merchants may be told of; `webhook.test` is sent on their wish and concerns no order. */
export const webhookTypes = [
  'order.placed',
  'order.paid',
  'order.cancelled',
  'order.expired',
  'order.refunded',
  'refund.due',
  'webhook.test',
] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** An entry as far as messages are made of it; `hash` is that of its stored bytes. */
export interface ToldEntry {
  partition: number;
  seq: number;
  at: number;
  hash: string;
  events: readonly Event[];
}

/** What the events themselves do not say. */
export interface OrderFacts {
  /** By `orderKey`: the orders that the events settle, as SQL has them by now, which may be later. */
  orders: ReadonlyMap<number, OrderRow>;
  /** By promo: how long its orders hold their units. */
  payWindowsMs: ReadonlyMap<number, number>;
}

/** The order that an event is about and does not itself describe; null where there is none. */
export function askedOrder(event: Event): number | null {
  switch (event.type) {
    case 'paid':
    case 'cancelled':
    case 'expired':
    case 'refunded':
      return orderKey(event.item, event.n);
    case 'refundDue':
      return event.reason === 'unknownOrder' ? null : orderKey(event.item, event.n);
    default:
      return null;
  }
}

/** The messages of an entry, in order. @throws where the facts lack an order that `askedOrder` names. */
export function messagesOf(entry: ToldEntry, facts: OrderFacts): Message[] {
  const messages: Message[] = [];
  entry.events.forEach((event, index) => {
    const at = event.at ?? entry.at;
    told(event, at, facts).forEach(({ type, lane, order, more }, part) => {
      const { partition, seq } = entry;
      const data = { ...order, ...more, seq, partition };
      messages.push({
        id: idOf(entry, index, part),
        ...{ partition, seq, lane, type, at },
        place: index * partsMax + part,
        orderId: order.orderId,
        body: JSON.stringify({ type, timestamp: timeText(at), data }),
      });
    });
  });
  return messages;
}

/** An order that costs nothing is placed and paid by one event. */
const partsMax = 2;

/**
 * The hash makes an id that no other journal ever gives again: one that lost its end and goes on would count
 * the same numbers anew.
 */
function idOf({ partition, seq, hash }: ToldEntry, index: number, part: number): string {
  return `evt_${partition}-${seq}-${index}${part === 0 ? '' : `.${part}`}-${hash.slice(0, 16)}`;
}

type ShownOrder = Omit<ReturnType<typeof orderData>, 'toRefund'>;

interface Told {
  type: WebhookType;
  lane: number | null;
  order: ShownOrder | UnknownOrder;
  more?: object;
}

function told(event: Event, at: number, facts: OrderFacts): Told[] {
  switch (event.type) {
    case 'placed':
      return ofPlaced(event, at, facts);
    case 'paid':
      return ofOrder('order.paid', event, facts, { status: 'paid', paidAt: at, closedAt: 0 });
    case 'cancelled':
      return ofOrder('order.cancelled', event, facts, { status: 'cancelled', closedAt: at });
    case 'expired':
      return ofOrder('order.expired', event, facts, { status: 'expired', closedAt: at });
    case 'refunded':
      return ofOrder('order.refunded', event, facts, { status: 'refunded', closedAt: at });
    case 'refundDue':
      return ofDue(event, at, facts);
    default:
      return [];
  }
}

function ofPlaced(event: Placed, at: number, { payWindowsMs }: OrderFacts): Told[] {
  const { item, n, user, promo, amount, price: unitPrice, paid = false } = event;
  const view = {
    ...{ n, user, promo, amount, unitPrice, createdAt: at, closedAt: 0, toRefund: 0 },
    status: orderStatus[paid ? 'paid' : 'placed'],
    payBy: at + (payWindowsMs.get(promo) ?? payWindowDefaultMs),
    paidAt: paid ? at : 0,
  };
  const order = shown(item, view);
  const lane = orderKey(item, n);
  const placed: Told = { type: 'order.placed', lane, order };
  return paid ? [placed, { type: 'order.paid', lane, order }] : [placed];
}

interface Became {
  status: OrderStatusName;
  paidAt?: number;
  closedAt: number;
}

function ofOrder(
  type: WebhookType,
  { item, n }: { item: number; n: number },
  facts: OrderFacts,
  became: Became,
): Told[] {
  const lane = orderKey(item, n);
  const view = viewOf(lane, facts);
  const status = orderStatus[became.status];
  // Only a refund is of an order that was paid before.
  const paidAt = became.status === 'refunded' ? view.paidAt : (became.paidAt ?? 0);
  return [{ type, lane, order: shown(item, { ...view, ...became, status, paidAt }) }];
}

/** Money came that no order can take; the order, where there is one, as it stood then. */
function ofDue(event: RefundDue, at: number, facts: OrderFacts): Told[] {
  const { item, due, amountMinor: amount, reason, reference = null } = event;
  const lane = askedOrder(event);
  const order = lane === null ? unknownOrder(item) : shown(item, viewAt(lane, at, facts));
  const refundDue = { id: refundDueId(item, due), amount, reason, reference };
  return [{ type: 'refund.due', lane, order, more: { refundDue } }];
}

function shown(item: number, view: OrderView): ShownOrder {
  // What is due back by now is not known as of an event.
  const { toRefund: _, ...order } = orderData(item, view);
  return order;
}

type UnknownOrder = { [K in keyof ShownOrder]: K extends 'itemId' ? number : null };

function unknownOrder(itemId: number): UnknownOrder {
  return {
    ...{ orderId: null, itemId, promoId: null, userId: null, amount: null, unitPrice: null },
    ...{ total: null, status: null, createdAt: null, payBy: null, paidAt: null, closedAt: null },
  };
}

/** An order as SQL has it. */
function viewOf(key: number, { orders, payWindowsMs }: OrderFacts): OrderView {
  const row = orders.get(key);
  if (row === undefined) throw new Error(`there is no row of order ${key}`);
  const { n } = orderOfKey(key);
  const { userId: user, promoId: promo, amount, unitPrice, createdAt, paidAt, closedAt } = row;
  return {
    ...{ n, user, promo, amount, unitPrice, createdAt, toRefund: 0 },
    status: orderStatus[row.status],
    payBy: createdAt + (payWindowsMs.get(promo) ?? payWindowDefaultMs),
    paidAt: paidAt ?? 0,
    closedAt: closedAt ?? 0,
  };
}

/** An order as it was at a moment: what SQL has may have come later. */
function viewAt(key: number, at: number, facts: OrderFacts): OrderView {
  const now = viewOf(key, facts);
  const { placed, paid, expired, refunded } = orderStatus;
  const back =
    now.status === refunded && now.closedAt > at ? { ...now, status: paid, closedAt: 0 } : now;
  if (back.paidAt > at) {
    // It was paid late, or else had time to be.
    const isLate = at >= back.payBy;
    const was = isLate
      ? { status: expired, closedAt: back.payBy }
      : { status: placed, closedAt: 0 };
    return { ...back, ...was, paidAt: 0 };
  }
  const isOpen = back.status !== placed && back.status !== paid && back.closedAt > at;
  return isOpen ? { ...back, status: placed, closedAt: 0 } : back;
}

/** A message that is about nothing, for a merchant who tries their receiver; `id` is new each time. */
export function testMessage(partition: number, at: number, id: string): Message {
  const type: WebhookType = 'webhook.test';
  const body = JSON.stringify({ type, timestamp: timeText(at), data: {} });
  return {
    ...{ id: `test_${id}`, partition, seq: 0, place: 0, lane: null, orderId: null, type, body, at },
  };
}
