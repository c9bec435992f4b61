/**
 * The rules of a sale once more, as plainly as they can be said: maps and arrays, no columns, heaps or
 * trees. It takes the events that an item's actor has decided, and throws where one of them breaks a rule:
 * the property tests and the simulation hold the actor to it. `plain-answers.ts` says what each command
 * should be answered.
 */
import type { Event, Opened } from '../events.ts';
import { loadedUnitsMax, payWindowDefaultMs, tokenLifeMsMax } from '../limits.ts';
import { must } from './must.ts';
import { PlainMoney, type PlainOrder } from './plain-money.ts';
import { PlainPromo, type PlainStanding } from './plain-promo.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

export class PlainItem {
  loaded: number;
  held = 0;
  sold = 0;
  price: number;
  normalSale: boolean;
  normalLimit: number;
  readonly promos = new Map<number, PlainPromo>();
  readonly money = new PlainMoney();
  /** Units that users hold or own, by `user/promo`. */
  readonly owned = new Map<string, number>();
  /** Orders by the token that bought them, `user/promo/nonce`. */
  readonly bought = new Map<string, PlainOrder>();
  /** Nonces that users of a promo were let in with, `user/promo/nonce`. */
  readonly let = new Set<string>();
  /** The last nonce that a user was let in with, or had a place with, by `user/promo`. */
  readonly nonces = new Map<string, number>();
  /** Units by the keys of deliveries; below 0 where they were taken off sale. */
  readonly deliveries = new Map<number, number>();
  /** Orders up to this number are archived. */
  archived = 0;
  /** Promos with archived orders, or whose buyers are forgotten; 0 is the normal price. */
  readonly archivedPromos = new Set<number>();
  /** When the tokens have ended that may have bought an archived order at the normal price. */
  spentTokensEndAt = 0;

  constructor({ units, price, normalSale, limit = loadedUnitsMax }: Opened) {
    this.loaded = units;
    this.price = price;
    this.normalSale = normalSale ?? true;
    this.normalLimit = limit;
  }

  get left(): number {
    return this.loaded - this.held - this.sold;
  }

  get orders(): readonly PlainOrder[] {
    return this.money.orders;
  }

  /** Whether the item is sold under its promos alone. */
  promoOnly(at: number): boolean {
    return [...this.promos.values()].some((promo) => promo.onAt(at));
  }

  limitOf(promo: number): number {
    return promo === 0 ? this.normalLimit : this.promos.get(promo)!.limit;
  }

  unitsOf(user: number, promo: number): number {
    return this.owned.get(`${user}/${promo}`) ?? 0;
  }

  stand(user: number, promo: number): PlainStanding | null {
    return this.promos.get(promo)?.stand(user) ?? null;
  }

  /** What time or room should have made true by a time, in words; null where nothing is overdue. */
  overdue(at: number): string | null {
    for (const { n, status, payBy } of this.orders) {
      if (status === 'placed' && payBy <= at) return `order ${n} should have expired`;
    }
    for (const [id, promo] of this.promos) {
      if (promo.ended || promo.closed) continue;
      if (promo.endAt <= at) return `promo ${id} should have ended`;
      const late = promo.overdue(at, this.left, this.held);
      if (late !== null) return `promo ${id}: ${late}`;
    }
    return null;
  }

  /** Takes an event. @throws where it breaks a rule */
  take(event: Event, at: number): void {
    switch (event.type) {
      case 'placed':
        this.#placed(event, at);
        break;
      case 'paid':
      case 'cancelled':
      case 'expired':
      case 'refunded':
        this.#settled(event, at);
        break;
      case 'refundDue':
        this.money.due(event, (order) => this.honours(order), this.archived);
        break;
      case 'dueSettled':
        this.money.settled(event.due);
        break;
      case 'archived':
        this.#archived(event, at);
        break;
      case 'joined':
      case 'admitted':
      case 'leftQueue':
      case 'lapsed':
      case 'drawn':
      case 'queueEnded':
        this.#queue(event, at);
        break;
      case 'opened':
      case 'refused':
        break;
      default:
        this.#merchant(event, at);
    }
    must(this.left >= 0 && this.held >= 0 && this.sold >= 0, `I1: ${this.left} are left`);
    this.#conserve();
  }

  /** Whether the units of an order that expired are still there for its buyer. */
  honours({ user, promo, amount }: PlainOrder): boolean {
    return amount <= this.left && this.unitsOf(user, promo) + amount <= this.limitOf(promo);
  }

