/** Events of orders and their money. */
import type { Cancelled, Expired, Paid, Placed, Refunded } from '../events.ts';
import { type OrderStatus, orderStatus } from '../protocol.ts';
import { type Buyers, stands } from './buyers.ts';
import { type Item, referenceNumber, termsIndex, unitsLeft } from './state.ts';

export function applyPlaced(item: Item, event: Placed, at: number): void {
  const { orders } = item;
  const { user, promo, amount, price, nonce } = event;
  const index = termsIndex(item, promo);
  const terms = item.terms[index];
  if (terms === undefined) throw new Error(`item ${item.id}: no promo ${promo}`);
  const deadline = event.paid === true ? Number.POSITIVE_INFINITY : at + terms.payWindowMs;
  const n = orders.add(user, index, amount, price, nonce, at, deadline);
  if (n !== event.n) throw new Error(`item ${item.id}: order ${event.n} is not the next, ${n}`);
  if (event.paid === true) item.sold += amount;
  else item.held += amount;
  if (event.tokenEndsAt !== undefined) orders.longTokens.set(n, event.tokenEndsAt);
  const sale = item.sales[index]!;
  sale.orders++;
  const { buyers } = sale;
  const buyer = buyers.row(user);
  if (buyers.firstOrderAt(buyer) === 0) buyers.setFirstOrder(buyer, n);
  else orders.indexToken(n);
  buyers.setUnits(buyer, buyers.unitsAt(buyer) + amount);
  spend(item, index, buyer, nonce);
  check(item);
  checkLimit(item, index, buyer);
}

/** An admission is spent by an order with its nonce. */
function spend(item: Item, index: number, buyer: number, nonce: number): void {
  const { buyers, admissions } = item.sales[index]!;
  if (buyers.standsAt(buyer) !== stands.admitted || buyers.nonceAt(buyer) !== nonce) return;
  if (index !== 0) admissions.remove(buyers.placeAt(buyer));
  buyers.stand(buyer, stands.nowhere);
}

export function applyPaid(item: Item, { n, late, reference }: Paid, at: number): void {
  const { orders } = item;
  mustBe(item, n, late ? orderStatus.expired : orderStatus.placed);
  const amount = orders.amountOf(n);
  // Hot: who pays in time has the units already, and need not be looked for.
  const again = late ? buyerOf(item, n) : null;
  if (again === null) item.held -= amount;
  else again.buyers.setUnits(again.buyer, again.buyers.unitsAt(again.buyer) + amount);
  item.sold += amount;
  orders.settle(n, orderStatus.paid, at);
  orders.notePayment(n, referenceNumber(reference));
  check(item);
  if (again !== null) checkLimit(item, again.index, again.buyer);
}

export function applyCancelled(item: Item, event: Cancelled | Expired, at: number): void {
  const order = settled(item, event.n, orderStatus.placed);
  item.held -= item.orders.amountOf(event.n);
  giveUp(item, event.n, order);
  item.orders.settle(event.n, orderStatus[event.type], at);
  check(item);
}

export function applyRefunded(item: Item, { n, back }: Refunded, at: number): void {
  const order = settled(item, n, orderStatus.paid);
  const amount = item.orders.amountOf(n);
  item.sold -= amount;
  if (!back) item.loaded -= amount;
  giveUp(item, n, order);
  item.orders.settle(n, orderStatus.refunded, at);
  check(item);
}

/** The user neither holds nor owns an order's units any more. */
function giveUp(item: Item, n: number, { buyers, buyer }: Ordered): void {
  const units = buyers.unitsAt(buyer) - item.orders.amountOf(n);
  if (units < 0) {
    throw new Error(`item ${item.id}: user ${item.orders.userOf(n)} has ${units} units`);
  }
  buyers.setUnits(buyer, units);
}

/** Under which terms an order was placed, and whose it is: a row of the buyers under those. */
interface Ordered {
  index: number;
  buyers: Buyers;
  buyer: number;
}

function settled(item: Item, n: number, from: OrderStatus): Ordered {
  mustBe(item, n, from);
  return buyerOf(item, n);
}

function mustBe({ id, orders }: Item, n: number, status: OrderStatus): void {
  if (!orders.has(n) || orders.statusOf(n) !== status) {
    throw new Error(`item ${id}: order ${n} is not in the state its event needs`);
  }
}

function buyerOf({ orders, sales }: Item, n: number): Ordered {
  const index = orders.termsOf(n);
  const { buyers } = sales[index]!;
  return { index, buyers, buyer: buyers.find(orders.userOf(n)) };
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
  const { buyers } = item.sales[index]!;
  const units = buyers.unitsAt(buyer);
  if (units > item.terms[index]!.limit) {
    throw new Error(
      `item ${item.id}: user ${buyers.userAt(buyer)} has ${units} units, beyond the limit`,
    );
  }
}
