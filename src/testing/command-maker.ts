/** Random commands of every kind for one item or another, as a journal for tests needs them. */
import { type Event, itemTexts, queueModes, type Sequence } from '../../actors/events.ts';
import { stands } from '../../actors/item/buyers.ts';
import type { Item } from '../../actors/item/item.ts';
import { tokenLifeMsMax } from '../../actors/limits.ts';
import type { Command, Place } from '../../actors/protocol.ts';

/** What the board shows of an item: its units left after an entry. */
export interface Shown {
  seen: Sequence;
  left: number | undefined;
}

/** How often each kind comes, in a hundred. */
const weights = {
  ...{ place: 40, pay: 15, join: 15, cancel: 5, leave: 2, refund: 4, settle: 2 },
  ...{ restock: 3, withdrawUnits: 2, edit: 2, control: 2, extend: 1, publish: 5, tally: 2, owe: 2 },
} as const;
type Kind = keyof typeof weights;
/** Each kind as often as it weighs. */
const lots = Object.entries(weights).flatMap(
  ([kind, weight]) => new Array<Kind>(weight).fill(kind as Kind), // The keys are the record's own.
);

const dayMs = 24 * 3_600_000;

/** Items of which so few are for sale that they sell out, and their queues end. */
const isScarce = (item: number) => item % 3 === 0;

export class CommandMaker {
  #promos = 0;
  #nonces = 0;
  /** By item and number: when orders were placed, as a shop reads it in SQL. */
  readonly #placedAt = new Map<string, number>();

  /** @param users - users 1 … `users` send them. */
  constructor(
    private readonly users: number,
    private readonly random: () => number,
  ) {}

  /** What was decided: who tells of money for an archived order knows when that was placed. */
  note(event: Event, at: number): void {
    if (event.type === 'placed') this.#placedAt.set(`${event.item}-${event.n}`, at);
  }

