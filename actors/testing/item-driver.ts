/** Drives the pure item actor as a partition does. */

import type { Event } from '../events.ts';
import { apply, archivable, decide, due, type Item, replyOf } from '../item/item.ts';
import { admitDefaultMs, hashDigits, queueOpenBeforeMs } from '../limits.ts';
import type { Command, Join, Publish, Reply } from '../protocol.ts';

export const id = 42;
/** When promo 7 starts. */
export const start = 1_000_000;
/** A second that comes after all times in the tests. */
export const later = 9_999_999;

/** The item's actor as a partition drives it: what is due comes first, then the command. */
export class Actor {
  item: Item | undefined;
  readonly journal: { event: Event; at: number }[] = [];

  send(command: Command, at: number): Reply {
    this.pass(at);
    const decision = decide(this.item, command, at);
    if (decision.event !== null) this.#apply(decision.event, at);
    return replyOf(this.item, decision, at);
  }

  /** Lets time pass; returns what it made true. */
  pass(at: number): Event[] {
    const events: Event[] = [];
    if (this.item === undefined) return events;
    for (let event = due(this.item, at); event !== null; event = due(this.item, at)) {
      this.#apply(event, at);
      events.push(event);
    }
    return events;
  }

  /** Lets orders leave the memory that can change no more, and were settled before a time; returns how many did. */
  archive(before: number, at: number): number {
    this.pass(at);
    const { orders } = this.item!;
    const kept = orders.kept;
    for (let event = archivable(this.item!, before); event !== null; ) {
      this.#apply(event, at);
      event = archivable(this.item!, before);
    }
    return kept - orders.kept;
  }

  /**
   * Whoever tells of money for an archived order has read in SQL when that was placed, and whoever asks for a place
   * brings a nonce of their own.
   */
  asShopsSend(command: Command): Command {
    if (command.type === 'join') return { ...command, nonce: this.#unusedNonce(command) };
    if (command.type !== 'owe') return command;
    const placed = this.journal.find(
      ({ event }) => event.type === 'placed' && event.n === command.n,
    );
    return { ...command, placedAt: placed?.at ?? 0 };
  }

  /** One that has bought nothing. */
  #unusedNonce({ user, promo, nonce }: Join): number {
    const isUsed = (one: number) =>
      this.journal.some(
        ({ event }) =>
          event.type === 'placed' &&
          event.user === user &&
          event.promo === promo &&
          event.nonce === one,
      );
    let unused = nonce;
    while (isUsed(unused)) unused++;
    return unused;
  }

  get events(): string[] {
    return this.journal.map(({ event }) => event.type);
  }

  #apply(event: Event, at: number): void {
    this.item = apply(this.item, event, at);
    this.journal.push({ event, at });
  }
}

type PromoChoice = Partial<Omit<Publish, 'type' | 'item'>>;

/** The secret of the draws in the tests. */
export const secret = 'a1'.repeat(hashDigits / 2);

/** What makes a promo one with a queue, as merchants get it if they do not say otherwise. */
export const queued = { queue: 'fifo', admitMs: admitDefaultMs, queueOpenAt: start } as const;
/** And what makes it one with a draw. */
export const drawn = {
  queue: 'draw',
  admitMs: admitDefaultMs,
  queueOpenAt: start - queueOpenBeforeMs,
  secret,
} as const;

export function publish(choice: PromoChoice = {}): Command {
  return {
    ...{ type: 'publish', item: id, promo: 7, price: 500, startAt: start, endAt: start + 60_000 },
    ...{ limit: 2, gateFactor: 5, payWindowMs: 10_000 },
    ...choice,
  } as const;
}

/** An item with some units under promo 7, from `start` for a minute, two for each user. */
export function onSale(units: number, choice: PromoChoice = {}): Actor {
  const actor = new Actor();
  actor.send({ type: 'open', item: id, price: 1_000, units }, start - 1_000);
  actor.send(publish(choice), start - 1_000);
  return actor;
}

export function place(
  user: number,
  nonce: number,
  choice: { amount?: number; promo?: number; expiresAt?: number } = {},
): Command {
  const token = { promo: 7, amount: 1, expiresAt: later, ...choice };
  return { type: 'place', item: id, user, nonce, ...token };
}

export const pay = (n: number, user = 0): Command => ({ type: 'pay', item: id, n, user });
export const cancel = (n: number, user = 0): Command => ({ type: 'cancel', item: id, n, user });
export const read = (n: number, user = 0): Command => ({ type: 'read', item: id, n, user });
export const restock = (units: number): Command => ({ type: 'restock', item: id, units, key: 0 });
export const join = (user: number, nonce: number, promo = 7): Command => ({
  ...{ type: 'join', item: id, user, promo, nonce },
});
