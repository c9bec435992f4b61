/**
 * What a partition is while it is ready: the single writer of its items. Commands are decided at once,
 * in memory, ahead of the journal; `pipeline.ts` takes their events to the journal and keeps their
 * replies back until the journal has them (I2).
 */
import { applyTo, decide, due, dueAt, type Item, replyOf } from '../item/item.ts';
import type { StoredEntry } from '../journal/journal.ts';
import { type Command, code, type Event } from '../protocol.ts';
import { Pipeline, type PipelineWorld } from './pipeline.ts';
import type { Recovered } from './recovery.ts';
import { changesLeft, Tallies } from './tallies.ts';

/** With more batches than this waiting, the journal is slow, and what only time decides can wait. */
const backlogMax = 4;

export class Decider {
  /** The items as they are decided, which may be ahead of the journal. */
  readonly items: Map<number, Item>;
  readonly #pipeline: Pipeline;
  readonly #tallies = new Tallies();
  #at: number;
  #dueAt = Number.POSITIVE_INFINITY;

  /**
   * Goes on from what the journal says, at `at` or later.
   * @param failed - called once, when an append has failed; what is not durable is then answered, and
   * the decider is of no more use.
   */
  constructor(
    private readonly world: PipelineWorld,
    { items, chain }: Recovered,
    at: number,
    failed: (error: Error) => void,
  ) {
    this.items = items;
    this.#at = at;
    this.#pipeline = new Pipeline(world, chain, items, failed);
    for (const item of items.values()) {
      this.#dueAt = Math.min(this.#dueAt, dueAt(item));
      for (const { promo } of item.terms) if (promo !== 0) world.board.promos.add(promo);
    }
  }

  /** The time of the latest decision. */
  get at(): number {
    return this.#at;
  }

  /** When `tick` will next have something to do; Infinity when nothing is due. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Whether everything that was decided is durable. */
  get idle(): boolean {
    return this.#pipeline.idle;
  }

  /** Steps 5 and 6: decides a command, and adds its event to the open batch. */
  submit(mailbox: number, request: number, command: Command, now: number): void {
    const at = this.#advance(now);
    const before = this.items.get(command.item);
    if (before !== undefined) this.#settleDue(before, at);
    const decision = decide(before, command, at);
    const { event } = decision;
    const after = event === null ? before : this.#record(event, at);
    if (decision.code === code.outOfStock) {
      const amount = command.type === 'place' ? command.amount : 1;
      this.#dueAt = Math.min(this.#dueAt, this.#tallies.add(command.item, amount, at));
    }
    this.#pipeline.release(mailbox, request, replyOf(after, decision));
  }

  /** Decides what time alone has made true: expired holds, ended promos, tallies to journal. */
  tick(now: number): void {
    const at = this.#advance(now);
    if (at < this.#dueAt || this.#pipeline.backlog > backlogMax) return;
    for (const item of this.#tallies.due(at)) this.#writeTally(item, at);
    this.#dueAt = this.#tallies.dueAt();
    for (const item of this.items.values()) {
      if (this.#pipeline.backlog <= backlogMax) this.#settleDue(item, at);
      this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    }
  }

  /** Step 6, its end: starts to append what has been decided. */
  commit(): void {
    this.#pipeline.commit();
  }

  /** Puts the last tallies into the journal. */
  finish(now: number): void {
    const at = this.#advance(now);
    for (const item of this.#tallies.due(Number.POSITIVE_INFINITY)) this.#writeTally(item, at);
    this.commit();
  }

  /** Goes on after another engine's barrier; call only while idle. @throws JournalCorrupt */
  pass(barrier: StoredEntry): void {
    this.#pipeline.pass(barrier);
  }

  /** From now on, outcomes of appends are ignored. */
  drop(): void {
    this.#pipeline.drop();
  }

  /** Time never goes backwards within a partition, whatever the clock does. */
  #advance(now: number): number {
    if (now > this.#at) this.#at = now;
    return this.#at;
  }

  #settleDue(item: Item, at: number): void {
    for (let event = due(item, at); event !== null; event = due(item, at)) this.#record(event, at);
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
    const item = applyTo(this.items, event, at);
    this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    return item;
  }
}
