/**
 * Makes journals for tests: seeded random commands of every kind over several items, decided and applied
 * by the real item actor, and appended entry by entry. The same seed makes the same journal.
 */

import type { Event } from '../../actors/events.ts';
import { applyTo, archivable, decide, due, type Item, unitsLeft } from '../../actors/item/item.ts';
import { chainStart, encodeEntry, encodeEvent, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { partitionOf } from '../../actors/protocol.ts';
import { CommandMaker } from './command-maker.ts';
import { randomOf } from './random.ts';

export interface JournalMakerOptions {
  journal: Pick<Journal, 'append'>;
  seed: number;
  partitions: number;
  /** Items 1 … `items`. */
  items: number;
  /** Users 1 … `users`. */
  users: number;
  /** When the first entry is written; one UTC day ends soon after by default. */
  startAtMs?: number;
  /** What was settled, or was over, so long ago leaves the memory; a second when not given. */
  retainMs?: number;
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
  readonly #commands: CommandMaker;
  readonly #tails: Tail[];

  constructor(options: JournalMakerOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#commands = new CommandMaker(options.users, this.#random);
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

  /** Applies what is due for an item, lets go what nobody needs any more, and then applies one random command. */
  #decide(id: number): Event[] {
    const events: Event[] = [];
    let item = this.items.get(id);
    const keep = (event: Event) => {
      item = applyTo(this.items, event, this.atMs);
      this.#commands.note(event, this.atMs);
      events.push(event);
    };
    for (let event = item && due(item, this.atMs); event; event = due(item!, this.atMs))
      keep(event);
    const { retainMs = 1_000 } = this.#options;
    const archived = item === undefined ? null : archivable(item, this.atMs - retainMs);
    if (archived !== null) keep(archived);
    const tail = this.#tails[partitionOf(id, this.#options.partitions)]!;
    const shown = { seen: tail.seq, left: tail.left.get(id) };
    const { event } = decide(item, this.#commands.next(id, item, this.atMs, shown), this.atMs);
    if (event !== null) keep(event);
    return events;
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
