/**
 * The audit of one item: every event is checked against books of the audit's own, which share no
 * decision with the actor, and is applied to a copy of the actor beside them. An event that breaks a
 * rule is reported and still entered where it can be, as the engine would have entered it.
 */

import type {
  Admitted,
  Cancelled,
  Event,
  Expired,
  Opened,
  Paid,
  Placed,
  Refused,
  Restocked,
  Sequence,
} from '../../../actors/events.ts';
import { loadedUnitsMax } from '../../../actors/limits.ts';
import { orderStatus, orderStatusNames } from '../../../actors/protocol.ts';
import { ActorCopy } from './actor-copy.ts';
import { BooksOverTime, type Units } from './books-over-time.ts';
import type { Chronicle } from './chronicle.ts';
import type { Check, Findings } from './findings.ts';
import { Holders } from './holders.ts';
import { OrderBook } from './order-book.ts';
import { type KnownTerms, TermsBook } from './terms-book.ts';

/** What is wrong with the state of an order that an event settles. */
interface Order {
  row: number;
  terms: KnownTerms;
  holder: number;
}

export class ItemAudit implements Units {
  loaded = 0;
  held = 0;
  sold = 0;
  /** Counted for itself, and compared with what the others leave at the end. */
  left = 0;
  /** Refusals for stock, and how many of them came while the units asked for were left. */
  refused = 0;
  refusedWhileLeft = 0;
  readonly terms = new TermsBook();
  readonly orders = new OrderBook();
  readonly holders = new Holders();
  readonly history = new BooksOverTime();

  readonly #deliveries = new Set<number>();
  readonly #actor = new ActorCopy();
  #seq: Sequence = 0;
  #at = 0;

  constructor(
    readonly item: number,
    readonly partition: number,
    private readonly findings: Findings,
    readonly chronicle: Chronicle | null = null,
  ) {}

  /** Hot: takes the next event, whose form has been checked. */
  take(event: Event, seq: Sequence, at: number): void {
    this.#seq = seq;
    this.#at = at;
    if (this.terms.count > 0 || event.type === 'opened') {
      this.#enter(event);
      this.history.note(seq, this);
      this.chronicle?.note(event, this, at);
    } else {
      this.#found('rules', `${event.type} before the item was opened`);
    }
    const complaint = this.#actor.apply(event, at);
    if (complaint !== null) {
      this.#found('I6', `the actor refuses this event, and so would a recovery: ${complaint}`);
    }
  }

  /** Compares the books with themselves and with the actor's. Call once, after the last event. */
  finish(): void {
    const { loaded, held, sold, left, orders } = this;
    const books = `${loaded} loaded, ${sold} sold, ${held} held, ${left} left`;
    if (loaded !== sold + held + left) this.#found('I1', `the books do not add up: ${books}`);
    const paid = orders.unitsWith(orderStatus.paid);
    const placed = orders.unitsWith(orderStatus.placed);
    if (paid !== sold || placed !== held) {
      this.#found(
        'I1',
        `the orders come to ${paid} sold and ${placed} held, the books to: ${books}`,
      );
    }
    for (const what of this.#actor.differences(this, orders)) this.#found('I6', what);
  }