  /** A command at a time; the first of an item opens it. */
  next(item: number, state: Item | undefined, at: number, shown: Shown): Command {
    if (state === undefined) {
      return { type: 'open', item, price: 100 * item, units: isScarce(item) ? 3 : 50 };
    }
    const drawn = this.#one(lots);
    // Promos follow each other: with several to come, another one would be long in coming.
    const kind = drawn === 'publish' && state.coming.length > 1 ? 'place' : drawn;
    const n = this.#pick(state.orders.count + 1);
    switch (kind) {
      case 'place':
        return this.#place(state, at);
      case 'join':
      case 'leave':
        return this.#queue(kind, state);
      case 'pay':
        return this.#pay(state, n);
      case 'cancel':
        return { type: 'cancel', item, n, user: 0, ...this.#sometimes({ by: 'admin' }) };
      case 'refund': {
        const reference = this.#pick(2) === 1 ? '' : `refund ${n}`.replace(' ', '-');
        return { type: 'refund', item, n, amountMinor: -1, back: this.#pick(3) > 1, reference };
      }
      case 'settle':
        return { type: 'settle', item, due: this.#pick(state.dues.length + 1), reference: '' };
      case 'owe':
        return this.#owe(state, at);
      case 'publish':
        return this.#publish(state, at);
      case 'tally':
        return this.#tally(state, at, shown);
      default:
        return this.#merchant(kind, state, at);
    }
  }

  #merchant(
    kind: 'restock' | 'withdrawUnits' | 'edit' | 'control' | 'extend',
    state: Item,
    at: number,
  ): Command {
    const item = state.id;
    const { promo, endAt } = state.terms[state.shown]!;
    const by = 'admin';
    switch (kind) {
      case 'restock':
      case 'withdrawUnits': {
        const units = this.#pick(isScarce(item) ? 2 : kind === 'restock' ? 40 : 9);
        return { type: kind, item, units, key: this.#pick(4) - 1, by };
      }
      case 'edit':
        return this.#edit(item);
      case 'extend':
        return { type: 'extend', item, promo, endAt: endAt + this.#pick(20_000) - 5_000, by };
      case 'control': {
        const stop = this.#one(['pause', 'pause', 'end', 'withdrawPromo'] as const);
        // A sale that stands still makes no events: it soon goes on.
        const paused = state.sales[state.shown]!.paused;
        const coming = state.coming.map((index) => state.terms[index]!).find((t) => t.startAt > at);
        if (stop === 'withdrawPromo' && coming !== undefined) {
          return { type: stop, item, promo: coming.promo, by };
        }
        return { type: paused ? 'resume' : stop, item, promo, by };
      }
    }
  }

  #edit(item: number): Command {
    const texts = this.#pick(2 ** itemTexts.length) - 1;
    const price = { price: 100 * item + this.#pick(3) - 2 };
    const limit = { limit: this.#pick(9) };
    const normalSale = { normalSale: this.#pick(3) > 1 };
    const changed = this.#one([{}, price, limit, normalSale]);
    return { type: 'edit', item, texts, ...changed, by: 'shop' };
  }

  #place(state: Item, at: number): Place {
    const user = this.#pick(this.users);
    const index = this.#terms(state);
    const { buyers } = state.sales[index]!;
    const buyer = buyers.find(user);
    const admitted = buyers.standsAt(buyer) === stands.admitted;
    const nonce = admitted && this.#pick(8) > 1 ? buyers.nonceAt(buyer) : ++this.#nonces;
    return {
      ...{ type: 'place', item: state.id, user, promo: state.terms[index]!.promo, nonce },
      ...{ amount: this.#pick(3), expiresAt: Math.ceil((at + this.#tokenLifeMs()) / 1_000) },
    };
  }

  /** A minute, most often; now and then longer than any token of this engine. */
  #tokenLifeMs(): number {
    return this.#pick(8) === 1 ? tokenLifeMsMax + this.#pick(dayMs) : 60_000;
  }

  #queue(type: 'join' | 'leave', state: Item): Command {
    const user = this.#pick(this.users);
    const { promo } = state.terms[this.#terms(state)]!;
    if (type === 'leave') return { type, item: state.id, user, promo };
    return { type, item: state.id, user, promo, nonce: ++this.#nonces };
  }

  /** Most payments are right; others name no order, or another amount, or come a second time. */
  #pay({ id: item, orders }: Item, n: number): Command {
    const plain = { type: 'pay', item, n, user: 0 } as const;
    if (this.#pick(3) === 1) return plain;
    const total = orders.has(n) ? orders.priceOf(n) * orders.amountOf(n) : 500;
    const amountMinor = this.#pick(12) === 1 ? total + 1 : total;
    const reference = `pay-${n}-${this.#pick(8) === 1 ? 2 : 1}`;
    return { ...plain, amountMinor, reference, by: 'webhook' };
  }

  /** Most such payments come late; some are told twice. */
  #owe(state: Item, at: number): Command {
    const { id: item, orders } = state;
    if (orders.archived === 0) return this.#place(state, at);
    const n = this.#pick(orders.archived);
    const placedAt = this.#placedAt.get(`${item}-${n}`)!;
    const reference = `late-${n}-${this.#pick(2)}`;
    return { type: 'owe', item, n, placedAt, amountMinor: 100 * item, reference, by: 'webhook' };
  }

  #publish(state: Item, at: number): Command {
    const item = state.id;
    const draw = this.#pick(3) === 1;
    const latest = state.coming.map((index) => state.terms[index]!.endAt);
    const startAt = Math.max(at, ...latest) + (draw ? this.#pick(5_000) : 0);
    const queue = draw ? 'draw' : this.#one(queueModes);
    return {
      type: 'publish',
      item,
      promo: ++this.#promos,
      price: this.#pick(8) === 1 ? 0 : 50 * item,
      startAt,
      endAt: startAt + this.#pick(120_000),
      limit: this.#pick(6),
      gateFactor: this.#one([1, 1, 5]),
      payWindowMs: this.#pick(20_000),
      queue,
      admitMs: this.#pick(20_000),
      queueOpenAt: draw ? at : startAt,
      ...(queue === 'draw' ? { secret: this.#secret() } : {}),
      by: 'admin',
    };
  }

  /** Refusals as the board makes them: of more units than were left after the last entry. */
  #tally(state: Item, at: number, { seen, left }: Shown): Command {
    if (left === undefined) return this.#publish(state, at);
    const amount = left + this.#pick(3);
    return { type: 'tally', item: state.id, seen, count: this.#pick(9), amount };
  }

  /** The index of terms to buy under: those on sale, most often. */
  #terms({ promo, shown, terms }: Item): number {
    if (this.#pick(10) > 2) return promo === 0 ? this.#one([0, shown]) : promo;
    return this.#pick(terms.length) - 1;
  }

  #secret(): string {
    const digits = () =>
      this.#pick(16 ** 8 - 1)
        .toString(16)
        .padStart(8, '0');
    return Array.from({ length: 8 }, digits).join('');
  }

  #sometimes<T extends object>(fields: T): T | object {
    return this.#pick(2) === 1 ? fields : {};
  }

  #one<T>(values: readonly T[]): T {
    return values[this.#pick(values.length) - 1]!;
  }

  /** An integer from 1 to `most`. */
  #pick(most: number): number {
    return 1 + Math.floor(this.random() * most);
  }
}
