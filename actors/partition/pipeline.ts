/**
 * The path of a partition's events to its journal, steps 6 to 8 of an order: they join the open batch,
 * a batch becomes an entry and an append, appends are acknowledged in order, and only then are replies
 * sent (I2).
 *
 * A pipeline lives from one recovery to the next failure. It is then dropped as a whole, and later
 * outcomes of its appends are ignored.
 */

import type { Clock } from '../clock.ts';
import type { Event } from '../events.ts';
import type { Item } from '../item/item.ts';
import { type Chain, entryHash } from '../journal/codec.ts';
import { EventBuffer } from '../journal/event-buffer.ts';
import {
  Fenced,
  isJournalFault,
  type Journal,
  JournalUnavailable,
  type StoredEntry,
} from '../journal/journal.ts';
import { appendsInFlightMax } from '../limits.ts';
import { type Code, code, type Reply, refusal } from '../protocol.ts';
import { Batch } from './batch.ts';
import { type Rows, rowsOf, ShownRows, type ShownRowsWorld } from './board-rows.ts';
import { WaitingReplies } from './waiting-replies.ts';

export interface PipelineWorld extends ShownRowsWorld {
  journal: Journal;
  /** The engine's steady clock. */
  steadyClock: Clock;
  /** Id of this run, written into every entry. */
  writer: string;
  /** Delivers a reply that may be sent; `mailbox` and `request` are those given with its command. */
  readonly reply: (mailbox: number, request: number, reply: Reply) => void;
}

/** An entry that the journal has acknowledged to its writer. */
export interface AcknowledgedEntry {
  readonly sequence: number;
  readonly hash: string;
}

/** A batch on its way to the journal. */
interface Append extends AcknowledgedEntry {
  /** The time of the entry. */
  at: number;
  rows: Rows;
  events: number;
  proofs: number;
  /** Has the entry. */
  buffer: EventBuffer;
  startedAt: number;
  durable: boolean;
}

/** Buffers of acknowledged entries that are kept: new ones would have to grow, and be freed again. */
const spareBuffers = 2;

export class Pipeline {
  /** Full batches in order, and last the open one. */
  readonly #batches: Batch[] = [];
  readonly #inFlight: Append[] = [];
  readonly #waiting = new WaitingReplies();
  readonly #spare: EventBuffer[] = [];
  /** Events and proofs so far: decided, sent to the journal, and known to be durable. */
  #decided = 0;
  #sent = 0;
  #durable = 0;
  readonly #shown: ShownRows;
  #dropped = false;
  #acknowledged: AcknowledgedEntry | null = null;

  /** `chain` stands at the journal's last entry, and `items` is the state up to there. */
  constructor(
    private readonly world: PipelineWorld,
    private readonly chain: Chain,
    private readonly items: ReadonlyMap<number, Item>,
    private readonly failed: (error: Error) => void,
  ) {
    this.#shown = new ShownRows(chain.partition, world);
    this.#shown.begin(items, chain.sequence, chain.at);
  }

  /** The last entry that was acknowledged to this pipeline; null before the first. */
  get acknowledged(): AcknowledgedEntry | null {
    return this.#acknowledged;
  }

  /** Batches that wait for the journal. */
  get backlog(): number {
    return this.#batches.length;
  }

  /** Admissions in the batch that the next event joins. */
  get admissions(): number {
    const batch = this.#batches.at(-1);
    return batch === undefined || batch.full ? 0 : batch.admissions;
  }

  /** Events decided, and proofs of replies, since the start; and how many of them are durable. */
  get decided(): number {
    return this.#decided;
  }

  get durable(): number {
    return this.#durable;
  }

  /** Whether everything that was decided is durable. */
  get idle(): boolean {
    return this.#batches.length === 0 && this.#inFlight.length === 0;
  }

  /** Step 6: takes a decided event into the open batch; call before it is applied, since it may close the batch before it. */
  add(event: Event, at: number): void {
    this.#openBatch(at).add(event, at);
    this.#decided++;
  }

