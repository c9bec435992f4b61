/**
 * A partition: the items of one journal run, and the one writer they have. Commands are decided at
 * once, in memory, ahead of the journal; their events join the open batch, and their replies wait
 * until the journal has acknowledged every event decided before them (I2).
 *
 * Modes:
 * - `recovering`: the state is being rebuilt from the journal; commands are refused with 30002.
 * - `ready`: commands are decided; batches are appended while fewer than the journal's limit are in
 *   flight, each on the condition that the one before it is the last (I5).
 * - `unavailable`: the journal could not be read; recovery is tried again after a pause.
 * - `refusing`: the journal is damaged, or shorter than what was built on it; an operator decides.
 * - `stopped`: drained; nothing is decided any more.
 *
 * There is one answer to every failure of an append: drop the state, tell whoever waits that the
 * outcome is unknown (or that nothing was done, where that is certain), and recover.
 */
import { Batch, type Rows, WaitingReplies } from './batch.ts';
import type { Board, BoardRow } from './board.ts';
import type { Clock } from './clock.ts';
import { apply, decide, due, dueAt, type Item, replyOf, unitsLeft } from './item.ts';
import { Chain, type Entry, encodeEntry, entryHash } from './journal/codec.ts';
import { Fenced, type Journal, JournalCorrupt, JournalUnavailable } from './journal/journal.ts';
import { appendsInFlightMax, recoveryPauseMs, recoveryPauseMsMax } from './limits.ts';
import type { PartitionMode, Positions } from './positions.ts';
import { type Code, type Command, code, type Event, type Reply, refusal } from './protocol.ts';
import { changesLeft, Tallies } from './tallies.ts';

/** What a partition needs of the world; the simulation gives it another one. */
export interface PartitionWorld {
  journal: Journal;
  board: Board;
  positions: Positions;
  clock: Clock;
  sleep(ms: number): Promise<void>;
  /** Id of this run, written into every entry. */
  writer: string;
  /** Delivers a reply that may be told; `mailbox` and `request` are those given to `submit`. */
  reply(mailbox: number, request: number, reply: Reply): void;
  /** Tells that an entry is durable and the board shows it. */
  acknowledged(partition: number, items: Iterable<number>): void;
  log(level: 'info' | 'warning' | 'error', message: string, details: Record<string, unknown>): void;
}

/** A batch on its way to the journal. */
interface Append {
  sequence: number;
  at: number;
  rows: Rows;
  events: number;
  startedAt: number;
  durable: boolean;
}

/** With more batches than this waiting, the journal is slow, and what only time decides can wait. */
const batchesWaitingMax = 4;

/** Events that recovery applies before it lets other work of the thread go on. */
const recoveryStrideEvents = 20_000;

export class Partition {
  readonly items = new Map<number, Item>();

  #mode: PartitionMode = 'recovering';
  #chain: Chain;
  /** Full batches in order, and last the open one. */
  #batches: Batch[] = [];
  #inFlight: Append[] = [];
  #waiting = new WaitingReplies();
  /** Events since the last recovery: decided, sent to the journal, and known to be durable. */
  #decided = 0;
  #sent = 0;
  #durable = 0;
  #tallies = new Tallies();
  /** Rows of the board as they will be once everything in flight is durable. */
  #rows: Rows = new Map();
  #at = 0;
  #dueAt = Number.POSITIVE_INFINITY;
  /** Counts recoveries, so that what a dropped append says later is not heard. */
  #life = 0;

  constructor(
    readonly partition: number,
    private readonly world: PartitionWorld,
  ) {
    this.#chain = new Chain(partition);
  }

  get mode(): PartitionMode {
    return this.#mode;
  }

  /** Whether everything that was decided is durable. */
  get idle(): boolean {
    return this.#batches.length === 0 && this.#inFlight.length === 0;
  }

  /** When `tick` will next have something to do; Infinity when nothing is due. */
  get dueAt(): number {
    return this.#mode === 'ready' ? this.#dueAt : Number.POSITIVE_INFINITY;
  }

