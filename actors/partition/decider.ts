/**
 * What a partition is while it is ready: the single writer of its items. Commands are decided at once,
 * in memory, ahead of the journal; `pipeline.ts` takes their events to the journal and keeps their
 * replies back until the journal has them (I2).
 */

import type { Event } from '../events.ts';
import {
  applyTo,
  archivable,
  decide,
  due,
  dueAt,
  type Item,
  isDrawing,
  replyOf,
} from '../item/item.ts';
import type { StoredEntry } from '../journal/journal.ts';
import { admissionsPerEntryMax } from '../limits.ts';
import { type Command, code } from '../protocol.ts';
import { ordersKept } from './history.ts';
import { type AcknowledgedEntry, Pipeline, type PipelineWorld } from './pipeline.ts';
import type { Recovered } from './recovered.ts';
import { changesLeft, Tallies } from './tallies.ts';

/** When orders may leave the memory. */
export interface ArchiveRule {
  /** How long they are kept once they can change no more. */
  retainMs: number;
  /** How often to look for them. */
  lookMs: number;
  /** Whether all who may go on from the journal know what became of them. */
  isAllowed(): boolean;
}

/** With more batches than this waiting, the journal is slow, and what only time decides can wait. */
const backlogMax = 4;

export class Decider {
  /** The items as they are decided, which may be ahead of the journal. */
  readonly items: Map<number, Item>;
  readonly #pipeline: Pipeline;
  readonly #tallies = new Tallies();
  /**
   * The time of the latest event: none is earlier than the one before. Where the clock is behind it,
   * because it was set back, the partition's time stands still until the clock has caught up.
   */
  #at: number;
  /** When an item will have something due, in the partition's time; and a tally, by the clock. */
  #dueAt = Number.POSITIVE_INFINITY;
  #tallyDueAt = Number.POSITIVE_INFINITY;
  #tickedAt = 0;
  /** When to look next for orders that are to leave the memory, by the clock. */
  #archiveAt = 0;
  /** What was decided when orders were archived last. */
  #archived = 0;
  #busy = false;

  /**
   * Goes on from what the journal says.
   * @param failed - called once, when an append has failed; what is not durable is then answered, and
   * the decider is of no more use.
   */
  constructor(
    private readonly world: PipelineWorld & { archive: ArchiveRule },
    private readonly recovered: Recovered,
    failed: (error: Error) => void,
  ) {
    const { items, chain, at } = recovered;
    this.items = items;
    this.#at = at;
    this.#pipeline = new Pipeline(world, chain, items, failed);
    for (const item of items.values()) this.#dueAt = Math.min(this.#dueAt, dueAt(item));
  }