  #enter(event: Event): void {
    switch (event.type) {
      case 'placed':
        this.#place(event);
        break;
      case 'paid':
        this.#pay(event);
        break;
      case 'cancelled':
      case 'expired':
        this.#release(event);
        break;
      case 'admitted':
        this.#admit(event);
        break;
      case 'refused':
        this.#refuse(event);
        break;
      case 'published':
        this.#obey(this.terms.publish(event, this.#at, this.#seq));
        break;
      case 'closed':
        this.#obey(this.terms.close(event.promo, this.#at));
        break;
      case 'opened':
        this.#open(event);
        break;
      case 'restocked':
        this.#restock(event);
        break;
    }
  }

  #place(event: Placed): void {
    const { n, user, promo, amount, nonce } = event;
    const { orders } = this;
    const index = this.terms.indexOf(promo);
    if (index < 0) {
      this.#found('rules', `order ${n}: promo ${promo} was never published`);
      return;
    }
    const terms = this.terms.at(index);
    if (n !== orders.nextNumber) {
      const twice = orders.rowOf(n) >= 0 ? ', and was given out before' : '';
      this.#found('rules', `order ${n}: the next number is ${orders.nextNumber}${twice}`);
    }
    if (event.price !== terms.price) {
      this.#found('rules', `order ${n}: its price is ${event.price}, the promo's ${terms.price}`);
    }
    if (this.#at < terms.startAt || this.#at >= terms.endAt) {
      this.#found('rules', `order ${n}: placed at ${this.#at}, outside the sale`);
    }
    const holder = this.holders.row(user, index);
    this.#takeUnits(n, amount, terms, holder);
    this.held += amount;
    const row = orders.add(event, holder, this.#at, this.#seq);
    if (event.price !== terms.price) orders.oddPrices.set(row, event.price);
    const twin = this.holders.spend(holder, nonce, row);
    if (twin >= 0) {
      const token = `the purchase token of user ${user}, promo ${promo}, nonce ${nonce}`;
      this.#found('I3', `order ${n}: ${token} had bought order ${orders.number[twin]}`);
    }
  }

  #pay(event: Paid): void {
    const late = event.late === true;
    const order = this.#orderOf(event, late ? orderStatus.expired : orderStatus.placed);
    if (order === null) return;
    const { row, terms, holder } = order;
    const { orders } = this;
    const amount = orders.amount[row]!;
    const deadline = orders.placedAt[row]! + terms.payWindowMs;
    if (late) this.#takeUnits(event.n, amount, terms, holder);
    else this.held -= amount;
    if (!late && this.#at >= deadline) {
      this.#found('rules', `order ${event.n}: paid at ${this.#at}, its hold ended at ${deadline}`);
    }
    this.sold += amount;
    orders.settle(row, orderStatus.paid, this.#at, this.#seq);
  }

  #release(event: Cancelled | Expired): void {
    const order = this.#orderOf(event, orderStatus.placed);
    if (order === null) return;
    const { row, terms, holder } = order;
    const amount = this.orders.amount[row]!;
    const deadline = this.orders.placedAt[row]! + terms.payWindowMs;
    if (this.#at >= deadline !== (event.type === 'expired')) {
      const ends = `its hold ends at ${deadline}`;
      this.#found('rules', `order ${event.n}: ${event.type} at ${this.#at}, ${ends}`);
    }
    this.held -= amount;
    this.left += amount;
    this.holders.units[holder]! -= amount;
    this.orders.settle(row, orderStatus[event.type], this.#at, this.#seq);
  }

  #admit({ user, promo }: Admitted): void {
    const index = this.terms.indexOf(promo);
    if (index < 0) {
      this.#found('rules', `user ${user} admitted to promo ${promo}, which was never published`);
      return;
    }
    const holder = this.holders.row(user, index);
    const before = this.holders.admitted[holder] !== 0;
    const fault = this.terms.admit(index, before, this.loaded, this.#at);
    if (!before) this.holders.admitted[holder] = this.terms.at(index).admitted;
    if (fault !== null) this.#found('rules', `user ${user} admitted to promo ${promo} ${fault}`);
  }

  /** I9: without `seen` the refusals rest on the books right before, else on those after `seen`. */
  #refuse({ count, amount, seen }: Refused): void {
    this.refused += count;
    const left = seen === undefined ? this.left : this.#leftAfter(seen);
    if (left !== null && left < amount) return;
    this.refusedWhileLeft += count;
    const where = seen === undefined ? 'then' : `after entry ${seen}`;
    const what = left === null ? 'which say nothing of the item' : `where ${left} were left`;
    this.#found('I9', `${count} refused for ${amount} units by the books ${where}, ${what}`);
  }

  /** Units left after an earlier entry; null where there are no books of that. */
  #leftAfter(seen: Sequence): number | null {
    return seen < this.#seq ? (this.history.asOf(seen)?.left ?? null) : null;
  }

  #open({ price, units }: Opened): void {
    if (this.terms.count > 0) {
      this.#found('rules', 'opened once more');
      return;
    }
    this.terms.open(price, this.#at, this.#seq);
    this.#load(units);
  }

  #restock({ units, key }: Restocked): void {
    if (key !== undefined) {
      if (this.#deliveries.has(key)) this.#found('rules', `delivery ${key} restocked once more`);
      this.#deliveries.add(key);
    }
    this.#load(units);
  }

  #load(units: number): void {
    this.loaded += units;
    this.left += units;
    if (this.loaded > loadedUnitsMax) this.#found('rules', `${this.loaded} units loaded: too many`);
  }

  /** I1 and I4: moves units from those left to a user. */
  #takeUnits(n: number, amount: number, { promo, limit }: KnownTerms, holder: number): void {
    const { left } = this;
    if (amount > left) {
      this.#found('I1', `order ${n}: oversold, it took ${amount} units where ${left} were left`);
    }
    this.left -= amount;
    const units = this.holders.units[holder]! + amount;
    this.holders.units[holder] = units;
    if (units > limit) {
      const has = `its user has ${units} units of promo ${promo}`;
      this.#found('I4', `order ${n}: ${has}, whose limit is ${limit}`);
    }
  }

  /** The order that an event settles, or null where its state does not allow that. */
  #orderOf(event: Paid | Cancelled | Expired, from: number): Order | null {
    const { n, type, amount, placedAt } = event;
    const { orders } = this;
    const row = orders.rowOf(n);
    if (row < 0) {
      this.#found('rules', `order ${n}: ${type}, but was never placed`);
      return null;
    }
    if (orders.status[row] !== from) {
      const late = type === 'paid' && event.late ? ' late' : '';
      this.#found(
        'rules',
        `order ${n}: ${type}${late} while ${orderStatusNames[orders.status[row]!]}`,
      );
      return null;
    }
    if (amount !== orders.amount[row]) {
      this.#found('rules', `order ${n}: ${type} for ${amount} units of ${orders.amount[row]}`);
    }
    if (placedAt !== orders.placedAt[row]) {
      const truly = orders.placedAt[row];
      this.#found('rules', `order ${n}: ${type} as if placed at ${placedAt}, not ${truly}`);
    }
    const holder = orders.holder[row]!;
    return { row, terms: this.terms.at(this.holders.terms[holder]!), holder };
  }

  /** Reports what breaks the rules, if anything. */
  #obey(fault: string | null): void {
    if (fault !== null) this.#found('rules', fault);
  }

  #found(check: Check, what: string): void {
    const { partition, item } = this;
    this.findings.add({ check, partition, sequence: this.#seq, item, what });
  }
}