  /** Step 5: decides a command that came through a mailbox. Call `commit` when the turn is over. */
  submit(mailbox: number, request: number, command: Command, now: number): void {
    if (this.#mode !== 'ready') {
      this.world.reply(mailbox, request, refusal(code.journalUnavailable));
      return;
    }
    const at = this.#advance(now);
    const before = this.items.get(command.item);
    if (before !== undefined) this.#settleDue(before, at);
    const decision = decide(before, command, at);
    if (decision.event !== null) this.#record(decision.event, at);
    if (decision.code === code.outOfStock) {
      const amount = command.type === 'place' ? command.amount : 1;
      this.#dueAt = Math.min(this.#dueAt, this.#tallies.add(command.item, amount, at));
    }
    const reply = replyOf(this.items.get(command.item), decision);
    if (this.#decided === this.#durable) this.world.reply(mailbox, request, reply);
    else this.#waiting.add(this.#decided, mailbox, request, reply);
  }

  /** Decides what time alone has made true: expired holds, ended promos, tallies to write down. */
  tick(now: number): void {
    if (this.#mode !== 'ready') return;
    const at = this.#advance(now);
    if (at < this.#dueAt || this.#batches.length > batchesWaitingMax) return;
    for (const item of this.#tallies.due(at)) this.#writeTally(item, at);
    this.#dueAt = this.#tallies.dueAt();
    for (const item of this.items.values()) {
      if (this.#batches.length <= batchesWaitingMax) this.#settleDue(item, at);
      this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    }
  }

  /** Step 6: appends what has been decided, as far as the journal has room. */
  commit(): void {
    const room = Math.min(this.world.journal.appendsInFlight, appendsInFlightMax);
    while (this.#mode === 'ready' && this.#batches.length > 0 && this.#inFlight.length < room) {
      this.#append(this.#batches.shift()!);
    }
  }

  /** Rebuilds the state from the journal. Resolves after the first try; later ones go on behind it. */
  async recover(): Promise<void> {
    const life = this.#forget();
    if (!(await this.#tryRecovery(life))) void this.#retryRecovery(life);
  }

  /** Writes the last tallies down and starts their append; `idle` tells when all is durable. */
  finish(now: number): void {
    if (this.#mode !== 'ready') return;
    const at = this.#advance(now);
    for (const item of this.#tallies.due(Number.POSITIVE_INFINITY)) this.#writeTally(item, at);
    this.commit();
  }

  stop(): void {
    this.#life++;
    this.#enter('stopped');
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

  #record(event: Event, at: number): void {
    if (this.#tallies.size > 0 && changesLeft(event)) this.#writeTally(event.item, at);
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.full) {
      if (batch !== undefined) this.#seal(batch);
      batch = new Batch(at);
      this.#batches.push(batch);
    }
    batch.add(event, at);
    const item = this.#apply(event, at);
    this.#decided++;
    this.#dueAt = Math.min(this.#dueAt, dueAt(item));
  }

  #apply(event: Event, at: number): Item {
    const item = apply(this.items.get(event.item), event, at);
    if (event.type === 'opened') this.items.set(event.item, item);
    if (event.type === 'placed') this.world.board.markBuyer(event.item, event.user);
    return item;
  }

  /** Closes a batch: the board will show its items as they are now, and nothing joins it any more. */
  #seal(batch: Batch): Rows {
    batch.rows ??= new Map([...batch.touched].map((id) => [id, boardRow(this.items.get(id)!)]));
    return batch.rows;
  }

  #append(batch: Batch): void {
    const rows = this.#seal(batch);
    const sequence = this.#chain.sequence + 1;
    for (const [item, row] of rows) this.#number(item, row, sequence);
    const { partition } = this;
    const head = { partition, seq: sequence, prev: this.#chain.hash, at: batch.at };
    const bytes = encodeEntry({ ...head, writer: this.world.writer }, batch.events);
    this.#chain.advance(sequence, entryHash(bytes), batch.at);
    const events = batch.events.length;
    const startedAt = performance.now();
    const append = { sequence, at: batch.at, rows, events, startedAt, durable: false };
    this.#sent += events;
    this.#inFlight.push(append);
    const life = this.#life;
    this.world.journal.append(partition, sequence - 1, bytes).then(
      () => {
        if (life === this.#life) this.#acknowledge(append);
      },
      (error) => {
        if (life === this.#life) this.#fail(error);
      },
    );
  }

  /** Steps 7 and 8: an entry is durable. Acknowledgements count in order, whatever order they come in. */
  #acknowledge(append: Append): void {
    append.durable = true;
    const { positions, board } = this.world;
    positions.add(this.partition, 'appendMs', performance.now() - append.startedAt);
    while (this.#inFlight[0]?.durable) {
      const { sequence, rows, events } = this.#inFlight.shift()!;
      for (const [item, row] of rows) board.write(item, row);
      positions.set(this.partition, 'journalSeq', sequence);
      positions.add(this.partition, 'entries', 1);
      positions.add(this.partition, 'events', events);
      this.#durable += events;
      for (const { mailbox, request, reply } of this.#waiting.upTo(this.#durable)) {
        this.world.reply(mailbox, request, reply);
      }
      this.world.acknowledged(this.partition, rows.keys());
    }
    this.commit();
  }

  #fail(error: unknown): void {
    const { world, partition } = this;
    const nothingDone = error instanceof JournalUnavailable;
    const fenced = error instanceof Fenced;
    world.positions.add(partition, fenced ? 'fences' : 'appendErrors', 1);
    world.log(fenced ? 'warning' : 'error', fenced ? 'fenced' : 'append failed', {
      partition,
      expectedLast: this.#inFlight[0]!.sequence - 1,
      error: String(error),
    });
    const sent = nothingDone ? code.journalUnavailable : code.outcomeUnknown;
    this.#answerWaiting(this.#sent, sent);
    this.#answerWaiting(Number.POSITIVE_INFINITY, code.journalUnavailable);
    void this.recover();
  }

  #answerWaiting(upTo: number, answer: Code): void {
    for (const { mailbox, request } of this.#waiting.upTo(upTo)) {
      this.world.reply(mailbox, request, refusal(answer));
    }
  }

  /** Drops all state and starts a new life, whose number it returns. */
  #forget(): number {
    this.items.clear();
    this.#rows.clear();
    this.#tallies.clear();
    this.#batches = [];
    this.#inFlight = [];
    this.#waiting = new WaitingReplies();
    this.#decided = 0;
    this.#sent = 0;
    this.#durable = 0;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#chain = new Chain(this.partition);
    this.#enter('recovering');
    return ++this.#life;
  }

  async #retryRecovery(life: number): Promise<void> {
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      await this.world.sleep(pauseMs);
      if (life !== this.#life || (await this.#tryRecovery(life))) return;
    }
  }

  /** Returns false when another try may help. */
  async #tryRecovery(life: number): Promise<boolean> {
    try {
      await this.#readJournal(life);
      return true;
    } catch (error) {
      if (life !== this.#life) return true;
      const refusing = error instanceof JournalCorrupt;
      this.#enter(refusing ? 'refusing' : 'unavailable');
      const message = refusing ? 'refusing to serve' : 'cannot read the journal';
      this.world.log('error', message, { partition: this.partition, error: String(error) });
      return refusing;
    }
  }

  async #readJournal(life: number): Promise<void> {
    const { journal, positions, sleep, log } = this.world;
    const { partition } = this;
    const startedAt = performance.now();
    this.items.clear();
    const chain = new Chain(partition);
    let events = 0;
    let stride = 0;
    for await (const { sequence, bytes } of journal.read(partition, 1)) {
      const entry = chain.next(sequence, bytes);
      this.#reapply(entry);
      events += entry.events.length;
      stride += entry.events.length;
      if (stride < recoveryStrideEvents) continue;
      stride = 0;
      await sleep(0);
      if (life !== this.#life) return;
    }
    if (life !== this.#life) return;
    const known = Math.max(
      positions.get(partition, 'sqlSeq'),
      positions.get(partition, 'journalSeq'),
    );
    if (chain.sequence < known) {
      const what = `the journal ends here, but entry ${known} had been acknowledged: it has lost data`;
      throw new JournalCorrupt(partition, chain.sequence, what);
    }
    this.#resume(chain);
    const ms = Math.round(performance.now() - startedAt);
    log('info', 'recovered', { partition, sequence: chain.sequence, events, ms });
  }

  /** Applies an entry that was read. An event that breaks an invariant means a damaged journal. */
  #reapply({ seq, at, events }: Entry): void {
    try {
      for (const event of events) this.#apply(event, this.#advance(event.at ?? at));
    } catch (cause) {
      throw new JournalCorrupt(this.partition, seq, String(cause));
    }
  }

  #resume(chain: Chain): void {
    const { board, positions } = this.world;
    this.#chain = chain;
    for (const [id, item] of this.items) {
      const row = boardRow(item);
      this.#number(id, row, chain.sequence);
      board.write(id, row);
      this.#dueAt = Math.min(this.#dueAt, dueAt(item));
    }
    positions.set(this.partition, 'journalSeq', chain.sequence);
    positions.add(this.partition, 'recoveries', 1);
    this.#enter('ready');
    this.world.acknowledged(this.partition, this.items.keys());
  }

  /** Gives a row its sequences and remembers it as the item's latest. */
  #number(item: number, row: BoardRow, sequence: number): void {
    const before = this.#rows.get(item);
    row.seq = sequence;
    row.leftSeq = before !== undefined && before.left === row.left ? before.leftSeq : sequence;
    this.#rows.set(item, row);
  }

  #enter(mode: PartitionMode): void {
    this.#mode = mode;
    this.world.positions.setMode(this.partition, mode);
  }
}

/** An item as the board shows it; the sequences are filled in by the writer. */
function boardRow(item: Item): BoardRow {
  const { loaded, held, sold, admitted, terms } = item;
  const last = terms.at(-1)!;
  const { promo, startAt, endAt } = last;
  const books = { loaded, held, sold, left: unitsLeft(item), admitted, seq: 0, leftSeq: 0 };
  return { ...books, promo, startAt, endAt, price: terms[0]!.price, promoPrice: last.price };
}
