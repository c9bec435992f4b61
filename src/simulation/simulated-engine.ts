/**
 * One engine process of the simulation: the real loop and the real partitions of one actor thread, with the
 * shared memory around them. Its thread may crash and be restarted over the same memory, as main does; a crash of the
 * whole process loses the memory too.
 */

import { canonical, type Item } from '../../actors/item/item.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { JournalWatch } from '../../actors/journal-watch.ts';
import { onTimeMs } from '../../actors/limits.ts';
import { Loop, type LoopBell } from '../../actors/loop.ts';
import type { Board } from '../../actors/memory/board.ts';
import { boardRefusal } from '../../actors/memory/board-answers.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { Partition, type PartitionWorld } from '../../actors/partition/partition.ts';
import {
  code,
  type Place,
  partitionOf,
  type Reply,
  refusal,
  type Sequence,
} from '../../actors/protocol.ts';
import type { Projection } from '../db/sql.ts';
import type { Answers, Delivery } from './answers.ts';
import { type Auditor, upTo } from './auditor.ts';
import { dueBefore } from './due-before.ts';
import { SimulatedJournal, type SimulatedStore } from './faulty-journal.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { SimulatedBell } from './simulated-bell.ts';

/** What every engine of a run shares. */
export interface Surroundings {
  partitions: number;
  random: Random;
  scheduler: Scheduler;
  store: SimulatedStore;
  audit: Auditor;
  answers: Answers;
  plants: Plants;
  /** A reply has left the engine. */
  heard(delivery: Delivery, reply: Reply): void;
  trace(what: string): void;
  /** Records a violation, which ends the run. */
  fail(what: unknown): void;
  /** Whether no violation has been recorded. */
  healthy(): boolean;
}

/** Bugs planted on purpose, to show that the simulation finds them. */
export interface Plants {
  partition?(partition: number, world: PartitionWorld, audit: Auditor): Partition;
  journal?(journal: Journal): Journal;
  projection?(projection: Projection): Projection;
  boardRefusal?: typeof boardRefusal;
  /** The doorbell as an actor thread's loop knows it. */
  bell?(bell: LoopBell): LoopBell;
}

/** What outlives a thread, but not its process. */
export interface EngineMemory {
  name: string;
  /** Id of the process, which all lives of its thread write into their entries. */
  writer: string;
  /** How often its thread has been started. */
  lives: number;
  board: Board;
  positions: Positions;
  /** Commands that no thread has taken yet. */
  mail: Delivery[];
  /** How far the clock is from the simulation's time, and when it was last set. */
  clockOffsetMs: number;
  clockSetAt: number;
  /**
   * By partition: how often another engine was found to have written, and the recoveries until then.
   */
  fences: number[];
  recoveriesBefore: number[];
}

export function engineMemory(name: string, writer: string, board: Board): EngineMemory {
  const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  return {
    ...{ name, writer, board, positions },
    ...{ lives: 0, mail: [], clockOffsetMs: 0, clockSetAt: 0, fences: [], recoveriesBefore: [] },
  };
}

export class SimulatedEngine {
  readonly partitions: Partition[];
  readonly #bell: SimulatedBell;
  readonly #loop: Loop;
  readonly #watch: JournalWatch;
  /** By partition: since when it has been ready. */
  readonly #readyAt: number[] = [];
  /** Whether the loop has ended, after a drain. */
  #left = false;
  /** Commands taken and not answered yet, by request. */
  readonly #taken = new Map<number, Delivery>();
  #crashed = false;
  /** By partition: the sequence at which live state and replay were compared last. */
  readonly #comparedAt: number[] = [];

