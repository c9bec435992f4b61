/**
 * The item actor: the single writer of one item. `decide` answers a command with the event that
 * makes it true, `due` says what time alone has made true, and `apply` changes the state. All three
 * are deterministic: no clock, no randomness, no environment; the time `at` is an argument. Where a
 * clock was set back, the partition's time stands still ahead of it: then `now`, what the clock says, is
 * less than `at`.
 *
 * `decide` keeps I1 by checking what is left, I3 by looking up the token's order, I4 by the limit;
 * `apply` asserts I1 and I4 again.
 */

import { loadedUnitsMax, ordersPerItemMax, termsMax } from '../limits.ts';
import {
  type Code,
  type Command,
  code,
  type Event,
  orderStatus,
  type Place,
  type Reply,
  type Restock,
  type Tally,
  type Terms,
} from '../protocol.ts';
import { type Item, orderBought, termsIndex, unitsLeft, unitsOf, viewOrder } from './state.ts';

export { apply, applyTo } from './apply.ts';
export { canonical, type Item, unitsLeft, viewOrder } from './state.ts';

/** What the actor makes of a command: at most one event, and the answer once it is durable. */
export interface Decision {
  event: Event | null;
  code: Code;
  repeated: boolean;
  /** The order the answer is about; 0 without one. */
  n: number;
  /** The nonce the answer is about; 0 without one. */
  nonce: number;
}

function refuse(reason: Code): Decision {
  return { event: null, code: reason, repeated: false, n: 0, nonce: 0 };
}

function accept(event: Event | null, n = 0, nonce = 0): Decision {
  return { event, code: code.ok, repeated: event === null, n, nonce };
}

/**
 * Step 5 of an order: decides a command. Everything `due` at `at` must have been applied before. What
 * was promised for a moment of the clock, that a sale opens and that a token is still valid, goes by `now`.
 */
export function decide(item: Item | undefined, command: Command, at: number, now = at): Decision {
  if (item === undefined) {
    if (command.type !== 'open') return refuse(code.notOnSale);
    const { item: id, price, units } = command;
    return accept({ type: 'opened', item: id, price, units });
  }
  switch (command.type) {
    case 'place':
      return decidePlace(item, command, at, now);
    case 'open':
      return sameOpening(item, command.price) ? accept(null) : refuse(code.wrongState);
    case 'restock':
      return decideRestock(item, command);
    case 'publish':
      return decidePublish(item, command, at);
    case 'admit':
      return decideAdmit(item, command, at, now);
    case 'pay':
      return withOrder(item, command, (n) => decidePay(item, n));
    case 'cancel':
      return withOrder(item, command, (n) => decideCancel(item, n));
    case 'read':
      return withOrder(item, command, (n) => accept(null, n));
    case 'tally':
      return accept(refusedEvent(command));
  }
}

/** The next thing that time alone has made true by `at`, or null; call until it is null. */
export function due(item: Item, at: number): Event | null {
  const promo = item.terms[item.promo]!;
  const deadline = item.orders.firstDeadline();
  const endsFirst = item.promo !== 0 && promo.endAt <= deadline;
  if (endsFirst && promo.endAt <= at) return { type: 'closed', item: item.id, promo: promo.promo };
  if (deadline <= at) {
    const n = item.orders.firstHold();
    return { type: 'expired', ...settling(item, n) };
  }
  return null;
}

/** When `due` will next have something to return; Infinity when nothing is waiting. */
export function dueAt(item: Item): number {
  const ends = item.promo === 0 ? Number.POSITIVE_INFINITY : item.terms[item.promo]!.endAt;
  return Math.min(ends, item.orders.firstDeadline());
}

/** Builds the answer to a command after its event, if any, was applied. */
export function replyOf(item: Item | undefined, decision: Decision): Reply {
  return {
    code: decision.code,
    repeated: decision.repeated,
    order: item !== undefined && decision.n > 0 ? viewOrder(item, decision.n) : null,
    nonce: decision.nonce,
  };
}

