/**
 * The auditor: reads every entry at the moment it is stored and keeps the whole durable history, so
 * that answers and states can be compared with it at any time. Books are kept twice: by the engine's
 * own `apply`, for comparing states (I6), and by the plain rules, which are independent of the actor and
 * take no event that breaks one (I1, I3, I4, I10).
 */

import type { Event, Sequence } from '../../actors/events.ts';
import { applyTo, canonical, type Item, unitsLeft, viewOrder } from '../../actors/item/item.ts';
import { Chain } from '../../actors/journal/codec.ts';
import { orderStatusNames } from '../../actors/protocol.ts';
import { DurableItem, type DurableOrder, push, upTo } from './durable-item.ts';

/** A purchase token's identity. */
export function tokenKey(of: { item: number; user: number; promo: number; nonce: number }): string {
  return `${of.item}/${of.user}/${of.promo}/${of.nonce}`;
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
      this.#rules(event, at, sequence);
      applyTo(this.items, event, at);
      this.#keep(event, sequence);
      touched.add(event.item);
    }
    for (const id of touched) {
      this.#canonical.delete(id);
      const value = this.items.get(id)!.admitted;
      this.histories.get(id)!.admitted.push({ seq: sequence, value });
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

  /** The rules take the event, given the state right before it. */
  #rules(event: Event, at: number, seq: Sequence): void {
    if (event.type === 'opened') this.histories.set(event.item, new DurableItem(event, seq));
    const history = this.histories.get(event.item);
    if (history === undefined) throw new Error(`I6: ${event.type} of an item not opened`);
    if (event.type === 'refused') {
      const { seen, amount } = event;
      const left = seen === undefined ? history.plain.left : upTo(history.left, seen);
      if (left === undefined || left >= amount) {
        throw new Error(`I9: refused ${amount} while ${left} were left, seen ${seen}`);
      }
    }
    history.plain.take(event, at);
  }

  /** The engine's own books must be those of the rules (I1); then what they are is kept. */
  #keep(event: Event, seq: Sequence): void {
    const item = this.items.get(event.item)!;
    const history = this.histories.get(event.item)!;
    const { loaded, held, sold, left } = history.plain;
    const ours = [loaded, held, sold, left];
    const theirs = [item.loaded, item.held, item.sold, unitsLeft(item)];
    if (!Bun.deepEquals(ours, theirs)) throw new Error(`I1: ${theirs} by the actor, not ${ours}`);
    switch (event.type) {
      case 'restocked':
      case 'unitsWithdrawn':
        if (event.key !== undefined) break;
        history.keyless[event.type === 'restocked' ? 'restock' : 'withdrawUnits']++;
        break;
      case 'published':
        history.published.set(event.promo, seq);
        break;
      case 'admitted':
        push(history.nonces, `${event.user}/${event.promo}`, seq, event.nonce);
        break;
      case 'placed': {
        const { item: id, n, user, promo, amount, nonce, price } = event;
        const total = amount * price;
        const order = { item: id, n, user, promo, amount, total, nonce, seq, views: [] };
        history.orders.push(order);
        this.tokens.set(tokenKey(order), order);
        break;
      }
    }
    this.#keepOrder(event, item, history, seq);
    history.note(seq);
  }

  #keepOrder(event: Event, item: Item, history: DurableItem, seq: Sequence): void {
    const n = orderOf(event, history);
    const order = history.orders[n - 1];
    // Money may have come for an order that there is not.
    if (order === undefined) return;
    const { user, promo } = order;
    push(history.units, `${user}/${promo}`, seq, history.plain.unitsOf(user, promo));
    // Of an order that is archived only what must go back may change.
    const value = item.orders.has(n)
      ? viewOrder(item, n)
      : { ...order.views.at(-1)!.value, toRefund: item.toRefund.get(n) ?? 0 };
    order.views.push({ seq, value });
    const status = orderStatusNames[value.status];
    const ours = history.plain.orders[n - 1]!.status;
    if (status !== ours) throw new Error(`order ${n} is ${status}, not ${ours}`);
  }
}

/** The number of the order that an event changes; 0 without one. */
function orderOf(event: Event, { plain }: DurableItem): number {
  if (event.type === 'dueSettled') return plain.money.dues[event.due - 1]!.n;
  return 'n' in event ? event.n : 0;
}
