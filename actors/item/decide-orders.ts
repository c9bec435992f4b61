/** What becomes of orders: they are placed, paid, cancelled, refunded. */
import type { DueReason, Event } from '../events.ts';
import { duesPerItemMax, ordersPerItemMax, tokenLifeMsMax } from '../limits.ts';
import {
  archivedMark,
  type Cancel,
  code,
  type Owe,
  orderStatus,
  type Pay,
  type Place,
  type Refund,
  type Settle,
} from '../protocol.ts';
import { type Buyers, stands } from './buyers.ts';
import { accept, type Decision, refuse, signed } from './decision.ts';
import {
  dueKey,
  type Item,
  normalRefusal,
  orderBought,
  referenceNumber,
  termsIndex,
  unitsLeft,
  unitsOf,
} from './state.ts';

export function decidePlace(item: Item, command: Place, at: number, now: number): Decision {
  const { user, promo, amount, nonce } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const { buyers } = item.sales[index]!;
  const buyer = buyers.find(user);
  const spentOn = orderBought(item, index, buyer, nonce);
  if (spentOn !== 0) {
    const same = item.orders.amountOf(spentOn) === amount;
    return same ? accept(null, spentOn) : refuse(code.usedOtherwise);
  }
  if (mayBeArchived(item, index, command)) return refuse(code.ended);
  if (now >= command.expiresAt * 1000) return refuse(code.tokenExpired);
  if (index === 0) {
    const refused = normalRefusal(item, at);
    if (refused !== code.ok) return refuse(refused);
  } else if (buyer >= 0 && buyers.nonceAt(buyer) === nonce && !admitted(buyers, buyer)) {
    // Its admission has lapsed, or was given up.
    return refuse(code.tokenExpired);
  }
  const terms = item.terms[index]!;
  const sale = item.sales[index]!;
  if (sale.over || at >= terms.endAt) return refuse(code.ended);
  if (now < terms.startAt) return refuse(code.notStarted);
  if (sale.paused) return refuse(code.paused);
  if (amount > unitsLeft(item)) return refuse(code.outOfStock);
  if (amount > terms.limit - unitsOf(item, index, buyer)) return refuse(code.limitReached);
  if (item.orders.count === ordersPerItemMax) return refuse(code.wrongState);
  const n = item.orders.count + 1;
  return { event: placed(item, command, index, at), ...bought, n };
}

const bought = { code: code.ok, repeated: false, stands: null, about: 0 } as const;

function placed(item: Item, command: Place, index: number, at: number): Event {
  const { user, promo, amount, nonce, expiresAt } = command;
  const { price } = item.terms[index]!;
  const n = item.orders.count + 1;
  const event = { type: 'placed', item: item.id, n, user, promo, amount, price, nonce } as const;
  const lives = index === 0 && expiresAt * 1000 > at + tokenLifeMsMax;
  if (price > 0 && !lives) return event;
  const paid = price === 0 ? { paid: true as const } : {};
  return { ...event, ...paid, ...(lives ? { tokenEndsAt: expiresAt * 1000 } : {}) };
}

/** Whether a token that has bought nothing that is kept may have bought what is archived. */
function mayBeArchived(item: Item, index: number, { expiresAt }: Place): boolean {
  if (index > 0) return item.sales[index]!.archived;
  return expiresAt * 1000 <= item.spentTokensEndAt;
}

function admitted(buyers: Buyers, buyer: number): boolean {
  return buyers.standsAt(buyer) === stands.admitted;
}

/**
 * Money has come for an order, or is said to have. What no order can take is a refund due: nothing that
 * was paid is forgotten.
 */
export function decidePay(item: Item, command: Pay): Decision {
  const { n, user, amountMinor = -1, reference = '' } = command;
  const { orders } = item;
  if (orders.isArchived(n)) return refuse(code.notFound, archivedMark);
  const known = orders.has(n);
  const payment = referenceNumber(reference);
  if (!known || (user !== 0 && orders.userOf(n) !== user)) {
    const lost = !known && user === 0 && payment !== 0 && amountMinor > 0;
    return lost ? owed(item, command, payment, 'unknownOrder') : refuse(code.notFound);
  }
  const noted = item.dueOf.get(dueKey(n, payment)) ?? 0;
  if (noted !== 0) return owed(item, command, payment, item.dues[noted - 1]!.reason);
  const total = orders.priceOf(n) * orders.amountOf(n);
  const status = orders.statusOf(n);
  // Nothing has come: there is nothing to give back, and only what costs nothing is paid.
  if (amountMinor === 0 && total > 0) return refuse(code.usedOtherwise);
  const samePayment = payment === 0 || payment === orders.paymentOf(n) || amountMinor === 0;
  if (status === orderStatus.paid || status === orderStatus.refunded) {
    if (samePayment) return accept(null, n);
    return owed(item, command, payment, 'paidTwice');
  }
  if (amountMinor >= 0 && amountMinor !== total) {
    return owed(item, command, payment, 'wrongAmount');
  }
  if (status === orderStatus.cancelled) return owed(item, command, payment, 'cancelled');
  const late = status === orderStatus.expired;
  if (late && !honoured(item, n)) return owed(item, command, payment, 'expired');
  const paid = {
    ...settling(item, n),
    ...(late ? { late: true as const } : {}),
    amountMinor: total,
    ...(reference === '' ? {} : { reference }),
    ...signed(command),
  };
  return accept({ type: 'paid', ...paid }, n);
}

