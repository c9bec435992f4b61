/**
 * The item actor: the single writer of one item. `decide` answers a command with the event that
 * makes it true, `due` says what time alone has made true, and `apply` changes the state. All three
 * are deterministic: no clock, no randomness, no environment; the time `at` is an argument.
 *
 * Invariants, asserted by `apply`: loaded = sold + held + left and left ≥ 0 (I1), and no user holds
 * or owns more units of a promo than its limit (I4). `find` in `decidePlace` is I3.
 */
import { Buyers } from './buyers.ts';
import {
  gateFactorMax,
  loadedUnitsMax,
  ordersPerItemMax,
  payWindowDefaultMs,
  termsMax,
  timeMsMax,
} from './limits.ts';
import { Orders } from './orders.ts';
import {
  type Code,
  type Command,
  code,
  type Event,
  type OrderView,
  orderStatus,
  type Place,
  type Reply,
  type Restock,
  type Tally,
  type Terms,
} from './protocol.ts';

export interface Item {
  id: number;
  /** Units ever put on sale = sold + held + left. */
  loaded: number;
  held: number;
  sold: number;
  /** Users admitted, over all promos. */
  admitted: number;
  /** Keys of the deliveries that were restocked. */
  restocks: Set<number>;
  /** Refusals for stock, as tallied in the journal. */
  refused: number;
  /** Every set of terms the item was ever on sale under; the first is its normal price. */
  terms: Terms[];
  /** Index of the promo that is pending or running; 0 without one. */
  promo: number;
  /** Users admitted under each set of terms. */
  admittedUnder: number[];
  orders: Orders;
  buyers: Buyers;
}

export function unitsLeft(item: Item): number {
  return item.loaded - item.sold - item.held;
}

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

