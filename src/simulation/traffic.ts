/** The crowd: buyers, some of them impatient or dishonest, and a merchant, drawn from the seed. */
import { isPaid } from '../../actors/plain/plain-money.ts';
import {
  archivedMark,
  type Command,
  code,
  type Owe,
  type Pay,
  type Place,
  type Reply,
} from '../../actors/protocol.ts';
import type { Auditor } from './auditor.ts';
import type { Delivery } from './judged.ts';
import { Merchant } from './merchant.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Few users and units, so that limits, empty stock and races occur often. */
const usersOfRun = [4, 4, 12];
const nonces = 1_000_000;

/** How often a buyer or the merchant wants each kind of thing. */
const wishes = {
  ...{ order: 12, again: 5, act: 8, join: 12, stand: 1, leave: 0.7 },
  ...{ merchant: 4, open: 0.3 },
} as const;

/** Nobody issues a token once more that was spent: all with its nonce end within their lives after this. */
type IssuedToken = Omit<Place, 'amount' | 'expiresAt'> & { issuedAt: number };

interface KnownOrder {
  item: number;
  n: number;
  user: number;
  total: number;
}

export class Traffic {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #items: readonly number[];
  readonly #users: number;
  readonly #merchant: Merchant;
  /** Orders sent, those that an answer confirmed, and tokens that users were let in with. */
  readonly #sent: Place[] = [];
  readonly #bought: Place[] = [];
  readonly #tokens: IssuedToken[] = [];
  readonly #orders: KnownOrder[] = [];
  readonly #payments: Command[] = [];
  /** Money that came for orders that are archived. */
  readonly #owed: Owe[] = [];

  constructor(
    random: Random,
    scheduler: Scheduler,
    items: readonly number[],
    private readonly sql: Pick<Auditor, 'histories'>,
    private readonly isBrisk: boolean,
  ) {
    this.#random = random;
    this.#scheduler = scheduler;
    this.#items = items;
    this.#users = random.pick(usersOfRun);
    this.#merchant = new Merchant(random, scheduler, isBrisk);
  }

  /** The command that puts an item on sale. */
  open(item: number): Command {
    return this.#merchant.open(item);
  }

  /** A promo that starts sooner or later, and lasts for a shorter or longer time. */
  publish(item: number): Command {
    return this.#merchant.publish(item);
  }

  /** What a buyer or the merchant wants next. */
  next(): Command {
    const random = this.#random;
    const owed = this.#owed.pop();
    if (owed !== undefined) return owed;
    const item = random.pick(this.#items);
    switch (random.weighted({ ...wishes, merchant: this.isBrisk ? 12 : wishes.merchant })) {
      case 'order':
        return this.#order(item);
      case 'again':
        return this.#again() ?? this.#order(item);
      case 'act':
        return this.#act() ?? this.#order(item);
      case 'join':
        return this.#join(item);
      case 'stand':
      case 'leave':
        return this.#standing(item);
      case 'merchant':
        return this.#merchant.next(item);
      case 'open':
        return this.open(item);
    }
  }

  /** Learns from an answer. */
  heard({ command }: Delivery, reply: Reply): void {
    this.#merchant.heard(command, reply);
    if (command.type === 'pay' && reply.about === archivedMark) this.#hearArchived(command, reply);
    if (reply.code !== code.ok) return;
    if (command.type === 'join' && reply.standing?.state === 'admitted') {
      const { item, user, promo } = command;
      const { nonce } = reply.standing;
      const issuedAt = this.#scheduler.now;
      this.#tokens.push({ type: 'place', item, user, promo, nonce, issuedAt });
    }
    if (command.type !== 'place' || reply.order === null) return;
    const { n, amount, unitPrice } = reply.order;
    const { item, user } = command;
    this.#bought.push(command);
    this.#orders.push({ item, n, user, total: amount * unitPrice });
  }

  /** As the shop does: what SQL says did not pay the order is to go back. */
  #hearArchived({ item, n, user, amountMinor = -1, reference = '' }: Pay, reply: Reply): void {
    const order = this.sql.histories.get(item)!.plain.orders[n - 1]!;
    if (reply.code !== code.notFound || user !== 0 || amountMinor <= 0) return;
    if (isPaid(order) && (reference === '' || reference === order.reference)) return;
    const { placedAt } = order;
    this.#owed.push({ type: 'owe', item, n, placedAt, amountMinor, reference, by: 'webhook' });
  }