/** Money has come for an order of which nothing is known here any more. It is noted once. */
export function decideOwe(item: Item, command: Owe): Decision {
  if (!item.orders.isArchived(command.n)) return refuse(code.wrongState);
  const { n, reference, amountMinor, placedAt } = command;
  if (amountMinor <= 0) return refuse(code.usedOtherwise);
  const payment = referenceNumber(reference);
  const noted = item.dueOf.get(dueKey(n, payment)) ?? 0;
  const reason = noted === 0 ? 'archived' : item.dues[noted - 1]!.reason;
  return owed(item, command, payment, reason, placedAt);
}

/** Whether the units of an order that expired are still there for its buyer. */
function honoured(item: Item, n: number): boolean {
  const { orders } = item;
  const amount = orders.amountOf(n);
  const index = orders.termsOf(n);
  const owned = unitsOf(item, index, item.sales[index]!.buyers.find(orders.userOf(n)));
  return amount <= unitsLeft(item) && amount <= item.terms[index]!.limit - owned;
}

/** The answer to money that no order can take; it is noted once. */
function owed(
  item: Item,
  command: Pay | Owe,
  payment: number,
  reason: DueReason,
  archivedAt = 0,
): Decision {
  const { n, amountMinor = -1, reference = '' } = command;
  const known = reason !== 'unknownOrder' && item.orders.has(n);
  const refusal =
    reason === 'wrongAmount'
      ? code.usedOtherwise
      : reason === 'unknownOrder'
        ? code.notFound
        : code.refundDue;
  const about = item.dueOf.get(dueKey(n, payment)) ?? 0;
  const answer = { code: refusal, n: known ? n : 0, stands: null };
  if (about !== 0) return { ...answer, event: null, repeated: true, about };
  if (item.dues.length === duesPerItemMax) return refuse(code.wrongState);
  const total = known ? item.orders.priceOf(n) * item.orders.amountOf(n) : 0;
  const due = item.dues.length + 1;
  const event: Event = {
    ...{ type: 'refundDue', item: item.id, due, n },
    placedAt: known ? item.orders.createdAtOf(n) : archivedAt,
    amountMinor: amountMinor < 0 ? total : amountMinor,
    reason,
    ...(reference === '' ? {} : { reference }),
    ...signed(command),
  };
  return { ...answer, event, repeated: false, about: due };
}

export function decideCancel(item: Item, command: Cancel): Decision {
  const { n } = command;
  if (item.orders.statusOf(n) !== orderStatus.placed) return refuse(code.wrongState);
  return accept({ type: 'cancelled', ...settling(item, n), ...signed(command) }, n);
}

/**
 * Money has gone back: that of a paid order, where the reference is its payment's or none is named; or of a
 * payment that was due back under the reference, also for an order that does not exist.
 */
export function decideRefund(item: Item, command: Refund): Decision {
  const { n, amountMinor, back, reference } = command;
  const { orders } = item;
  const known = orders.has(n);
  const payment = referenceNumber(reference);
  const isPaid = known && orders.statusOf(n) === orderStatus.paid;
  const ownPayment = isPaid && (payment === 0 || payment === orders.paymentOf(n));
  const due = ownPayment ? 0 : (item.dueOf.get(dueKey(n, payment)) ?? 0);
  if (due !== 0) {
    const { reason, amountMinor: owed } = item.dues[due - 1]!;
    if (amountMinor >= 0 && amountMinor !== owed) return refuse(code.usedOtherwise);
    return settleDue(item, due, reason === 'unknownOrder' ? 0 : n, command);
  }
  if (orders.isArchived(n)) return refuse(code.notFound, archivedMark);
  if (!known) return refuse(code.notFound);
  if (orders.statusOf(n) === orderStatus.refunded) return accept(null, n);
  if (!isPaid) return refuse(code.wrongState);
  const total = orders.priceOf(n) * orders.amountOf(n);
  if (amountMinor >= 0 && amountMinor !== total) return refuse(code.usedOtherwise);
  const money = { amountMinor: total, ...(reference === '' ? {} : { reference }) };
  return accept({ type: 'refunded', ...settling(item, n), back, ...money, ...signed(command) }, n);
}

export function decideSettle(item: Item, command: Settle): Decision {
  const due = item.dues[command.due - 1];
  if (due === undefined) return refuse(code.notFound);
  return settleDue(item, command.due, due.reason === 'unknownOrder' ? 0 : due.n, command);
}

function settleDue(item: Item, due: number, n: number, command: Settle | Refund): Decision {
  if (item.dues[due - 1]!.settled) return { ...accept(null, n), about: due };
  const reference = command.reference === '' ? {} : { reference: command.reference };
  const event: Event = { type: 'dueSettled', item: item.id, due, ...reference, ...signed(command) };
  return { ...accept(event, n), about: due };
}

/** The hold of an order has ended. */
export function expired(item: Item, n: number): Event {
  return { type: 'expired', ...settling(item, n) };
}

function settling(item: Item, n: number) {
  const amount = item.orders.amountOf(n);
  return { item: item.id, n, amount, placedAt: item.orders.createdAtOf(n) };
}
