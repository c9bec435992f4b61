/**
 * Which event is tried next, and what becomes of it: the core of the sender, without clock, network and SQL.
 *
 * An event is
 * - **behind**, while an earlier event of its order is not settled;
 * - **fresh**, when it is the first of its order and was never tried;
 * - **failing**, when its tries have failed; it waits for its next one, and what is behind it waits with it;
 * - **settled** in the end: delivered, or given up.
 *
 * A failing event is noted in SQL with all that is behind it, so that the checkpoint may pass them; what is not
 * noted holds the checkpoint. All that is held here is bounded: `room` says how many events may still be read.
 */
import type { Checkpoint } from '../db/projection.ts';
import type { WebhookRow } from '../db/webhooks.ts';
import type { Answer } from './answer.ts';
import { Delivery, type Message } from './delivery.ts';
import { nextTry, ReceiverHealth } from './health.ts';
import { Lanes } from './lanes.ts';
import { Notes, rowsByPartition } from './notes.ts';
import { Progress } from './progress.ts';
import { Queue } from './queue.ts';
import type { WebhookTerms } from './terms.ts';

/** What there is to write of a partition. */
export interface PartitionNotes {
  checkpoint: Checkpoint;
  rows: WebhookRow[];
}

export class Schedule {
  readonly health: ReceiverHealth;
  readonly #lanes = new Lanes();
  readonly #notes: Notes;
  readonly #progress = new Map<number, Progress>();
  /** By partition: ids of events that were taken with their rows, from entries that are yet to be read. */
  readonly #ahead = new Map<number, Set<string>>();
  /** All events that are not settled. */
  readonly #held = new Set<Delivery>();
  /** How many of them are noted. */
  #noted = 0;
  readonly #tests = new Queue<Delivery>();
  readonly #fresh = new Queue<Delivery>();
  readonly #due = new Queue<Delivery>();
  /** Failing events, the first of their orders, whose time has not come. */
  readonly #failing = new Set<Delivery>();
  /** None of those is due before. */
  #nextDueAt = Number.POSITIVE_INFINITY;
  #triedFresh = false;
  #inFlight = 0;

  constructor(
    private readonly terms: WebhookTerms,
    /** From 0 to below 1. */
    private readonly random: () => number,
  ) {
    this.health = new ReceiverHealth(terms, random);
    this.#notes = new Notes(terms.recentPerRecord);
  }

  /** Goes on with a partition from its checkpoint, with the rows that wait, in the order of the journal. */
  take(partition: number, stands: Checkpoint, waiting: readonly WebhookRow[]): void {
    this.drop(partition);
    this.#progress.set(partition, new Progress(stands));
    const ahead = waiting.filter(({ seq }) => seq > stands.seq);
    this.#ahead.set(partition, new Set(ahead.map(({ id }) => id)));
    for (const row of waiting) this.#hold(Delivery.ofRow(row));
  }

  holds(partition: number): boolean {
    return this.#progress.has(partition);
  }

  /** Forgets a partition, which is another sender's now: what is under way may end, and is not heard. */
  drop(partition: number): void {
    this.#progress.delete(partition);
    this.#ahead.delete(partition);
    this.#lanes.drop(partition);
    this.#notes.drop(partition);
    for (const delivery of this.#held) {
      if (delivery.message.partition === partition) this.#release(delivery);
    }
  }