  /** Whoever waits asks again now and then. */
  #join(item: number): Command {
    const random = this.#random;
    const user = random.between(1, this.#users);
    const promo = this.#merchant.promo(item);
    return { type: 'join', item, user, promo, nonce: random.between(1, nonces) };
  }

  #standing(item: number): Command {
    const random = this.#random;
    const user = random.between(1, this.#users);
    const type = random.pick(['stand', 'leave'] as const);
    return { type, item, user, promo: this.#merchant.promo(item) };
  }

  /** A purchase token: of somebody who was let in; or minted, for any user or for one who has ordered before. */
  #order(item: number): Command {
    const random = this.#random;
    const lifetimeS = random.pick([-1, 5, 600, 10_000]);
    const admitted = this.#tokens.slice(-6);
    const anybody = {
      item,
      user: random.between(1, this.#users),
      promo: this.#merchant.promo(item),
    };
    const before = this.#sent.at(-1 - random.below(4));
    const { item: of, user, promo } = before !== undefined && random.chance(0.3) ? before : anybody;
    const minted = {
      type: 'place',
      item: of,
      user,
      promo,
      nonce: random.between(1, nonces),
      issuedAt: this.#scheduler.now,
    } as const;
    const { issuedAt, ...token } =
      admitted.length > 0 && random.chance(0.6) ? random.pick(admitted) : minted;
    const place: Place = {
      ...token,
      amount: random.pick([1, 1, 1, 2, 3]),
      expiresAt: Math.floor(issuedAt / 1_000) + lifetimeS,
    };
    this.#sent.push(place);
    return place;
  }

  /** An earlier purchase token again, now and then with another amount. */
  #again(): Command | null {
    const random = this.#random;
    if (this.#sent.length === 0) return null;
    const recent = random.pick([this.#sent.slice(-4), this.#bought.slice(-4), this.#bought]);
    const place = random.pick(recent.length > 0 ? recent : this.#sent);
    return random.chance(0.15) ? { ...place, amount: place.amount + 1 } : place;
  }

  /** A command about an order, from its buyer, the merchant, or a user who may not send it. */
  #act(): Command | null {
    const random = this.#random;
    if (this.#orders.length === 0) return null;
    const order = random.pick(this.#orders);
    const { item, n, user } = order;
    const by = random.pick([user, user, user, 0, user + 1]);
    const type = random.weighted({ pay: 3, webhook: 5, cancel: 1.5, read: 2, refund: 1 });
    if (type === 'webhook') return this.#payment(order);
    if (type !== 'refund') return { type, item, n: random.chance(0.05) ? n + 1 : n, user: by };
    const reference = random.pick(['', '', 'p1', 'p2']);
    return { type, item, n, amountMinor: -1, back: random.chance(0.6), reference, by: 'admin' };
  }

  /** The provider tells of a payment, which may come twice, be of another amount, or name no order. */
  #payment({ item, n, total }: KnownOrder): Command {
    const random = this.#random;
    if (this.#payments.length > 0 && random.chance(0.2))
      return random.pick(this.#payments.slice(-6));
    const payment: Pay = {
      ...({ type: 'pay', item, user: 0, by: 'webhook' } as const),
      n: random.chance(0.05) ? n + 7 : n,
      amountMinor: random.chance(0.1) ? total + 1 : total,
      reference: random.pick(['p1', 'p1', 'p2']),
    };
    this.#payments.push(payment);
    return payment;
  }
}