  /** How far, in milliseconds, the partition's time is ahead of a clock that was set back; else 0. */
  aheadMs(now: number): number {
    return Math.max(0, this.#at - now);
  }

  /** When `tick` will next have something to do; Infinity when nothing is due. */
  get dueAt(): number {
    return Math.min(this.#dueAt, this.#tallyDueAt);
  }

  /** Whether there is work that needs neither time nor the journal: the order of a draw. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Whether everything that was decided is durable. */
  get idle(): boolean {
    return this.#pipeline.idle;
  }

  /** Whether orders have been archived, and the journal does not have that yet. */
  get isForgetting(): boolean {
    return this.#pipeline.durable < this.#archived;
  }

  /** Steps 5 and 6: decides a command, and adds its event to the open batch. */
  submit(mailbox: number, request: number, command: Command, now: number): void {
    const at = this.#timeAt(now);
    const before = this.items.get(command.item);
    // A stride of a draw with each command of a long mailbox would keep all others waiting.
    if (before !== undefined) this.#settleDue(before, at, false);
    const decision = decide(before, command, at, now);
    const { event } = decision;
    const after = event === null ? before : this.#record(event, at);
    // A merchant who would take off sale what is not left is not a buyer who was refused.
    if (decision.code === code.outOfStock && command.type !== 'withdrawUnits') {
      const amount = command.type === 'place' ? command.amount : 1;
      this.#tallyDueAt = Math.min(this.#tallyDueAt, this.#tallies.add(command.item, amount, now));
    }
    const reply = replyOf(after, decision, at);
    if (this.#pipeline.release(mailbox, request, reply)) return;
    this.#pipeline.prove(mailbox, request, reply, at);
    this.#at = at;
  }

  /** Decides what time alone has made true: expired holds, ended promos, tallies to journal. */
  tick(now: number): void {
    const at = this.#timeAt(now);
    const setBack = now < this.#tickedAt;
    this.#tickedAt = now;
    this.#busy = false;
    if (this.#pipeline.backlog > backlogMax) return;
    if (now >= this.#tallyDueAt || setBack) {
      // Tallies do not wait until a clock that was set back has caught up.
      const until = setBack ? Number.POSITIVE_INFINITY : now;
      for (const item of this.#tallies.due(until)) this.#writeTally(item, at);
      this.#tallyDueAt = this.#tallies.dueAt();
    }
    if (now >= this.#archiveAt || setBack) this.#archive(now, at);
    if (at < this.#dueAt) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const item of this.items.values()) {
      if (this.#pipeline.backlog <= backlogMax) this.#settleDue(item, at, true);
      this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    }
  }

  /** Step 6, its end: starts to append what has been decided. */
  commit(): void {
    this.#pipeline.commit();
  }

  /** Puts the last tallies into the journal. */
  finish(now: number): void {
    const at = this.#timeAt(now);
    for (const item of this.#tallies.due(Number.POSITIVE_INFINITY)) this.#writeTally(item, at);
    this.commit();
  }

  /** Goes on after another engine's barrier; call only while idle. @throws JournalCorrupt */
  pass(barrier: StoredEntry): void {
    this.#pipeline.pass(barrier);
  }

  /** The state, as the journal's last entry leaves it; call only while idle, and drop the decider. */
  handOver(): Recovered {
    const { recovered, world } = this;
    const events = world.positions.get(recovered.chain.partition, 'journalEvents');
    return { ...recovered, at: this.#at, writer: world.writer, events };
  }

  /** The last entry that was acknowledged to this decider; null before the first. */
  get acknowledged(): AcknowledgedEntry | null {
    return this.#pipeline.acknowledged;
  }

  /** From now on, outcomes of appends are ignored. */
  drop(): void {
    this.#pipeline.drop();
  }

  /** Time never goes backwards within a partition, whatever the clock does. */
  #timeAt(now: number): number {
    return Math.max(now, this.#at);
  }

  #settleDue(item: Item, at: number, mayOrder: boolean): void {
    for (;;) {
      const event = due(item, at, mayOrder);
      if (event === null) break;
      // The rest of a long queue is let in with the next entry: orders come between.
      if (event.type === 'admitted' && this.#pipeline.admissions >= admissionsPerEntryMax) return;
      this.#record(event, at);
    }
    if (isDrawing(item, at)) this.#busy = true;
  }

  /** Whether the buyers of this partition are being marked in a new filter: nobody may be forgotten meanwhile. */
  #isRenewing(partition: number): boolean {
    const { board, positions } = this.world;
    const { renewal } = board.buyers;
    return renewal !== 0 && positions.get(partition, 'renewed') !== renewal;
  }

  /**
   * Lets orders leave the memory that can change no more and that SQL has. Nobody waits for it: each look takes a
   * stride of each item, and the next follows soon while there is more.
   */
  #archive(now: number, at: number): void {
    const { archive, positions } = this.world;
    this.#archiveAt = now + archive.lookMs;
    const { partition } = this.recovered.chain;
    if (!archive.isAllowed() || this.#isRenewing(partition)) return;
    const before = Math.min(at - archive.retainMs, positions.sqlHasBefore(partition, this.idle));
    for (const item of this.items.values()) {
      // What time has made true comes first, as before a command.
      this.#settleDue(item, at, false);
      const event = archivable(item, before);
      if (event === null) continue;
      this.#record(event, at);
      this.#archived = this.#pipeline.decided;
      this.#archiveAt = now;
    }
    positions.set(partition, 'ordersKept', ordersKept(this.items));
  }

  #writeTally(item: number, at: number): void {
    const event = this.#tallies.take(item);
    if (event !== null) this.#record(event, at);
  }

  #record(event: Event, at: number): Item {
    if (this.#tallies.size > 0 && changesLeft(event)) this.#writeTally(event.item, at);
    // A moment before the journal has it: a number that comes to nothing is passed over, no more.
    if (event.type === 'published') this.world.board.promos.add(event.promo);
    this.#pipeline.add(event, at);
    this.#at = at;
    const item = applyTo(this.items, event, at);
    this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    return item;
  }
}