  /**
   * Sends a reply once every event decided before it is durable; at once when all are and no other engine
   * can have written. Where one can, an entry must prove that none has: false asks for `prove`.
   */
  release(mailbox: number, request: number, reply: Reply): boolean {
    const { world } = this;
    if (this.#decided > this.#durable) this.#waiting.add(this.#decided, mailbox, request, reply);
    else if (world.positions.isLeased(world.steadyClock)) world.reply(mailbox, request, reply);
    else return false;
    return true;
  }

  /** Sends a reply once an entry of the time `at`, with or without events, is durable. */
  prove(mailbox: number, request: number, reply: Reply, at: number): void {
    this.#openBatch(at).proofs = 1;
    this.#decided++;
    this.#waiting.add(this.#decided, mailbox, request, reply);
  }

  #openBatch(at: number): Batch {
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.full) {
      if (batch !== undefined) this.#seal(batch);
      batch = new Batch(at, this.#spare.pop() ?? new EventBuffer());
      this.#batches.push(batch);
    }
    return batch;
  }

  /** Step 6, its end: appends batches, as far as the journal takes more. */
  commit(): void {
    const room = Math.min(this.world.journal.appendsInFlight, appendsInFlightMax);
    while (!this.#dropped && this.#batches.length > 0 && this.#inFlight.length < room) {
      this.#append(this.#batches.shift()!);
    }
  }

  /**
   * Goes on after an entry that another engine wrote and that changes nothing, a barrier; call only while
   * idle. @throws JournalCorrupt when it does not follow.
   */
  pass({ sequence, bytes }: StoredEntry): void {
    this.chain.next(sequence, bytes);
    this.#shown.show(new Map(), sequence, this.chain.at);
  }

  /** From now on, outcomes of appends are ignored. */
  drop(): void {
    this.#dropped = true;
  }

  /** Closes a batch: the board will show its items as they are now. */
  #seal(batch: Batch): Rows {
    batch.rows ??= rowsOf(this.items, batch.touched);
    return batch.rows;
  }

  #append(batch: Batch): void {
    const { chain, world } = this;
    const { partition } = chain;
    const rows = this.#seal(batch);
    world.board.markBuyers(batch.buyers);
    const expectedLast = chain.sequence;
    const sequence = expectedLast + 1;
    this.#shown.number(rows, sequence);
    const head = { partition, seq: sequence, prev: chain.hash, writer: world.writer, at: batch.at };
    const { at, proofs, events: buffer } = batch;
    const bytes = buffer.entry(head);
    const hash = entryHash(bytes);
    chain.advance(sequence, hash, at);
    const events = buffer.count;
    const startedAt = performance.now();
    const append = { sequence, hash, at, rows, events, proofs, buffer, startedAt, durable: false };
    this.#sent += events + proofs;
    this.#inFlight.push(append);
    world.journal.append(partition, expectedLast, bytes).then(
      () => this.#acknowledge(append),
      (error) => this.#fail(append, error),
    );
  }

  /** Step 8: an entry is durable. Acknowledgements count in order, whatever order they arrive in. */
  #acknowledge(append: Append): void {
    if (this.#dropped) return;
    append.durable = true;
    const { positions } = this.world;
    const { partition } = this.chain;
    positions.add(partition, 'appendMs', performance.now() - append.startedAt);
    while (this.#inFlight[0]?.durable) {
      const { sequence, hash, at, rows, events, proofs, buffer } = this.#inFlight.shift()!;
      this.#keep(buffer);
      this.#acknowledged = { sequence, hash };
      positions.add(partition, 'entries', 1);
      positions.add(partition, 'events', events);
      positions.add(partition, 'journalEvents', events);
      this.#durable += events + proofs;
      this.#shown.show(rows, sequence, at);
      this.#waiting.release(this.#durable, this.world.reply);
    }
    this.commit();
  }

  /** The journal has the entry of a buffer, and needs its bytes no more. */
  #keep(buffer: EventBuffer): void {
    if (this.#spare.length === spareBuffers) return;
    buffer.clear();
    this.#spare.push(buffer);
  }

  /** Drops everything that is not durable, and answers the commands that wait for it. */
  #fail(append: Append, error: unknown): void {
    if (!isJournalFault(error)) throw error;
    if (this.#dropped) return;
    this.#dropped = true;
    // Entries before the refused one may be stored, though their acknowledgement is still under way.
    const nothingStored = error instanceof JournalUnavailable && append === this.#inFlight[0];
    const cell = error instanceof Fenced ? 'fences' : 'appendErrors';
    this.world.positions.add(this.chain.partition, cell, 1);
    this.#answer(this.#sent, nothingStored ? code.journalUnavailable : code.outcomeUnknown);
    this.#answer(this.#decided, code.journalUnavailable);
    this.failed(error);
  }

  #answer(upTo: number, answer: Code): void {
    this.#waiting.release(upTo, (mailbox, request) => {
      this.world.reply(mailbox, request, refusal(answer));
    });
  }
}
