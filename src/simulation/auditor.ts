/**
 * The auditor: reads every entry at the moment it is stored and keeps the whole durable history, so
 * that answers and states can be compared with it at any time. Books are kept twice: by the engine's
 * own `apply`, for comparing states (I6), and by the sums here, which are independent of the actor.
 */

import type { Event, Sequence } from '../../actors/events.ts';
import { applyTo, canonical, type Item, unitsLeft, viewOrder } from '../../actors/item/item.ts';
import { Chain } from '../../actors/journal/codec.ts';
import { type OrderView, orderStatus, orderStatusNames } from '../../actors/protocol.ts';

/** Something that was true from an entry on. */
interface Mark<T> {
  seq: Sequence;
  value: T;
}

export interface DurableOrder {
  item: number;
  n: number;
  user: number;
  promo: number;
  amount: number;
  nonce: number;
  seq: Sequence;
  /** Every state it was ever in, oldest first. */
  views: Mark<OrderView>[];
}

export interface Books {
  loaded: number;
  held: number;
  sold: number;
  left: number;
  admitted: number;
}

/** One item's durable history. */
export class DurableItem {
  /** Units left: before anything, then after every event. */
  readonly left: Mark<number>[] = [];
  /** After every entry that touched the item. */
  readonly books: Mark<Books>[] = [];
  readonly orders: DurableOrder[] = [];
  /** Units a user held or owned of a promo, after every change; by `user/promo`. */
  readonly units = new Map<string, Mark<number>[]>();
  /** Nonces of admissions, by `user/promo`. */
  readonly nonces = new Map<string, Mark<number>[]>();
  /** Promos, and their limits and the entries that published them. */
  readonly promos = new Map<number, { limit: number; seq: Sequence }>();
  /** Restocks without a key, and the keys of those with one. */
  restocks = 0;
  readonly restockKeys = new Set<number>();
  readonly sums = { loaded: 0, held: 0, sold: 0 };

  constructor(readonly openedSeq: Sequence) {}
}

/** A purchase token's identity. */
export function tokenKey(of: { item: number; user: number; promo: number; nonce: number }): string {
  return `${of.item}/${of.user}/${of.promo}/${of.nonce}`;
}

/** What held at the end of an entry, and everything that came true after it. */
export function since<T>(marks: readonly Mark<T>[], seq: Sequence): T[] {
  const later = marks.findIndex((mark) => mark.seq > seq);
  const first = later < 0 ? marks.length - 1 : later - 1;
  return marks.slice(Math.max(first, 0)).map((mark) => mark.value);
}

/** What held at the end of an entry. */
export function upTo<T>(marks: readonly Mark<T>[], seq: Sequence): T | undefined {
  return marks.findLast((mark) => mark.seq <= seq)?.value;
}

export class Auditor {
  /** Every partition's journal replayed to its last stored entry. */
  readonly items = new Map<number, Item>();
  readonly histories = new Map<number, DurableItem>();
  readonly tokens = new Map<string, DurableOrder>();
  readonly #chains: Chain[];
  /** By partition: the newest time so far, or since it was set back. */
  readonly #at: number[];
  #canonical = new Map<number, string>();

  constructor(private readonly partitions: number) {
    this.#chains = Array.from({ length: partitions }, (_, partition) => new Chain(partition));
    this.#at = new Array(partitions).fill(0);
  }

  /** Items of a partition. */
  *itemsOf(partition: number): Generator<Item> {
    for (const item of this.items.values()) if (item.id % this.partitions === partition) yield item;
  }

  /** The canonical state of an item after the last stored entry. */
  canonical(item: number): string {
    const known = this.#canonical.get(item) ?? canonical(this.items.get(item)!);
    this.#canonical.set(item, known);
    return known;
  }

  /**
   * Takes a stored entry, and returns the orders it placed.
   * @throws where it breaks the chain (I5, I8) or another invariant.
   */
  stored(partition: number, sequence: Sequence, bytes: Uint8Array): DurableOrder[] {
    const entry = this.#chains[partition]!.next(sequence, bytes);
    const touched = new Set<number>();
    const { timeSetBackFrom } = entry;
    if (timeSetBackFrom !== undefined && timeSetBackFrom !== this.#at[partition])
      throw new Error(`time was set back from ${timeSetBackFrom}, not ${this.#at[partition]}`);
    if (timeSetBackFrom === undefined) this.#passTime(partition, entry.at);
    else this.#at[partition] = entry.at;
    for (const event of entry.events) {
      if (event.item % this.partitions !== partition) throw new Error('I5: foreign item');
      const at = event.at ?? entry.at;
      this.#passTime(partition, at);
      this.#before(event, at);
      applyTo(this.items, event, at);
      this.#after(event, sequence);
      touched.add(event.item);
    }
    for (const id of touched) {
      this.#canonical.delete(id);
      const item = this.items.get(id)!;
      const { loaded, held, sold, admitted } = item;
      const value = { loaded, held, sold, left: unitsLeft(item), admitted };
      this.histories.get(id)!.books.push({ seq: sequence, value });
    }
    return entry.events.flatMap((event) =>
      event.type === 'placed' ? [this.tokens.get(tokenKey(event))!] : [],
    );
  }

  /** Time goes on within a partition, whatever the clocks of its engines do. */
  #passTime(partition: number, at: number): void {
    const before = this.#at[partition]!;
    if (at < before) throw new Error(`time went from ${before} back to ${at}`);
    this.#at[partition] = at;
  }

