/**
 * Applying an event to the state: the same live, in recovery and in audits. It asserts I1
 * (loaded = sold + held + left, left ≥ 0), I4 (no user beyond the limit) and I10 (admissions follow the
 * queue, and the queue the draw) as it goes.
 */
import type { Event } from '../events.ts';
import { applyCancelled, applyPaid, applyPlaced, applyRefunded } from './apply-orders.ts';
import { applyAdmitted, applyDrawn, applyJoined, applyLapsed, applyLeft } from './apply-queue.ts';
import { applyPublished, endPromo, notePromosEnd, saleOf, withdrawPromo } from './apply-sale.ts';
import { applyArchived } from './archive.ts';
import { dueKey, type Item, newItem, owe, referenceNumber, unitsLeft } from './state.ts';

/** Applies an event to the item it names among `items`, and returns that item. */
export function applyTo(items: Map<number, Item>, event: Event, at: number): Item {
  const item = apply(items.get(event.item), event, at);
  if (event.type === 'opened') items.set(event.item, item);
  return item;
}

/** Applies an event to an item, in place, and returns it. Throws when an invariant breaks. */
export function apply(before: Item | undefined, event: Event, at: number): Item {
  const item = before ?? opened(event);
  item.at = at;
  switch (event.type) {
    case 'placed':
      applyPlaced(item, event, at);
      break;
    case 'paid':
      applyPaid(item, event, at);
      break;
    case 'cancelled':
    case 'expired':
      applyCancelled(item, event, at);
      break;
    case 'refunded':
      applyRefunded(item, event, at);
      break;
    case 'admitted':
      applyAdmitted(item, event, at);
      break;
    case 'joined':
      applyJoined(item, event);
      break;
    case 'leftQueue':
      applyLeft(item, event);
      break;
    case 'lapsed':
      applyLapsed(item, event);
      break;
    case 'drawn':
      applyDrawn(item, event);
      break;
    case 'queueEnded':
      saleOf(item, event.promo).sale.sendHome();
      break;
    case 'refused':
      item.refused += event.count;
      break;
    default:
      applyMerchants(item, event, at, before === undefined);
  }
  return item;
}

type Common =
  | 'placed'
  | 'paid'
  | 'cancelled'
  | 'expired'
  | 'refunded'
  | 'admitted'
  | 'joined'
  | 'leftQueue'
  | 'lapsed'
  | 'drawn'
  | 'queueEnded'
  | 'refused';

/** What merchants do, and what is rare. */
function applyMerchants(
  item: Item,
  event: Exclude<Event, { type: Common }>,
  at: number,
  isNew: boolean,
): void {
  switch (event.type) {
    case 'published':
      applyPublished(item, event);
      break;
    case 'closed':
      endPromo(item, event.promo);
      break;
    case 'ended': {
      const { sale, terms } = saleOf(item, event.promo);
      terms.endAt = at;
      sale.over = true;
      endPromo(item, event.promo);
      break;
    }
    case 'promoWithdrawn':
      withdrawPromo(item, event.promo);
      break;
    case 'extended':
      saleOf(item, event.promo).terms.endAt = event.endAt;
      notePromosEnd(item);
      break;
    case 'paused':
      saleOf(item, event.promo).sale.paused = true;
      break;
    case 'resumed': {
      const { sale, terms } = saleOf(item, event.promo);
      sale.paused = false;
      sale.lapseNotBefore = at + terms.admitMs;
      break;
    }
    case 'restocked':
      item.loaded += event.units;
      if (event.key !== undefined) item.restocks.set(event.key, event.units);
      break;
    case 'unitsWithdrawn':
      item.loaded -= event.units;
      if (event.key !== undefined) item.restocks.set(event.key, -event.units);
      if (unitsLeft(item) < 0)
        throw new Error(`item ${item.id}: units withdrawn that are not left`);
      break;
    case 'edited':
      if (event.price !== undefined) item.terms[0]!.price = event.price;
      if (event.limit !== undefined) item.terms[0]!.limit = event.limit;
      if (event.normalSale !== undefined) item.normalSale = event.normalSale;
      break;
    case 'refundDue': {
      const { n, amountMinor, reason, due } = event;
      const payment = referenceNumber(event.reference);
      if (due !== item.dues.length + 1)
        throw new Error(`item ${item.id}: refund ${due} is not next`);
      item.dues.push({ n, payment, amountMinor, reason, settled: false });
      owe(item, n, reason, amountMinor);
      item.dueOf.set(dueKey(n, payment), due);
      break;
    }
    case 'dueSettled': {
      const due = item.dues[event.due - 1];
      if (due === undefined || due.settled) throw new Error(`item ${item.id}: nothing is due`);
      due.settled = true;
      item.duesSettled++;
      owe(item, due.n, due.reason, -due.amountMinor);
      break;
    }
    case 'archived':
      applyArchived(item, event);
      break;
    case 'opened':
      if (!isNew) throw new Error(`item ${item.id}: opened twice`);
  }
}

function opened(event: Event): Item {
  if (event.type !== 'opened') throw new Error(`item ${event.item}: ${event.type} before opened`);
  const item = newItem(event.item, event.price, event.units);
  if (event.limit !== undefined) item.terms[0]!.limit = event.limit;
  item.normalSale = event.normalSale ?? true;
  return item;
}
