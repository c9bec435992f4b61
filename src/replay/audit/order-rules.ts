/**
 * What must hold of events of orders, and what they change in the books. An event that breaks a rule is
 * reported and still entered where it can be, as the engine would have entered it.
 */
import type { Cancelled, Expired, Paid, Placed, Refunded } from '../../../actors/events.ts';
import { tokenLifeMsMax } from '../../../actors/limits.ts';
import { type OrderStatus, orderStatus, orderStatusNames } from '../../../actors/protocol.ts';
import type { ItemBooks } from './item-books.ts';
import { stand } from './standings.ts';
import type { KnownTerms } from './terms-book.ts';

/** Hot: an order holds its units, or has them at once where they cost nothing. */
export function enterPlaced(books: ItemBooks, event: Placed): void {
  const { n, user, promo, amount, nonce } = event;
  const { orders, at } = books;
  const index = books.terms.indexOf(promo);
  if (index < 0) {
    books.found('rules', `order ${n}: promo ${promo} was never published`);
    return;
  }
  const terms = books.terms.at(index);
  if (n !== orders.nextNumber) {
    const twice = orders.rowOf(n) >= 0 ? ', and was given out before' : '';
    books.found('rules', `order ${n}: the next number is ${orders.nextNumber}${twice}`);
  }
  if (event.price !== terms.price) {
    books.found('rules', `order ${n}: its price is ${event.price}, the promo's ${terms.price}`);
  }
  checkSale(books, event, terms);
  const holder = books.holders.row(user, index);
  takeUnits(books, n, amount, terms, holder);
  if (event.tokenEndsAt !== undefined) noteLongToken(books, event, event.tokenEndsAt);
  const row = orders.add(event, holder, at, books.sequence);
  terms.kept++;
  if (event.paid === true) {
    books.sold += amount;
    orders.settle(row, orderStatus.paid, at, books.sequence);
  } else {
    books.held += amount;
  }
  const twin = books.holders.spend(holder, nonce, row);
  if (twin >= 0) {
    const token = `the purchase token of user ${user}, promo ${promo}, nonce ${nonce}`;
    books.found('I3', `order ${n}: ${token} had bought order ${orders.numberOf(twin)}`);
  } else if (index !== 0) {
    spendAdmission(books, event, terms, holder);
  }
}

/** Only at the normal price, and only of tokens that live longer than most, the journal says when they end. */
function noteLongToken(books: ItemBooks, { n, promo }: Placed, endsAt: number): void {
  if (promo !== 0 || endsAt <= books.at + tokenLifeMsMax)
    books.found('rules', `order ${n}: its token ends at ${endsAt}, as if that were long`);
  books.longTokens.set(n, endsAt);
}

/** Hot: whether the terms of an order were those to buy under then. */
function checkSale(books: ItemBooks, { n, price, promo, paid }: Placed, terms: KnownTerms): void {
  const { at } = books;
  if (at < terms.startAt || at >= terms.endAt || terms.over !== null) {
    books.found('rules', `order ${n}: placed at ${at}, outside the sale`);
  }
  if (terms.queue.paused)
    books.found('rules', `order ${n}: placed while promo ${promo} was paused`);
  if (promo === 0) {
    if (at < books.terms.promosEndAt) {
      const end = `its promos end at ${books.terms.promosEndAt}`;
      books.found('I4', `order ${n}: placed at the normal price at ${at}, ${end}`);
    }
    if (!books.terms.normalSale) {
      books.found('rules', `order ${n}: the item is not sold at its normal price`);
    }
  }
  // Before 0.4.0 what costs nothing had to be paid too.
  const free = price === 0;
  if (paid === true ? !free : free && terms.queue.mode !== null) {
    const state = paid === true ? 'paid when placed' : 'not paid when placed';
    books.found('rules', `order ${n}: ${state}, and its price is ${price}`);
  }
}

/** I10: the nonce of an admission buys while the admission stands; another one is the merchant's own token. */
function spendAdmission(books: ItemBooks, event: Placed, terms: KnownTerms, holder: number): void {
  const { standings } = books;
  if (standings.nonce(holder) !== event.nonce) return;
  if (standings.where(holder) === stand.admitted) {
    terms.queue.remove(holder);
    return;
  }
  const whose = `user ${event.user} bought with the nonce of their place`;
  books.found('I10', `order ${event.n}: ${whose}, and were not let in then`);
}