  /** How many more events may be read. */
  get room(): number {
    if (this.#noted >= this.terms.waitingMax) return 0;
    return Math.max(0, this.terms.windowMax - (this.#held.size - this.#noted));
  }

  /** Events that are noted and wait; events that were read and are not noted; tries under way. */
  get sizes(): { waiting: number; open: number; inFlight: number } {
    const open = this.#held.size - this.#noted;
    return { waiting: this.#noted, open, inFlight: this.#inFlight };
  }

  /** When the oldest event that waits, or is being sent, happened; null where none does. */
  get oldestAt(): number | null {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { message } of this.#held) oldest = Math.min(oldest, message.at);
    return Number.isFinite(oldest) ? oldest : null;
  }

  /** Takes the next entry of a partition with the events in it to tell of, in order. */
  read(partition: number, checkpoint: Checkpoint, messages: readonly Message[]): void {
    const ahead = this.#ahead.get(partition)!;
    const unknown = ahead.size === 0 ? messages : messages.filter(({ id }) => !ahead.delete(id));
    const entry = this.#progress.get(partition)!.read(checkpoint, unknown.length);
    for (const message of unknown) this.#hold(new Delivery(message, entry));
  }

  /** Sends an event once more that has a row and needs no more tries. It waits for no other, and none for it. */
  again(row: WebhookRow): void {
    if (!this.holds(row.partition) || this.#find(row.id) !== undefined) return;
    const delivery = Delivery.ofRow({ ...row, lane: null, firstTriedAt: null, nextTryAt: 0 });
    this.#notes.note(delivery);
    this.#hold(delivery, this.#due);
  }

  /** Sends a test, once, whatever is known of the receiver. */
  test(message: Message): void {
    if (this.holds(message.partition))
      this.#hold(new Delivery(message, null, { once: true }), this.#tests);
  }

  /** Makes a failing event due; false where none has that id. What is behind another stays there. */
  hurry(id: string): boolean {
    const delivery = this.#find(id);
    if (delivery !== undefined && this.#failing.delete(delivery)) this.#due.push(delivery);
    return delivery !== undefined;
  }

  /** Makes all failing events due. */
  hurryAll(): void {
    for (const delivery of this.#failing) this.#due.push(delivery);
    this.#failing.clear();
  }

  /** The next event to try now, which is under way from here on; null where there is none. */
  next(now: number): Delivery | null {
    const test = this.#take(this.#tests);
    if (test !== null) return this.#start(test);
    if (this.#inFlight >= this.health.triesMax(now)) return null;
    this.#collectDue(now);
    // In turn, so that neither keeps the other waiting.
    const queues = this.#triedFresh ? [this.#due, this.#fresh] : [this.#fresh, this.#due];
    for (const queue of queues) {
      const delivery = this.#take(queue);
      if (delivery === null) continue;
      this.#triedFresh = queue === this.#fresh;
      return this.#start(delivery);
    }
    return null;
  }

  /** A try has ended. */
  answered(delivery: Delivery, answer: Answer, now: number): void {
    this.#inFlight--;
    delivery.isInFlight = false;
    if (!this.#held.has(delivery)) return;
    delivery.tries++;
    delivery.firstTriedAt ??= now;
    delivery.triedAt = now;
    delivery.answer = answer;
    if (answer.outcome === 'delivered') {
      if (this.health.succeeded()) this.#hurryUnwell();
      this.#settle(delivery, 'delivered');
    } else if (delivery.isOnce) this.#settle(delivery, 'givenUp');
    else this.#failed(delivery, answer, now);
  }

  /** What there is to write, of every partition; `written` or `unwritten` must follow. */
  begin(): Map<number, PartitionNotes> {
    const noted = this.#notes.begin();
    for (const delivery of noted) this.#passes(delivery);
    const rows = rowsByPartition(noted, (delivery) => this.#lanes.isFirst(delivery));
    return new Map(
      Array.from(this.#progress, ([partition, progress]) => [
        partition,
        { checkpoint: progress.checkpoint(), rows: rows.get(partition) ?? [] },
      ]),
    );
  }

  written(): void {
    this.#notes.written();
  }

  unwritten(): void {
    this.#notes.unwritten();
  }

  #hold(delivery: Delivery, queue?: Queue<Delivery>): void {
    this.#held.add(delivery);
    if (delivery.isNoted) this.#noted++;
    const isFirst = this.#lanes.add(delivery);
    if (queue !== undefined) queue.push(delivery);
    else if (isFirst) this.#enqueue(delivery);
    else if (!delivery.isNoted && this.#lanes.firstOf(delivery).hasFailed) this.#note(delivery);
  }

  /** An event is the first of its order now. */
  #enqueue(delivery: Delivery): void {
    if (delivery.tries === 0) {
      this.#fresh.push(delivery);
      return;
    }
    this.#failing.add(delivery);
    this.#nextDueAt = Math.min(this.#nextDueAt, delivery.nextTryAt);
  }

  #take(queue: Queue<Delivery>): Delivery | null {
    for (;;) {
      const delivery = queue.shift();
      // What was dropped meanwhile is passed over.
      if (delivery === undefined || this.#held.has(delivery)) return delivery ?? null;
    }
  }

  #start(delivery: Delivery): Delivery {
    delivery.isInFlight = true;
    this.#inFlight++;
    return delivery;
  }

  #collectDue(now: number): void {
    if (now < this.#nextDueAt) return;
    this.#nextDueAt = Number.POSITIVE_INFINITY;
    for (const delivery of this.#failing) {
      if (delivery.nextTryAt > now) this.#nextDueAt = Math.min(this.#nextDueAt, delivery.nextTryAt);
      else if (this.#failing.delete(delivery)) this.#due.push(delivery);
    }
  }

  #failed(delivery: Delivery, answer: Answer, now: number): void {
    this.health.failed(delivery.message.id, answer, now);
    const { tries, firstTriedAt } = delivery;
    const tried = { tries, firstTriedAt: firstTriedAt ?? now };
    // Who says "go on" after a 410 wants it tried at once.
    const nextAt =
      answer.outcome === 'gone' ? now : nextTry(tried, answer, now, this.terms, this.random);
    if (nextAt === null) {
      this.#settle(delivery, 'givenUp');
      return;
    }
    delivery.nextTryAt = nextAt;
    delivery.wasUnwell = answer.outcome !== 'refused';
    this.#enqueue(delivery);
    this.#note(delivery);
    if (tries === 1) for (const behind of this.#lanes.behind(delivery)) this.#note(behind);
  }

  /** What failed because the receiver was not well is due when it is. */
  #hurryUnwell(): void {
    for (const delivery of this.#failing) {
      if (delivery.wasUnwell && this.#failing.delete(delivery)) this.#due.push(delivery);
    }
  }

  #settle(delivery: Delivery, state: 'delivered' | 'givenUp'): void {
    delivery.state = state;
    if (delivery.isNoted || state === 'givenUp' || delivery.isOnce) this.#note(delivery);
    else this.#notes.recent(delivery);
    this.#release(delivery);
    if (delivery.entry !== null) delivery.entry.open--;
    delivery.entry = null;
    const next = this.#lanes.settled(delivery);
    if (next === null) return;
    this.#enqueue(next);
    // Its row says that it is tried next.
    if (next.isNoted) this.#note(next);
  }

  #note(delivery: Delivery): void {
    if (!delivery.isNoted && this.#held.has(delivery)) this.#noted++;
    delivery.isNoted = true;
    this.#notes.note(delivery);
  }

  /** The event is in the record that is about to be written: the checkpoint may pass it in the same record. */
  #passes(delivery: Delivery): void {
    if (delivery.entry !== null) delivery.entry.open--;
    delivery.entry = null;
  }

  #release(delivery: Delivery): void {
    if (!this.#held.delete(delivery)) return;
    if (delivery.isNoted) this.#noted--;
    this.#failing.delete(delivery);
  }

  #find(id: string): Delivery | undefined {
    for (const delivery of this.#held) if (delivery.message.id === id) return delivery;
    return undefined;
  }
}