  #placed(event: Of<'placed'>, at: number): void {
    const { n, user, promo, amount, price, nonce } = event;
    const token = `${user}/${promo}/${nonce}`;
    must(n === this.orders.length + 1, `order ${n} is not the next`);
    must(!this.bought.has(token), 'I3: a token buys twice');
    must(amount <= this.left, `I1: ${amount} are sold, ${this.left} are left`);
    this.#mayBuy(user, promo, nonce, at);
    const terms = this.promos.get(promo);
    must(price === (terms?.price ?? this.price), `sold for ${price}`);
    must((price === 0) === (event.paid === true), 'what costs nothing is paid, and nothing else');
    const payBy = at + (terms?.payWindowMs ?? payWindowDefaultMs);
    const status = event.paid === true ? 'paid' : 'placed';
    const { tokenEndsAt = at + tokenLifeMsMax } = event;
    must(event.tokenEndsAt === undefined || promo === 0, 'of what has no end alone');
    const order: PlainOrder = {
      ...{ n, user, promo, amount, price, payBy, status, reference: '' },
      ...{ placedAt: at, tokenEndsAt },
    };
    this.money.orders.push(order);
    this.bought.set(token, order);
    if (event.paid === true) this.sold += amount;
    else this.held += amount;
    this.#own(order, amount);
    terms?.spend({ user, nonce });
  }

  /** What leaves the memory can change no more, and its tokens cannot buy again. */
  #archived({ upTo, promos = [] }: Of<'archived'>, at: number): void {
    must(upTo >= this.archived && upTo <= this.orders.length, `archived up to ${upTo}`);
    for (const { n, promo, status, tokenEndsAt } of this.orders.slice(this.archived, upTo)) {
      must(status !== 'placed', `order ${n} is placed, and archived`);
      must(promo === 0 || !this.promos.get(promo)!.onAt(at), `promo ${promo} is on, and archived`);
      must(promo !== 0 || tokenEndsAt < at, `the token of order ${n} may buy, and is archived`);
      this.archivedPromos.add(promo);
      if (promo === 0) this.spentTokensEndAt = Math.max(this.spentTokensEndAt, tokenEndsAt);
    }
    this.archived = upTo;
    for (const promo of promos) {
      must(!this.promos.get(promo)!.onAt(at), `promo ${promo} is on, and forgotten`);
      const kept = this.orders.slice(upTo).some((order) => order.promo === promo);
      must(!kept && this.promos.get(promo)!.people === 0, `promo ${promo} is forgotten`);
      this.archivedPromos.add(promo);
      // Who was let in and has not bought is forgotten too.
      this.promos.get(promo)!.admitted = [];
    }
  }

  #mayBuy(user: number, promo: number, nonce: number, at: number): void {
    if (promo === 0) {
      must(!this.promoOnly(at), 'sold at its normal price, and has a promo');
      must(this.normalSale, 'sold at its normal price, and is not to be');
      return;
    }
    const terms = this.promos.get(promo);
    must(terms?.onAt(at) === true && at >= terms.startAt, `promo ${promo} is not on`);
    must(!terms.paused, `promo ${promo} is paused`);
    const stands = terms.stand(user);
    if (!this.let.has(`${user}/${promo}/${nonce}`)) return;
    must(stands.state === 'admitted' && stands.nonce === nonce, 'bought past the gate');
  }

  #settled(event: Of<'paid' | 'cancelled' | 'expired' | 'refunded'>, at: number): void {
    const order = this.orders[event.n - 1];
    must(order !== undefined, `no order ${event.n}`);
    must(event.n > this.archived, `order ${event.n} is archived, and ${event.type}`);
    const { amount, payBy } = order;
    // A hold that has ended stays so, also where the time was set back to before its end since.
    if (event.type === 'expired') must(at >= payBy, `expired at ${at - payBy}`);
    if (event.type === 'cancelled') must(at < payBy, `cancelled at ${at - payBy}`);
    if (event.type === 'paid') {
      must(event.late === true || at < payBy, `paid at ${at - payBy}`);
      must(!event.late || this.honours(order), 'paid late, and cannot be honoured');
      this.money.paid(order, event);
      if (event.late) this.#own(order, amount);
      else this.held -= amount;
      this.sold += amount;
      return;
    }
    if (event.type === 'refunded') {
      this.money.refunded(order, event);
      this.sold -= amount;
      if (!event.back) this.loaded -= amount;
    } else {
      must(order.status === 'placed', `order ${order.n} is ${order.status}, and ${event.type}`);
      order.status = event.type;
      this.held -= amount;
    }
    this.#own(order, -amount);
  }

  /** I4 */
  #own({ user, promo }: PlainOrder, units: number): void {
    const total = this.unitsOf(user, promo) + units;
    const limit = this.limitOf(promo);
    must(total >= 0, `user ${user} has ${total} units`);
    must(units < 0 || total <= limit, `I4: user ${user} has ${total} units of ${limit}`);
    this.owned.set(`${user}/${promo}`, total);
  }

  #queue(
    event: Of<'joined' | 'admitted' | 'leftQueue' | 'lapsed' | 'drawn' | 'queueEnded'>,
    at: number,
  ): void {
    if (event.type === 'admitted') this.let.add(`${event.user}/${event.promo}/${event.nonce}`);
    if (event.type === 'admitted' || event.type === 'joined') {
      const key = `${event.user}/${event.promo}`;
      if (event.promo !== 0 || event.type === 'admitted') this.nonces.set(key, event.nonce);
    }
    if (event.promo === 0) {
      must(event.type === 'admitted' && this.normalSale, 'nobody waits for the normal price');
      must(!this.promoOnly(at), 'let in at the normal price, and has a promo');
      return;
    }
    const promo = this.promos.get(event.promo);
    must(promo !== undefined, `no promo ${event.promo}`);
    if (event.type === 'joined' || event.type === 'admitted') this.#mayJoin(promo, event.user);
    switch (event.type) {
      case 'joined':
        promo.joined(event, event.draw === true, at, this.left);
        break;
      case 'admitted':
        promo.admit(event, at, this.left);
        break;
      case 'leftQueue':
        promo.leave(event.user);
        break;
      case 'lapsed':
        promo.lapse(event.user, at);
        break;
      case 'drawn':
        promo.draw(event, at);
        break;
      case 'queueEnded':
        must(this.left === 0 && this.held === 0, 'the queue ends, and units may come back');
        must(event.waiting === promo.people, `${event.waiting} are sent home`);
        promo.sendHome();
    }
  }

  /** Who has all that they may have has no place; who waits may have come to it since. */
  #mayJoin(promo: PlainPromo, user: number): void {
    if (promo.stand(user).state !== 'none') return;
    const units = this.unitsOf(user, promo.terms.promo);
    must(units < promo.limit, `I4: user ${user} has ${units} units, and is let in again`);
  }

  #merchant(
    event: Of<
      | 'published'
      | 'closed'
      | 'paused'
      | 'resumed'
      | 'ended'
      | 'extended'
      | 'promoWithdrawn'
      | 'restocked'
      | 'unitsWithdrawn'
      | 'edited'
    >,
    at: number,
  ): void {
    if (event.type === 'restocked' || event.type === 'unitsWithdrawn') {
      const sign = event.type === 'restocked' ? 1 : -1;
      must(sign > 0 || event.units <= this.left, `${event.units} units that are not left`);
      must(!this.deliveries.has(event.key ?? 0), `I3: delivery ${event.key} twice`);
      if (event.key !== undefined) this.deliveries.set(event.key, sign * event.units);
      this.loaded += sign * event.units;
    } else if (event.type === 'edited') {
      this.price = event.price ?? this.price;
      this.normalLimit = event.limit ?? this.normalLimit;
      this.normalSale = event.normalSale ?? this.normalSale;
    } else if (event.type === 'published') {
      must(!this.promos.has(event.promo), `promo ${event.promo} is published twice`);
      this.#apart(event.promo, event.startAt, event.endAt, at);
      this.promos.set(event.promo, new PlainPromo(event));
    } else {
      const promo = this.promos.get(event.promo);
      must(promo !== undefined && !promo.ended, `${event.type}, and no promo ${event.promo}`);
      this.#control(promo, event, at);
    }
  }

  #control(
    promo: PlainPromo,
    event: Of<'closed' | 'paused' | 'resumed' | 'ended' | 'extended' | 'promoWithdrawn'>,
    at: number,
  ): void {
    if (event.type === 'closed') must(at >= promo.endAt, 'closed before its end');
    else must(at < promo.endAt, `${event.type} after its end`);
    switch (event.type) {
      case 'closed':
        promo.closed = true;
        break;
      case 'ended':
        must(at >= promo.startAt, 'ended before its start');
        promo.endAt = at;
        promo.ended = true;
        break;
      case 'promoWithdrawn':
        must(at < promo.startAt, 'withdrawn after its start');
        promo.withdrawn = true;
        promo.ended = true;
        break;
      case 'extended':
        must(event.endAt > at && event.endAt > promo.startAt, 'ends before it has begun');
        this.#apart(event.promo, promo.startAt, event.endAt, at);
        promo.endAt = event.endAt;
        break;
      default:
        must(promo.paused !== (event.type === 'paused'), `${event.type} twice`);
        promo.paused = event.type === 'paused';
        if (!promo.paused) promo.lapseFrom = at + promo.admitMs;
    }
    if (!['closed', 'ended', 'promoWithdrawn'].includes(event.type)) return;
    promo.paused = false;
    promo.drawn = true;
    promo.sendHome();
  }

  /** Published promos of an item do not overlap. */
  #apart(id: number, startAt: number, endAt: number, at: number): void {
    must(startAt < endAt, 'a promo without a moment');
    const other = this.overlapping(id, startAt, endAt, at);
    must(other === 0, `promo ${id} overlaps ${other}`);
  }

  /** A promo that is not over and shares a moment with these times; 0 without one. */
  overlapping(id: number, startAt: number, endAt: number, at: number): number {
    for (const [other, promo] of this.promos) {
      if (other === id || !promo.onAt(at)) continue;
      if (startAt < promo.endAt && promo.startAt < endAt) return other;
    }
    return 0;
  }

  /** What users hold and own is what is held and sold. */
  #conserve(): void {
    let owned = 0;
    for (const units of this.owned.values()) owned += units;
    must(owned === this.held + this.sold, `users have ${owned} units`);
  }
}
