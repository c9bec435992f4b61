/**
 * What journal entries mean as SQL rows. Pure: the same entries always give the same changes,
 * down to the ids of single events, so that a rebuild gives the same rows.
 */

import type { Cancelled, Event, Expired, Paid, Placed, Refunded } from '../../actors/events.ts';
import type { Entry } from '../../actors/journal/codec.ts';
import type { RowChanges, Settlement, StockEventRow } from '../db/projection.ts';
import { rowId } from '../db/row-id.ts';
import { orderId, orderKey } from '../order-id.ts';
import { addEntrant, addRefundDue, changeItem, changePromo, settleDue } from './sale-rows.ts';

/** One event, and where it stands. */
interface Source {
  partition: number;
  seq: number;
  /** Place in the entry, from 0. */
  index: number;
  at: number;
}

/** The changes that consecutive entries of one partition make. */
export function changesOf(entries: readonly Entry[]): RowChanges {
  const settled = new Map<number, Settlement>();
  const changes: RowChanges = {
    orders: [],
    settlements: [],
    refunds: [],
    stockEvents: [],
    stock: new Map(),
    sales: new Map(),
    items: new Map(),
    promos: new Map(),
    refundsDue: [],
    dueSettlements: [],
    entrants: [],
  };
  for (const { partition, seq, at, events } of entries) {
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      addEvent(changes, settled, event, { partition, seq, index, at: event.at ?? at });
    }
  }
  changes.settlements = [...settled.values()];
  return changes;
}

/** Hot: runs once per event. */
function addEvent(
  changes: RowChanges,
  settled: Map<number, Settlement>,
  event: Event,
  source: Source,
): void {
  const { at } = source;
  switch (event.type) {
    case 'placed':
      addOrder(changes, settled, event, source);
      break;
    case 'paid':
      pay(changes, settled, event, source);
      break;
    case 'cancelled':
    case 'expired':
      release(changes, settled, event, source);
      break;
    case 'refunded':
      refund(changes, event, source);
      break;
    case 'opened':
      moveStock(changes, 'opened', event.item, null, event.units, source);
      changeItem(changes.items, event);
      break;
    case 'restocked':
      moveStock(changes, 'restocked', event.item, null, event.units, source);
      break;
    case 'unitsWithdrawn':
      moveStock(changes, 'withdrawn', event.item, null, -event.units, source);
      break;
    case 'edited':
      changeItem(changes.items, event);
      break;
    case 'published':
    case 'closed':
    case 'paused':
    case 'resumed':
    case 'ended':
    case 'extended':
    case 'promoWithdrawn':
    case 'drawn':
      changePromo(changes.promos, event, at);
      break;
    case 'joined':
      if (event.draw === true) addEntrant(changes.entrants, event, idOf(source));
      break;
    case 'refundDue':
      addRefundDue(changes.refundsDue, event, source);
      break;
    case 'dueSettled':
      settleDue(changes.dueSettlements, event, at);
      break;
    case 'leftQueue':
    case 'queueEnded':
    case 'admitted':
    case 'lapsed':
    case 'archived':
    case 'refused':
      break;
    default:
      throw new Error(`an event the projector does not know: ${JSON.stringify(event)}`);
  }
}

function addOrder(
  changes: RowChanges,
  settled: Map<number, Settlement>,
  event: Placed,
  source: Source,
): void {
  const { item, n, user, promo, amount, price, paid = false } = event;
  const { at } = source;
  const key = orderKey(item, n);
  const eventId = idOf(source);
  const order = { userId: user, promoId: promo, amount, unitPrice: price, createdAt: at };
  changes.orders.push({ key, ...order, eventId });
  add(changes.stock, item, -amount);
  if (!paid) return;
  settled.set(key, { key, status: 'paid', paidAt: at, closedAt: null, reference: null });
  add(changes.sales, item, amount);
}

function pay(
  changes: RowChanges,
  settled: Map<number, Settlement>,
  event: Paid,
  source: Source,
): void {
  const { item, n, amount, placedAt, reference = null } = event;
  const key = orderKey(item, n);
  // Only an order's last state counts: one that expired may have been paid late since.
  settled.set(key, { key, status: 'paid', paidAt: source.at, closedAt: null, reference });
  add(changes.sales, item, amount);
  if (event.late === true) {
    moveStock(changes, 'paid', item, orderId(item, n, placedAt), -amount, source);
  }
}

function release(
  changes: RowChanges,
  settled: Map<number, Settlement>,
  event: Cancelled | Expired,
  source: Source,
): void {
  const { type, item, n, amount, placedAt } = event;
  const key = orderKey(item, n);
  settled.set(key, { key, status: type, paidAt: null, closedAt: source.at, reference: null });
  moveStock(changes, type, item, orderId(item, n, placedAt), amount, source);
}

/** Units that do not come back were in nobody's hands before, and are in nobody's now: stock stays. */
function refund(changes: RowChanges, event: Refunded, source: Source): void {
  const { item, n, amount, placedAt, back } = event;
  changes.refunds.push({ key: orderKey(item, n), at: source.at });
  add(changes.sales, item, -amount);
  if (back) moveStock(changes, 'refunded', item, orderId(item, n, placedAt), amount, source);
}

function moveStock(
  changes: RowChanges,
  reason: StockEventRow['reason'],
  itemId: number,
  id: string | null,
  delta: number,
  source: Source,
): void {
  const { partition, seq, at } = source;
  const moved = { id: idOf(source), itemId, orderId: id, delta, reason, partition, seq, at };
  changes.stockEvents.push(moved);
  add(changes.stock, itemId, delta);
}

function idOf({ partition, seq, index }: Source): number {
  return rowId(partition, seq, index);
}

function add(sums: Map<number, number>, key: number, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units);
}