function decidePlace(item: Item, command: Place, at: number, now: number): Decision {
  const { user, promo, amount, nonce } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const buyer = item.buyers.find(user, index);
  const spentOn = orderBought(item, buyer, nonce);
  if (spentOn !== 0) {
    const same = item.orders.amount[spentOn - 1] === amount;
    return same ? accept(null, spentOn) : refuse(code.tokenSpent);
  }
  if (now >= command.expiresAt * 1000) return refuse(code.tokenExpired);
  const terms = item.terms[index]!;
  if (now < terms.startAt) return refuse(code.notStarted);
  if (at >= terms.endAt) return refuse(code.ended);
  if (amount > unitsLeft(item)) return refuse(code.outOfStock);
  if (amount > terms.limit - unitsOf(item, buyer)) return refuse(code.limitReached);
  if (item.orders.count === ordersPerItemMax) return refuse(code.wrongState);
  const n = item.orders.count + 1;
  const { price } = terms;
  const event: Event = { type: 'placed', item: item.id, n, user, promo, amount, price, nonce };
  return { event, code: code.ok, repeated: false, n, nonce: 0 };
}

function decidePay(item: Item, n: number): Decision {
  const { orders } = item;
  const row = n - 1;
  switch (orders.status[row]) {
    case orderStatus.paid:
      return accept(null, n);
    case orderStatus.placed:
      return accept({ type: 'paid', ...settling(item, n) }, n);
    case orderStatus.expired: {
      const amount = orders.amount[row]!;
      const index = orders.terms[row]!;
      const owned = unitsOf(item, item.buyers.find(orders.user[row]!, index));
      const honoured = amount <= unitsLeft(item) && amount <= item.terms[index]!.limit - owned;
      if (!honoured) return refuse(code.refundDue);
      return accept({ type: 'paid', ...settling(item, n), late: true }, n);
    }
    default:
      return refuse(code.wrongState);
  }
}

function decideCancel(item: Item, n: number): Decision {
  if (item.orders.status[n - 1] !== orderStatus.placed) return refuse(code.wrongState);
  return accept({ type: 'cancelled', ...settling(item, n) }, n);
}

function decideRestock(item: Item, { units, key }: Restock): Decision {
  if (key !== 0 && item.restocks.has(key)) return accept(null);
  if (item.loaded + units > loadedUnitsMax) return refuse(code.wrongState);
  const event: Event = { type: 'restocked', item: item.id, units };
  return accept(key === 0 ? event : { ...event, key });
}

function decidePublish(item: Item, command: Terms, at: number): Decision {
  const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = command;
  if (termsIndex(item, promo) >= 0) return accept(null);
  if (item.promo !== 0 || item.terms.length > termsMax) return refuse(code.wrongState);
  // A promo that a wrong clock had closed goes on to its end once the time was set back.
  if (item.terms.length > 1 && item.terms.at(-1)!.endAt > at) return refuse(code.wrongState);
  if (endAt <= at) return refuse(code.ended);
  const terms = { promo, price, startAt, endAt, limit, gateFactor, payWindowMs };
  return accept({ type: 'published', item: item.id, ...terms });
}

/**
 * The gate. Under a promo a user who asks again always gets the same nonce; at the normal price,
 * which has neither gate nor limit, they get a new one once the old has bought something.
 */
function decideAdmit(
  item: Item,
  command: { user: number; promo: number; nonce: number },
  at: number,
  now: number,
): Decision {
  const { user, promo } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const row = item.buyers.find(user, index);
  const nonce = row < 0 ? 0 : item.buyers.nonce[row]!;
  const unspent = () => orderBought(item, row, nonce) === 0;
  if (nonce !== 0 && (index !== 0 || unspent())) return accept(null, 0, nonce);
  const terms = item.terms[index]!;
  if (now < terms.startAt) return refuse(code.notStarted);
  if (at >= terms.endAt) return refuse(code.ended);
  if (unitsLeft(item) === 0) return refuse(code.outOfStock);
  const gated = index !== 0 && item.admittedUnder[index]! >= terms.gateFactor * item.loaded;
  if (gated) return refuse(code.gateClosed);
  return accept(
    { type: 'admitted', item: item.id, user, promo, nonce: command.nonce },
    0,
    command.nonce,
  );
}

function withOrder(
  item: Item,
  command: { n: number; user: number },
  then: (n: number) => Decision,
): Decision {
  const { n, user } = command;
  if (n < 1 || n > item.orders.count) return refuse(code.notFound);
  if (user !== 0 && item.orders.user[n - 1] !== user) return refuse(code.notFound);
  return then(n);
}

function refusedEvent({ item, seen, count, amount }: Tally): Event {
  return { type: 'refused', item, count, amount, seen };
}

function sameOpening(item: Item, price: number): boolean {
  return item.terms[0]!.price === price;
}

function settling(item: Item, n: number) {
  const amount = item.orders.amount[n - 1]!;
  return { item: item.id, n, amount, placedAt: item.orders.createdAt[n - 1]! };
}