export function enterPaid(books: ItemBooks, event: Paid): void {
  const late = event.late === true;
  const order = orderOf(books, event, late ? orderStatus.expired : orderStatus.placed);
  if (order === null) return;
  const { row, terms, holder } = order;
  const { orders, refunds, at } = books;
  const amount = orders.amountOf(row);
  const deadline = orders.placedAtOf(row) + terms.payWindowMs;
  if (late) takeUnits(books, event.n, amount, terms, holder);
  else books.held -= amount;
  if (!late && at >= deadline) {
    books.found('rules', `order ${event.n}: paid at ${at}, its hold ended at ${deadline}`);
  }
  checkMoney(books, event, row);
  if (event.reference !== undefined) {
    if (refunds.has(event.n, event.reference)) {
      const payment = `its payment ${event.reference}`;
      books.found('rules', `order ${event.n}: ${payment} was due back, and pays it now`);
    }
    orders.setReference(row, event.reference);
  }
  books.sold += amount;
  books.takingsMinor += orders.totalMinor(row);
  orders.settle(row, orderStatus.paid, at, books.sequence);
}

export function enterReleased(books: ItemBooks, event: Cancelled | Expired): void {
  const order = orderOf(books, event, orderStatus.placed);
  if (order === null) return;
  const { row, terms, holder } = order;
  const { orders, at } = books;
  const deadline = orders.placedAtOf(row) + terms.payWindowMs;
  if (at >= deadline !== (event.type === 'expired')) {
    books.found('rules', `order ${event.n}: ${event.type} at ${at}, its hold ends at ${deadline}`);
  }
  const amount = orders.amountOf(row);
  books.held -= amount;
  books.left += amount;
  books.holders.addUnits(holder, -amount);
  orders.settle(row, orderStatus[event.type], at, books.sequence);
}

/** Money went back; the units are on sale again, or have left the books. */
export function enterRefunded(books: ItemBooks, event: Refunded): void {
  const order = orderOf(books, event, orderStatus.paid);
  if (order === null) return;
  const { row, holder } = order;
  const { orders } = books;
  const amount = orders.amountOf(row);
  checkMoney(books, event, row);
  books.sold -= amount;
  if (event.back) {
    books.left += amount;
  } else {
    books.loaded -= amount;
    books.withdrawn += amount;
  }
  books.refundedMinor += orders.totalMinor(row);
  books.holders.addUnits(holder, -amount);
  orders.settle(row, orderStatus.refunded, books.at, books.sequence);
}

function checkMoney(books: ItemBooks, event: Paid | Refunded, row: number): void {
  const { n, type, amountMinor } = event;
  const total = books.orders.totalMinor(row);
  if (amountMinor === undefined || amountMinor === total) return;
  books.found('rules', `order ${n}: ${type} with ${amountMinor} of ${total} minor units`);
}

/** I1 and I4: moves units from those left to a user. */
function takeUnits(
  books: ItemBooks,
  n: number,
  amount: number,
  { promo, limit }: KnownTerms,
  holder: number,
): void {
  const { left, holders } = books;
  if (amount > left) {
    books.found('I1', `order ${n}: oversold, it took ${amount} units where ${left} were left`);
  }
  books.left -= amount;
  const units = holders.addUnits(holder, amount);
  if (units > limit) {
    const has = `its user has ${units} units of promo ${promo}`;
    books.found('I4', `order ${n}: ${has}, whose limit is ${limit}`);
  }
}

interface KnownOrder {
  row: number;
  terms: KnownTerms;
  holder: number;
}

/** The order that an event settles, or null where its state does not allow that. */
function orderOf(
  books: ItemBooks,
  event: Paid | Cancelled | Expired | Refunded,
  from: OrderStatus,
): KnownOrder | null {
  const { n, type, amount, placedAt } = event;
  const { orders } = books;
  const row = orders.rowOf(n);
  if (row < 0) {
    books.found('rules', `order ${n}: ${type}, but was never placed`);
    return null;
  }
  if (n <= books.archived) {
    books.found('rules', `order ${n}: ${type}, but was archived`);
    return null;
  }
  if (orders.statusOf(row) !== from) {
    const late = type === 'paid' && event.late ? ' late' : '';
    const state = orderStatusNames[orders.statusOf(row)];
    books.found('rules', `order ${n}: ${type}${late} while ${state}`);
    return null;
  }
  if (amount !== orders.amountOf(row)) {
    books.found('rules', `order ${n}: ${type} for ${amount} units of ${orders.amountOf(row)}`);
  }
  if (placedAt !== orders.placedAtOf(row)) {
    const truly = orders.placedAtOf(row);
    books.found('rules', `order ${n}: ${type} as if placed at ${placedAt}, not ${truly}`);
  }
  const holder = orders.holderOf(row);
  return { row, terms: books.termsOf(holder), holder };
}
