/**
 * Makes journals for tests: seeded random commands over several items, decided and applied by the
 * real item actor, and appended entry by entry. The same seed makes the same journal.
 */

import type { Event } from '../../actors/events.ts';
import { applyTo, decide, due, type Item, unitsLeft } from '../../actors/item/item.ts';
import { chainStart, encodeEntry, encodeEvent, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { type Command, partitionOf } from '../../actors/protocol.ts';

export interface JournalMakerOptions {
  journal: Journal;
  seed: number;
  partitions: number;
  /** Items 1 … `items`. */
  items: number;
  /** Users 1 … `users`. */
  users: number;
  /** When the first entry is written; one UTC day ends soon after by default. */
  startAtMs?: number;
  /** Commands tried for one entry. */
  commandsPerEntry?: number;
}

interface Tail {
  seq: number;
  hash: string;
  /** By item: units left after the entry; a tally rests on these. */
  left: Map<number, number>;
}

export class JournalMaker {
  /** The state of each item that was opened, as its actor would hold it. */
  readonly items = new Map<number, Item>();
  /** The time of the last command. */
  atMs: number;

  readonly #options: JournalMakerOptions;
  readonly #random: () => number;
  readonly #tails: Tail[];
  #promos = 0;
  #nonces = 0;

  constructor(options: JournalMakerOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#tails = Array.from({ length: options.partitions }, () => ({
      seq: 0,
      hash: chainStart,
      left: new Map(),
    }));
    this.atMs = options.startAtMs ?? Date.UTC(2026, 10, 22, 23, 59, 50);
  }

  /** Appends this many entries, to partitions picked at random. */
  async write(entries: number): Promise<void> {
    for (let written = 0; written < entries; ) {
      const item = this.#pick(this.#options.items);
      const partition = partitionOf(item, this.#options.partitions);
      if (await this.#append(partition)) written++;
    }
  }

  /** The last sequence of a partition. */
  last(partition: number): number {
    return this.#tails[partition]!.seq;
  }

  async #append(partition: number): Promise<boolean> {
    const { journal, commandsPerEntry = 20 } = this.#options;
    const entryAt = this.atMs;
    const events: string[] = [];
    for (let command = 0; command < commandsPerEntry; command++) {
      this.atMs += this.#pick(200) === 1 ? this.#pick(60_000) : this.#pick(20) - 1;
      for (const event of this.#decide(this.#itemOf(partition))) {
        events.push(encodeEvent(event, this.atMs, entryAt));
      }
    }
    if (events.length === 0) return false;
    const tail = this.#tails[partition]!;
    const head = { partition, seq: tail.seq + 1, prev: tail.hash, writer: 'maker', at: entryAt };
    const bytes = encodeEntry(head, events);
    await journal.append(partition, tail.seq, bytes);
    this.#tails[partition] = { seq: head.seq, hash: entryHash(bytes), left: this.#left(partition) };
    return true;
  }

  #left(partition: number): Map<number, number> {
    const items = [...this.items.values()];
    const own = items.filter(({ id }) => partitionOf(id, this.#options.partitions) === partition);
    return new Map(own.map((item) => [item.id, unitsLeft(item)]));
  }

  /** Applies what is due for an item, and then one random command. */
  #decide(id: number): Event[] {
    const events: Event[] = [];
    let item = this.items.get(id);
    const keep = (event: Event) => {
      item = applyTo(this.items, event, this.atMs);
      events.push(event);
    };
    for (let event = item && due(item, this.atMs); event; event = due(item!, this.atMs))
      keep(event);
    const { event } = decide(item, this.#command(id, item), this.atMs);
    if (event !== null) keep(event);
    return events;
  }

  #command(item: number, state: Item | undefined): Command {
    if (state === undefined) return { type: 'open', item, price: 100 * item, units: 50 };
    const user = this.#pick(this.#options.users);
    const promo = this.#pick(10) > 2 ? state.terms.at(-1)!.promo : 0;
    const n = this.#pick(state.orders.count + 1);
    const lot = this.#pick(100);
    if (lot <= 55) {
      const expiresAt = Math.ceil(this.atMs / 1000) + 60;
      const amount = this.#pick(3);
      return { type: 'place', item, user, promo, amount, nonce: ++this.#nonces, expiresAt };
    }
    if (lot <= 75) return { type: 'pay', item, n, user: 0 };
    if (lot <= 85) return { type: 'cancel', item, n, user: 0 };
    if (lot <= 91) return { type: 'join', item, user, promo, nonce: ++this.#nonces };
    if (lot <= 95) return { type: 'restock', item, units: this.#pick(40), key: this.#pick(2) - 1 };
    if (lot <= 98) return this.#publish(item);
    return this.#tally(item);
  }

  /** Refusals as the board makes them: of more units than were left after the last entry. */
  #tally(item: number): Command {
    const { seq, left } = this.#tails[partitionOf(item, this.#options.partitions)]!;
    const unitsThen = left.get(item);
    if (unitsThen === undefined) return this.#publish(item);
    const amount = unitsThen + this.#pick(3);
    return { type: 'tally', item, seen: seq, count: this.#pick(9), amount };
  }

  #publish(item: number): Command {
    return {
      type: 'publish',
      item,
      promo: ++this.#promos,
      price: 50 * item,
      startAt: this.atMs,
      endAt: this.atMs + this.#pick(120_000),
      limit: this.#pick(6),
      gateFactor: 5,
      payWindowMs: this.#pick(20_000),
    };
  }

  /** One of the items of a partition. */
  #itemOf(partition: number): number {
    for (;;) {
      const item = this.#pick(this.#options.items);
      if (partitionOf(item, this.#options.partitions) === partition) return item;
    }
  }

  /** An integer from 1 to `most`. */
  #pick(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }
}

/** Numbers in [0, 1) from a seed: mulberry32, by Tommy Ettinger, public domain. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