  constructor(
    readonly memory: EngineMemory,
    private readonly around: Surroundings,
  ) {
    const { store, plants, scheduler, audit } = around;
    const journal = new SimulatedJournal(store, this);
    const world: PartitionWorld = {
      journal: plants.journal?.(journal) ?? journal,
      board: memory.board,
      positions: memory.positions,
      sleep: (ms) => scheduler.pause(this, 'sleep', ms),
      writer: memory.writer,
      reply: (_mailbox, request, reply) => this.#reply(request, reply),
      acknowledged: (partition, items) => this.#acknowledged(partition, items),
      changed: () => this.#loop.changed(),
      log: (level, message, { partition, error }) =>
        around.trace(`${memory.name} ${level}: ${message} ${partition} ${error ?? ''}`),
    };
    this.partitions = Array.from(
      { length: around.partitions },
      (_, p) => plants.partition?.(p, world, audit) ?? new Partition(p, world),
    );
    this.#bell = new SimulatedBell(scheduler, this);
    this.#loop = new Loop({
      clock: () => this.#now(),
      bell: plants.bell?.(this.#bell) ?? this.#bell,
      partitions: this.partitions,
      drainMailboxes: (now) => this.#drainMailboxes(now),
      flush: () => true,
      breathe: () =>
        new Promise((resolve) => scheduler.timer(this, 'the thread goes on', 0, resolve)),
    });
    this.#watch = new JournalWatch({
      probe: () => journal.probe(),
      positions: memory.positions,
      partitions: this.partitions,
      log: world.log,
    });
    const cause = memory.lives++ === 0 ? 'start' : 'restart';
    for (const partition of this.partitions) void partition.recover(cause);
    this.#loop.run().then(
      () => {
        this.#left = true;
      },
      // It would end a real thread.
      (violation) => around.fail(violation),
    );
  }

  /** Puts a command into the thread's mailbox. */
  deliver(delivery: Delivery): void {
    this.memory.mail.push(delivery);
    this.#bell.ring();
  }

  /** What the actor thread does every `probeMs`. */
  probe(): void {
    void this.#watch.look();
  }

  /** Asks the thread to leave. */
  drain(): void {
    this.#loop.drain();
  }

  /** Whether the thread has left after a drain. */
  get left(): boolean {
    return this.#left;
  }

  /** Step 2 of an order: whether the board of this process refuses it, so that it reaches no actor. */
  refuses(command: Place): boolean {
    const { memory, around } = this;
    const { item, promo, amount, user, expiresAt } = command;
    const { board, positions } = memory;
    const { partitions, answers, plants } = around;
    const tally = {
      add: (item: number, amount: number, seen: number) => {
        this.deliver(answers.send({ type: 'tally', item, seen, count: 1, amount }));
      },
    };
    const decide = plants.boardRefusal ?? boardRefusal;
    const parts = { board, positions, partitions, tally };
    const claims = { itemId: item, userId: user, promoId: promo, expiresAt };
    const refused = decide(parts, claims, amount, this.#now());
    if (refused === code.ok) return false;
    around.trace(`board of ${memory.name} refuses ${JSON.stringify(command)} ${refused}`);
    const delivery = answers.send(command);
    delivery.knownSeq = this.#answersFor(partitionOf(item, partitions));
    this.#tell(delivery, refusal(refused));
    return true;
  }

  /** Nothing of this thread ever runs again; the commands it had taken are never answered. */
  crash(): void {
    this.#crashed = true;
    this.around.scheduler.cancel(this);
    for (const delivery of this.#taken.values()) delivery.orphaned = true;
  }

  /** Whether all is durable, decided and answered. */
  get idle(): boolean {
    return (
      this.memory.mail.length === 0 &&
      this.partitions.every((partition) => partition.mode === 'ready' && partition.idle)
    );
  }

  /**
   * The state must be what the journal says (I6), wherever the two should now be the same, and what time
   * alone makes true must have been decided (I11).
   */
  check(): void {
    const { store, audit } = this.around;
    for (const { partition, mode, idle, items } of this.partitions) {
      this.#noteFence(partition);
      if (mode === 'ready') this.#checkTime(partition, items);
      else delete this.#readyAt[partition];
      if (mode === 'refusing') throw new Error(`partition ${partition} refuses to serve`);
      const seq = this.memory.positions.get(partition, 'journalSeq');
      if (mode !== 'ready' || !idle || seq !== store.last(partition)) continue;
      if (this.#comparedAt[partition] === seq) continue;
      this.#comparedAt[partition] = seq;
      const replayed = [...audit.itemsOf(partition)];
      if (replayed.length !== items.size) throw new Error('I6: items are missing');
      for (const { id } of replayed) {
        const live = canonical(items.get(id)!);
        if (live !== audit.canonical(id)) {
          throw new Error(`I6: live ${live}, replayed ${audit.canonical(id)}`);
        }
      }
    }
  }

  /** Nothing may be overdue (I11) where the thread has had the time for it since it could decide. */
  #checkTime(partition: number, items: ReadonlyMap<number, Item>): void {
    const { scheduler } = this.around;
    const { clockSetAt } = this.memory;
    this.#readyAt[partition] ??= scheduler.now;
    const since = Math.max(this.#readyAt[partition], scheduler.awakeSince, clockSetAt);
    if (scheduler.now <= since + onTimeMs) return;
    for (const item of items.values()) {
      const overdue = dueBefore(item, this.#now() - onTimeMs);
      if (overdue !== null) throw new Error(`I11: item ${item.id}: ${overdue}, and is not decided`);
    }
  }

  #noteFence(partition: number): void {
    const { fences, recoveriesBefore, positions } = this.memory;
    const count = positions.get(partition, 'fences');
    if (count > (fences[partition] ?? 0)) {
      recoveriesBefore[partition] = positions.get(partition, 'recoveries');
    }
    fences[partition] = count;
  }

  /**
   * The least entry that an answer from the board must rest on: the last one acknowledged here, or the
   * last of all once it is known here that another engine writes, until that has been read.
   */
  #answersFor(partition: number): Sequence {
    const { positions, recoveriesBefore } = this.memory;
    const behind = recoveriesBefore[partition] === positions.get(partition, 'recoveries');
    return behind ? this.around.store.last(partition) : positions.get(partition, 'journalSeq');
  }

  #now(): number {
    return this.around.scheduler.now + this.memory.clockOffsetMs;
  }

  /** Takes a few commands, in any order. */
  #drainMailboxes(now: number): boolean {
    const { mail } = this.memory;
    const { random } = this.around;
    const commandsMax = random.between(1, 6);
    for (let taken = 0; taken < commandsMax && mail.length > 0; taken++) {
      const [delivery] = mail.splice(random.below(mail.length), 1);
      this.#submit(delivery!, now);
    }
    return mail.length === 0;
  }

  #submit(delivery: Delivery, now: number): void {
    const { memory, around } = this;
    const { request, command } = delivery;
    const partition = partitionOf(command.item, around.partitions);
    delivery.knownSeq = memory.positions.get(partition, 'journalSeq');
    this.#taken.set(request, delivery);
    around.trace(`${memory.name} takes ${request} ${JSON.stringify(command)}`);
    this.partitions[partition]!.submit(0, request, command, now);
  }

  #reply(request: number, reply: Reply): void {
    if (this.#crashed) return;
    const { around, memory } = this;
    const delivery = around.answers.deliveries[request]!;
    this.#taken.delete(request);
    around.trace(`${memory.name} answers ${request} ${reply.code} ${reply.order?.n ?? ''}`);
    this.#tell(delivery, reply);
  }

  #tell(delivery: Delivery, reply: Reply): void {
    const { around } = this;
    try {
      around.answers.told(delivery, reply);
    } catch (violation) {
      around.fail(violation);
    }
    around.heard(delivery, reply);
  }

  /** The board must show what the journal says at the sequence it names, and nothing newer. */
  #acknowledged(partition: number, items: Iterable<number>): void {
    if (this.#crashed) return;
    this.#loop.acknowledged();
    const { around, memory } = this;
    const known = memory.positions.get(partition, 'journalSeq');
    for (const id of items) {
      const row = memory.board.read(id);
      const history = around.audit.histories.get(id);
      const books = row === null ? undefined : upTo(history?.books ?? [], row.seq);
      const same =
        row !== null &&
        books !== undefined &&
        row.seq <= known &&
        row.loaded === books.loaded &&
        row.held === books.held &&
        row.sold === books.sold &&
        row.left === books.left &&
        row.admitted === books.admitted &&
        upTo(history!.left, row.leftSeq) === row.left;
      if (!same) {
        around.fail(`I2: the board shows ${JSON.stringify(row)}, not ${JSON.stringify(books)}`);
      }
    }
  }
}
