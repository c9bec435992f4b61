/** The crowd: buyers, some of them impatient or dishonest, and a merchant, drawn from the seed. */
import { type Command, code, type Place, type Reply } from '../../actors/protocol.ts';
import type { Delivery } from './answers.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Few users and units, so that limits, empty stock and races occur often. */
const usersOfRun = [4, 4, 12];
const nonces = 1_000_000;

export class Traffic {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #items: readonly number[];
  readonly #users: number;
  /** Orders sent, and those that an answer confirmed. */
  readonly #sent: Place[] = [];
  readonly #bought: Place[] = [];
  readonly #orders: { item: number; n: number; user: number }[] = [];
  /** By item: the last promo that was asked for, and the last that was published. */
  readonly #promos = new Map<number, number>();
  readonly #published = new Map<number, number>();

  constructor(random: Random, scheduler: Scheduler, items: readonly number[]) {
    this.#random = random;
    this.#scheduler = scheduler;
    this.#items = items;
    this.#users = random.pick(usersOfRun);
  }

  /** The command that puts an item on sale. */
  open(item: number): Command {
    return { type: 'open', item, price: 1_000, units: this.#random.between(0, 8) };
  }

  /** A promo that starts sooner or later, and lasts for a shorter or longer time. */
  publish(item: number): Command {
    const random = this.#random;
    const promo = (this.#promos.get(item) ?? 0) + 1;
    this.#promos.set(item, promo);
    const startAt = this.#scheduler.now + random.pick([-1_000, -1_000, 0, 500, 3_600_000]);
    return {
      type: 'publish',
      item,
      promo,
      price: 500,
      startAt,
      endAt: startAt + random.pick([2_000, 20_000, 600_000, 7_200_000]),
      limit: random.pick([1, 1, 2, 3]),
      gateFactor: random.pick([1, 1, 5]),
      payWindowMs: random.pick([50, 50, 1_000, 10_000, 900_000]),
    };
  }

  /** What a buyer or the merchant wants next. */
  next(): Command {
    const random = this.#random;
    const item = random.pick(this.#items);
    switch (
      random.weighted({ order: 12, again: 5, act: 8, admit: 3, restock: 1, publish: 1, open: 0.3 })
    ) {
      case 'order':
        return this.#order(item);
      case 'again':
        return this.#again() ?? this.#order(item);
      case 'act':
        return this.#act() ?? this.#order(item);
      case 'admit': {
        const user = random.between(1, this.#users);
        return {
          type: 'join',
          item,
          user,
          promo: this.#promo(item),
          nonce: random.below(nonces) + 1,
        };
      }
      case 'restock':
        return { type: 'restock', item, units: random.between(1, 3), key: random.below(4) };
      case 'publish':
        return this.publish(item);
      case 'open':
        return this.open(item);
    }
  }

  /** Learns from an answer. */
  heard({ command }: Delivery, reply: Reply): void {
    if (command.type === 'publish' && reply.code === code.ok) {
      this.#published.set(command.item, command.promo);
    }
    if (command.type !== 'place' || reply.code !== code.ok || reply.order === null) return;
    this.#bought.push(command);
    this.#orders.push({ item: command.item, n: reply.order.n, user: command.user });
  }

  #promo(item: number): number {
    const promos = this.#random.pick([this.#published, this.#published, this.#promos]);
    return this.#random.chance(0.2) ? 0 : (promos.get(item) ?? 0);
  }

  /** A new purchase token: for any user, or for one who has ordered before. */
  #order(item: number): Command {
    const random = this.#random;
    const lifetimeS = random.pick([-1, 5, 600, 10_000]);
    const anybody = { item, user: random.between(1, this.#users), promo: this.#promo(item) };
    const before = this.#sent.at(-1 - random.below(4));
    const { item: of, user, promo } = before !== undefined && random.chance(0.3) ? before : anybody;
    const place: Place = {
      ...{ type: 'place', item: of, user, promo, amount: random.pick([1, 1, 1, 2, 3]) },
      nonce: random.between(1, nonces),
      expiresAt: Math.floor(this.#scheduler.now / 1_000) + lifetimeS,
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
    const { item, n, user } = random.pick(this.#orders);
    const by = random.pick([user, user, user, 0, user + 1]);
    const type = random.weighted({ pay: 6, cancel: 1, read: 2 });
    return { type, item, n: random.chance(0.05) ? n + 1 : n, user: by };
  }
}
