/**
 * Applying an event to the state: the same live, in recovery and in audits. It asserts I1
 * (loaded = sold + held + left, left ≥ 0) and I4 (no user beyond the limit) as it goes.
 */

import { type Event, orderStatus, type Placed } from '../protocol.ts';
import { type Item, newItem, termsIndex, unitsLeft } from './state.ts';

/** Applies an event to the item it names among `items`, and returns that item. */
export function applyTo(items: Map<number, Item>, event: Event, at: number): Item {
  const item = apply(items.get(event.item), event, at);
  if (event.type === 'opened') items.set(event.item, item);
  return item;
}

/** Applies an event to an item, in place, and returns it. Throws when an invariant breaks. */
export function apply(item: Item | undefined, event: Event, at: number): Item {
  if (item === undefined) {
    if (event.type !== 'opened') throw new Error(`item ${event.item}: ${event.type} before opened`);
    return newItem(event.item, event.price, event.units);
  }
  switch (event.type) {
    case 'placed':
      applyPlaced(item, event, at);
      break;
    case 'paid': {
      const { row, buyer } = settled(
        item,
        event.n,
        event.late ? orderStatus.expired : orderStatus.placed,
      );
      if (event.late) item.buyers.units[buyer]! += item.orders.amount[row]!;
      else item.held -= item.orders.amount[row]!;
      item.sold += item.orders.amount[row]!;
      item.orders.settle(event.n, orderStatus.paid, at);
      check(item, item.orders.terms[row]!, buyer);
      break;
    }
    case 'cancelled':
    case 'expired': {
      const { row, buyer } = settled(item, event.n, orderStatus.placed);
      item.held -= item.orders.amount[row]!;
      item.buyers.units[buyer]! -= item.orders.amount[row]!;
      item.orders.settle(event.n, orderStatus[event.type], at);
      check(item, item.orders.terms[row]!, buyer);
      break;
    }
    case 'admitted': {
      const index = termsIndex(item, event.promo);
      const row = item.buyers.row(event.user, index);
      if (item.buyers.nonce[row] === 0) {
        item.admitted++;
        item.admittedUnder[index]!++;
      }
      item.buyers.nonce[row] = event.nonce;
      break;
    }
    case 'published': {
      const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = event;
      item.terms.push({ promo, price, startAt, endAt, limit, gateFactor, payWindowMs });
      item.admittedUnder.push(0);
      item.promo = item.terms.length - 1;
      break;
    }
    case 'closed':
      item.promo = 0;
      break;
    case 'restocked':
      item.loaded += event.units;
      if (event.key !== undefined) item.restocks.add(event.key);
      break;
    case 'refused':
      item.refused += event.count;
      break;
    case 'opened':
      throw new Error(`item ${item.id}: opened twice`);
  }
  return item;
}

function applyPlaced(item: Item, event: Placed, at: number): void {
  const { orders, buyers } = item;
  const { user, promo, amount, nonce } = event;
  const index = termsIndex(item, promo);
  const terms = item.terms[index];
  if (terms === undefined) throw new Error(`item ${item.id}: no promo ${promo}`);
  const n = orders.add(user, index, amount, nonce, at, at + terms.payWindowMs);
  if (n !== event.n) throw new Error(`item ${item.id}: order ${event.n} is not the next, ${n}`);
  item.held += amount;
  const buyer = buyers.row(user, index);
  if (buyers.firstOrder[buyer] === 0) buyers.firstOrder[buyer] = n;
  else orders.indexToken(n);
  buyers.units[buyer]! += amount;
  check(item, index, buyer);
}

function settled(item: Item, n: number, from: number): { row: number; buyer: number } {
  const row = n - 1;
  if (n < 1 || n > item.orders.count || item.orders.status[row] !== from) {
    throw new Error(`item ${item.id}: order ${n} is not in the state its event needs`);
  }
  return { row, buyer: item.buyers.find(item.orders.user[row]!, item.orders.terms[row]!) };
}

/** Asserts I1 for the item and I4 for one buyer: cheap enough to run after every event. */
function check(item: Item, index: number, buyer: number): void {
  const left = unitsLeft(item);
  if (left < 0 || item.held < 0) {
    throw new Error(
      `item ${item.id}: oversold, ${item.loaded} loaded, ${item.held} held, ${left} left`,
    );
  }
  const units = item.buyers.units[buyer]!;
  if (units < 0 || units > item.terms[index]!.limit) {
    throw new Error(
      `item ${item.id}: user ${item.buyers.user[buyer]} has ${units} units, beyond the limit`,
    );
  }
}
