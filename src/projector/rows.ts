/**
 * What journal entries mean as SQL rows. Pure: the same entries always give the same changes,
 * down to the ids of stock logs, so that a rebuild gives the same rows.
 */

import type { Event, Placed } from '../../actors/events.ts';
import type { Entry } from '../../actors/journal/codec.ts';
import { entryEventsMax, partitionsMax } from '../../actors/limits.ts';
import type { RowChanges, Settlement, StockLogRow } from '../db/sql.ts';
import { orderId, orderKey } from '../order-id.ts';

/** A stock log's id is made of these and the sequence: they must never change. */
const eventsRange = 2 ** 12;
const partitionsRange = 2 ** 6;

if (entryEventsMax > eventsRange || partitionsMax > partitionsRange) {
  throw new Error('events of an entry, or partitions, no longer fit the id of a stock log');
}

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
    stockLogs: [],
    stock: new Map(),
    sales: new Map(),
    published: new Map(),
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
      addOrder(changes, event, source);
      break;
    case 'opened':
    case 'restocked':
      moveStock(changes, event.type, event.item, null, event.units, source);
      break;
    case 'paid': {
      const { item, n, amount, placedAt } = event;
      settle(settled, { key: orderKey(item, n), status: 'paid', paidAt: at, closedAt: null });
      add(changes.sales, item, amount);
      if (event.late === true) {
        moveStock(changes, 'paid', item, orderId(item, n, placedAt), -amount, source);
      }
      break;
    }
    case 'cancelled':
    case 'expired': {
      const { type, item, n, amount, placedAt } = event;
      settle(settled, { key: orderKey(item, n), status: type, paidAt: null, closedAt: at });
      moveStock(changes, type, item, orderId(item, n, placedAt), amount, source);
      break;
    }
    case 'published':
      changes.published.set(event.promo, at);
      break;
    case 'closed':
    case 'paused':
    case 'resumed':
    case 'ended':
    case 'extended':
    case 'promoWithdrawn':
    case 'edited':
    case 'joined':
    case 'leftQueue':
    case 'drawn':
    case 'queueEnded':
    case 'lapsed':
    case 'refundDue':
    case 'dueSettled':
    case 'unitsWithdrawn':
    case 'refunded':
    case 'admitted':
    case 'refused':
      break;
    default:
      throw new Error(`an event the projector does not know: ${JSON.stringify(event)}`);
  }
}

function addOrder(changes: RowChanges, event: Placed, source: Source): void {
  const { item, n, user, promo, amount, price } = event;
  const { partition, seq, at } = source;
  const id = orderId(item, n, at);
  changes.orders.push({
    key: orderKey(item, n),
    id,
    itemId: item,
    userId: user,
    promoId: promo,
    amount,
    unitPrice: price,
    total: amount * price,
    status: 'placed',
    createdAt: at,
    paidAt: null,
    closedAt: null,
    partition,
    seq,
    reference: null,
    refundedAt: null,
  });
  moveStock(changes, 'placed', item, id, -amount, source);
}

function moveStock(
  changes: RowChanges,
  reason: StockLogRow['reason'],
  itemId: number,
  id: string | null,
  delta: number,
  { partition, seq, index, at }: Source,
): void {
  const logId = (seq * partitionsRange + partition) * eventsRange + index;
  changes.stockLogs.push({ id: logId, itemId, orderId: id, delta, reason, partition, seq, at });
  add(changes.stock, itemId, delta);
}

/** Only an order's last state counts: one that expired may have been paid late since. */
function settle(settled: Map<number, Settlement>, settlement: Settlement): void {
  settled.set(settlement.key, settlement);
}

function add(sums: Map<number, number>, key: number, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units);
}
