/** Events of orders and their money. */
import type { Cancelled, Expired, Paid, Placed, Refunded } from '../events.ts';
import { orderStatus } from '../protocol.ts';
import { stands } from './buyers.ts';
import { type Item, referenceNumber, termsIndex, unitsLeft } from './state.ts';

export function applyPlaced(item: Item, event: Placed, at: number): void {
  const { orders, buyers } = item;
  const { user, promo, amount, price, nonce } = event;
  const index = termsIndex(item, promo);
  const terms = item.terms[index];
  if (terms === undefined) throw new Error(`item ${item.id}: no promo ${promo}`);
  const deadline = event.paid === true ? Number.POSITIVE_INFINITY : at + terms.payWindowMs;
  const n = orders.add(user, index, amount, price, nonce, at, deadline);
  if (n !== event.n) throw new Error(`item ${item.id}: order ${event.n} is not the next, ${n}`);
  if (event.paid === true) item.sold += amount;
  else item.held += amount;
  const buyer = buyers.row(user, index);
  if (buyers.firstOrder[buyer] === 0) buyers.firstOrder[buyer] = n;
  else orders.indexToken(n);
  buyers.units[buyer]! += amount;
  spend(item, index, buyer, nonce);
  check(item);
  checkLimit(item, index, buyer);
}

/** An admission is spent by an order with its nonce. */
function spend(item: Item, index: number, buyer: number, nonce: number): void {
  const { buyers } = item;
  if (buyers.standsAt(buyer) !== stands.admitted || buyers.nonce[buyer] !== nonce) return;
  if (index !== 0) item.sales[index]!.admissions.remove(buyers.place[buyer]!);
  buyers.stand(buyer, stands.nowhere);
}

export function applyPaid(item: Item, event: Paid, at: number): void {
  const { n, late, reference } = event;
  const { row, buyer } = settled(item, n, late ? orderStatus.expired : orderStatus.placed);
  const amount = item.orders.amount[row]!;
  if (late) item.buyers.units[buyer]! += amount;
  else item.held -= amount;
  item.sold += amount;
  item.orders.settle(n, orderStatus.paid, at);
  item.orders.notePayment(row, referenceNumber(reference));
  check(item);
  if (late) checkLimit(item, item.orders.terms[row]!, buyer);
}

export function applyCancelled(item: Item, event: Cancelled | Expired, at: number): void {
  const { row, buyer } = settled(item, event.n, orderStatus.placed);
  item.held -= item.orders.amount[row]!;
  giveUp(item, row, buyer);
  item.orders.settle(event.n, orderStatus[event.type], at);
  check(item);
}

export function applyRefunded(item: Item, { n, back }: Refunded, at: number): void {
  const { row, buyer } = settled(item, n, orderStatus.paid);
  const amount = item.orders.amount[row]!;
  item.sold -= amount;
  if (!back) item.loaded -= amount;
  giveUp(item, row, buyer);
  item.orders.settle(n, orderStatus.refunded, at);
  check(item);
}

/** The user neither holds nor owns an order's units any more. */
function giveUp(item: Item, row: number, buyer: number): void {
  const units = item.buyers.units[buyer]! - item.orders.amount[row]!;
  if (units < 0)
    throw new Error(`item ${item.id}: user ${item.orders.user[row]} has ${units} units`);
  item.buyers.units[buyer] = units;
}

function settled(item: Item, n: number, from: number): { row: number; buyer: number } {
  const row = n - 1;
  if (n < 1 || n > item.orders.count || item.orders.status[row] !== from) {
    throw new Error(`item ${item.id}: order ${n} is not in the state its event needs`);
  }
  return { row, buyer: item.buyers.find(item.orders.user[row]!, item.orders.terms[row]!) };
}

/** Asserts I1 for the item: cheap enough to run after every event. */
function check(item: Item): void {
  const left = unitsLeft(item);
  if (left < 0 || item.held < 0) {
    throw new Error(
      `item ${item.id}: oversold, ${item.loaded} loaded, ${item.held} held, ${left} left`,
    );
  }
}

/** Asserts I4 for a buyer who has just got more. */
function checkLimit(item: Item, index: number, buyer: number): void {
  const units = item.buyers.units[buyer]!;
  if (units > item.terms[index]!.limit) {
    throw new Error(
      `item ${item.id}: user ${item.buyers.user[buyer]} has ${units} units, beyond the limit`,
    );
  }
}