/** Decides a command. Everything `due` at `at` must have been applied before. */
export function decide(item: Item | undefined, command: Command, at: number): Decision {
  if (item === undefined) {
    if (command.type !== 'open') return refuse(code.notOnSale);
    const { item: id, price, units } = command;
    return accept({ type: 'opened', item: id, price, units });
  }
  switch (command.type) {
    case 'place':
      return decidePlace(item, command, at);
    case 'open':
      return sameOpening(item, command.price) ? accept(null) : refuse(code.wrongState);
    case 'restock':
      return decideRestock(item, command);
    case 'publish':
      return decidePublish(item, command, at);
    case 'admit':
      return decideAdmit(item, command, at);
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
  const endsFirst = item.promo !== 0 && promo.endAt <= item.orders.firstDeadline();
  if (endsFirst && promo.endAt <= at) return { type: 'closed', item: item.id, promo: promo.promo };
  if (item.orders.firstDeadline() <= at) {
    const n = item.orders.firstHold();
    return { type: 'expired', ...settling(item, n) };
  }
  return null;
}

/** When `due` will next have something to say; Infinity when nothing is waiting. */
export function dueAt(item: Item): number {
  const ends = item.promo === 0 ? Number.POSITIVE_INFINITY : item.terms[item.promo]!.endAt;
  return Math.min(ends, item.orders.firstDeadline());
}

/** Applies an event to the state, in place, and returns the item. Throws when an invariant breaks. */
export function apply(item: Item | undefined, event: Event, at: number): Item {
  if (item === undefined) {
    if (event.type !== 'opened') throw new Error(`item ${event.item}: ${event.type} before opened`);
    return newItem(event.item, event.price, event.units);
  }
  switch (event.type) {
    case 'placed': {
      const index = termsIndex(item, event.promo);
      const terms = item.terms[index];
      if (terms === undefined) throw new Error(`item ${item.id}: no promo ${event.promo}`);
      const { orders, buyers } = item;
      const n = orders.add(
        event.user,
        index,
        event.amount,
        event.nonce,
        at,
        at + terms.payWindowMs,
      );
      if (n !== event.n) throw new Error(`item ${item.id}: order ${event.n} is not the next, ${n}`);
      item.held += event.amount;
      const buyer = buyers.row(event.user, index);
      buyers.units[buyer]! += event.amount;
      check(item, index, buyer);
      break;
    }
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

/** One order for an answer; `n` must exist. */
export function viewOrder(item: Item, n: number): OrderView {
  const { orders } = item;
  const row = n - 1;
  const terms = item.terms[orders.terms[row]!]!;
  const status = orders.status[row] as OrderView['status']; // Only `settle` and `add` write this column.
  const createdAt = orders.createdAt[row]!;
  const changedAt = orders.changedAt[row]!;
  return {
    n,
    user: orders.user[row]!,
    promo: terms.promo,
    amount: orders.amount[row]!,
    unitPrice: terms.price,
    status,
    createdAt,
    payBy: createdAt + terms.payWindowMs,
    paidAt: status === orderStatus.paid ? changedAt : 0,
    closedAt: status === orderStatus.paid ? 0 : changedAt,
  };
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

/** The canonical form (I6): equal states give equal text. */
export function canonical(item: Item): string {
  const { orders, buyers } = item;
  const rows = Array.from({ length: orders.count }, (_, row) => [
    orders.user[row],
    orders.terms[row],
    orders.amount[row],
    orders.nonce[row],
    orders.status[row],
    orders.createdAt[row],
    orders.changedAt[row],
  ]);
  const users = Array.from({ length: buyers.count }, (_, row) => [
    buyers.user[row],
    buyers.terms[row],
    buyers.units[row],
    buyers.nonce[row],
  ]);
  const { id, loaded, held, sold, admitted, refused, terms, promo, admittedUnder } = item;
  const restocks = [...item.restocks];
  const books = { id, loaded, held, sold, left: unitsLeft(item), admitted, refused };
  return JSON.stringify({
    ...books,
    restocks,
    terms,
    promo,
    admittedUnder,
    orders: rows,
    buyers: users,
  });
}

function newItem(id: number, price: number, units: number): Item {
  const normal: Terms = {
    promo: 0,
    price,
    startAt: 0,
    endAt: timeMsMax,
    limit: loadedUnitsMax,
    gateFactor: gateFactorMax,
    payWindowMs: payWindowDefaultMs,
  };
  return {
    id,
    loaded: units,
    held: 0,
    sold: 0,
    admitted: 0,
    restocks: new Set(),
    refused: 0,
    terms: [normal],
    promo: 0,
    admittedUnder: [0],
    orders: new Orders(),
    buyers: new Buyers(),
  };
}

function decidePlace(item: Item, command: Place, at: number): Decision {
  const { user, promo, amount, nonce } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const spentOn = item.orders.find(user, index, nonce);
  if (spentOn !== 0) {
    const same = item.orders.amount[spentOn - 1] === amount;
    return same ? accept(null, spentOn) : refuse(code.tokenSpent);
  }
  if (at >= command.expiresAt * 1000) return refuse(code.tokenExpired);
  const terms = item.terms[index]!;
  if (at < terms.startAt) return refuse(code.notStarted);
  if (at >= terms.endAt) return refuse(code.ended);
  if (amount > unitsLeft(item)) return refuse(code.outOfStock);
  if (amount > terms.limit - unitsOf(item, user, index)) return refuse(code.limitReached);
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
      const owned = unitsOf(item, orders.user[row]!, index);
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
): Decision {
  const { user, promo } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const row = item.buyers.find(user, index);
  const nonce = row < 0 ? 0 : item.buyers.nonce[row]!;
  const unspent = () => item.orders.find(user, index, nonce) === 0;
  if (nonce !== 0 && (index !== 0 || unspent())) return accept(null, 0, nonce);
  const terms = item.terms[index]!;
  if (at < terms.startAt) return refuse(code.notStarted);
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

/** Index of a promo's terms, -1 when the item was never on sale under it. */
export function termsIndex(item: Item, promo: number): number {
  const { terms } = item;
  for (let index = terms.length - 1; index >= 0; index--) {
    if (terms[index]!.promo === promo) return index;
  }
  return -1;
}

function unitsOf(item: Item, user: number, index: number): number {
  const row = item.buyers.find(user, index);
  return row < 0 ? 0 : item.buyers.units[row]!;
}

function settling(item: Item, n: number) {
  const amount = item.orders.amount[n - 1]!;
  return { item: item.id, n, amount, placedAt: item.orders.createdAt[n - 1]! };
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