  /** Rules that an event must keep, given the state right before it. */
  #before(event: Event, at: number): void {
    const history = this.histories.get(event.item);
    const item = this.items.get(event.item);
    if (history === undefined || item === undefined) {
      if (event.type !== 'opened') throw new Error(`I6: ${event.type} of an item not opened`);
      return;
    }
    if (event.type === 'placed') {
      if (this.tokens.has(tokenKey(event))) throw new Error(`I3: a second order, ${event.n}`);
    } else if (event.type === 'refused') {
      const { seen, amount } = event;
      const left = seen === undefined ? unitsLeft(item) : upTo(history.left, seen);
      if (left === undefined || left >= amount) {
        throw new Error(`I9: refused ${amount} while ${left} were left, seen ${seen}`);
      }
    } else if (event.type === 'expired' || event.type === 'paid' || event.type === 'cancelled') {
      const { payBy, status } = history.orders[event.n - 1]!.views.at(-1)!.value;
      // A hold that has ended stays so, also where the time was set back to before its end since.
      const ended = status === orderStatus.expired;
      const late = event.type === 'paid' && event.late === true;
      const onTime = event.type === 'expired' ? at >= payBy : ended || at < payBy;
      if (!onTime || late !== ended)
        throw new Error(`order ${event.n}: ${event.type} at ${at - payBy}`);
    }
  }

  #after(event: Event, seq: Sequence): void {
    if (event.type === 'opened') {
      this.histories.set(event.item, new DurableItem(seq));
      this.histories.get(event.item)!.promos.set(0, { limit: Number.POSITIVE_INFINITY, seq });
    }
    const item = this.items.get(event.item)!;
    const history = this.histories.get(event.item)!;
    const { sums } = history;
    switch (event.type) {
      case 'opened':
        sums.loaded = event.units;
        break;
      case 'restocked':
        sums.loaded += event.units;
        if (event.key === undefined) history.restocks++;
        else if (history.restockKeys.has(event.key))
          throw new Error(`I3: restock ${event.key} twice`);
        else history.restockKeys.add(event.key);
        break;
      case 'published':
        history.promos.set(event.promo, { limit: event.limit, seq });
        break;
      case 'admitted':
        push(history.nonces, `${event.user}/${event.promo}`, seq, event.nonce);
        break;
      case 'placed': {
        const { item: id, n, user, promo, amount, nonce } = event;
        const order = { item: id, n, user, promo, amount, nonce, seq, views: [] };
        history.orders.push(order);
        this.tokens.set(tokenKey(order), order);
        sums.held += amount;
        this.#hold(history, order, amount, seq);
        break;
      }
      case 'paid':
      case 'cancelled':
      case 'expired': {
        const order = history.orders[event.n - 1]!;
        if (event.type !== 'paid' || !event.late) sums.held -= order.amount;
        if (event.type === 'paid') sums.sold += order.amount;
        if (event.type !== 'paid') this.#hold(history, order, -order.amount, seq);
        else if (event.late) this.#hold(history, order, order.amount, seq);
        break;
      }
    }
    if ('n' in event) {
      const value = viewOrder(item, event.n);
      history.orders[event.n - 1]!.views.push({ seq, value });
      const status = orderStatusNames[value.status];
      if (status !== event.type) throw new Error(`order ${event.n} is ${status}`);
    }
    this.#checkSums(history, item);
    history.left.push({ seq, value: unitsLeft(item) });
  }

  /** I4, by sums of our own. */
  #hold(history: DurableItem, order: DurableOrder, units: number, seq: Sequence): void {
    const key = `${order.user}/${order.promo}`;
    const total = (history.units.get(key)?.at(-1)?.value ?? 0) + units;
    push(history.units, key, seq, total);
    const { limit } = history.promos.get(order.promo)!;
    if (total > limit) throw new Error(`I4: user ${order.user} has ${total} units of ${limit}`);
  }

  /** I1, by sums of our own. */
  #checkSums({ sums }: DurableItem, item: Item): void {
    const left = sums.loaded - sums.held - sums.sold;
    if (left < 0) throw new Error(`I1: ${left} units left of item ${item.id}`);
    const same = sums.loaded === item.loaded && sums.held === item.held && sums.sold === item.sold;
    if (!same) throw new Error(`I1: item ${item.id} has other books than ${JSON.stringify(sums)}`);
  }
}

function push<T>(map: Map<string, Mark<T>[]>, key: string, seq: Sequence, value: T): void {
  const marks = map.get(key) ?? [];
  marks.push({ seq, value });
  map.set(key, marks);
}
