/**
 * One run of the simulation: a world drawn from a seed, in which one thing happens at a time. Each step
 * picks what happens next, lets all code that it woke come to rest, and checks.
 */
import { setImmediate } from 'node:timers/promises';
import { chainStart, encodeEntry } from '../../actors/journal/codec.ts';
import { Fenced, JournalUnavailable, OutcomeUnknown } from '../../actors/journal/journal.ts';
import { newestTimes } from '../../actors/journal/newest-time.ts';
import type { Board } from '../../actors/memory/board.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import { setTimesBack } from '../journal-time.ts';
import { Answers, type Delivery } from './answers.ts';
import { Auditor } from './auditor.ts';
import { EngineMemory } from './engine-memory.ts';
import {
  faultless,
  type JournalFaults,
  SimulatedJournal,
  SimulatedStore,
} from './faulty-journal.ts';
import { Projection } from './projection.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { settle } from './settle.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { guard, type Plants, type Surroundings } from './surroundings.ts';
import { Traffic } from './traffic.ts';
import type { Workspace } from './workspace.ts';

const startAt = Date.UTC(2026, 10, 22, 20);
const hourMs = 3_600_000;
/** Longer times are not lived through, wake by wake, but leapt over. */
const passedMsMax = 3_000;
type Happening = keyof World['weights'];

export class World {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #store: SimulatedStore;
  readonly #audit: Auditor;
  readonly #answers: Answers;
  readonly #traffic: Traffic;
  readonly #around: Surroundings;
  readonly #projection: Projection;
  readonly #boards: Board[];
  #engines: SimulatedEngine[] = [];
  #processes = 0;
  /** How often each thing happens; every seed has a character of its own. */
  readonly weights;
  violation: string | null = null;
  steps = 0;

  constructor(
    seed: number,
    workspace: Workspace,
    items: readonly number[],
    plants: Plants,
    private readonly traceLine: ((line: string) => void) | null,
  ) {
    const random = new Random(seed);
    const scheduler = new Scheduler(random, startAt);
    const partitions = random.between(1, 2);
    this.#random = random;
    this.#scheduler = scheduler;
    this.#audit = new Auditor(partitions);
    this.#answers = new Answers(this.#audit);
    this.#store = new SimulatedStore(
      partitions,
      random.pick([1, 2, 8]),
      random,
      scheduler,
      drawFaults(random),
      (partition, sequence, bytes) => this.#stored(partition, sequence, bytes),
    );
    this.#traffic = new Traffic(random, scheduler, items);
    this.#boards = [...workspace.boards];
    this.#around = {
      ...{ partitions, random, scheduler, store: this.#store, audit: this.#audit, plants },
      answers: this.#answers,
      heard: (delivery, reply) => this.#heard(delivery, reply),
      trace: (what) => this.#trace(what),
      fail: (what) => this.fail(what),
      healthy: () => this.violation === null,
    };
    this.#projection = new Projection(workspace, this.#around);
    const often = (probability: number, weight: number) =>
      random.chance(probability) ? weight : 0;
    this.weights = {
      order: random.pick([2, 4, 8]),
      late: often(0.5, 0.5),
      turn: random.pick([2, 6]),
      task: random.pick([4, 8]),
      time: random.pick([1, 3]),
      threadCrash: often(0.5, 0.15),
      processCrash: often(0.4, 0.08),
      rival: often(0.5, 0.3),
      clockJump: often(0.3, 0.1),
      // By the seed itself: rare enough not to crowd out what else two engines do to each other.
      timeSetBack: seed % 4 === 0 ? 0.15 : 0,
      probe: 0.5,
      project: 0.6,
      projectorCrash: often(0.5, 0.1),
    };
    // In the other runs the first engine makes its partitions, and refuses commands until it has.
    if (random.chance(0.85)) this.#makePartitions(partitions);
    this.#engines.push(this.#engine(this.#memory('a')!));
    for (const item of items) {
      this.#send(this.#traffic.open(item));
      this.#send(this.#traffic.publish(item));
    }
  }

  #makePartitions(partitions: number): void {
    for (let partition = 0; partition < partitions; partition++) {
      const head = { partition, seq: 1, prev: chainStart, writer: 'the first', at: 0 };
      this.#store.put(partition, encodeEntry(head, []));
    }
  }

  /** Lets this many things happen, and then everything come to rest. Stops at the first violation. */
  async run(happenings: number): Promise<void> {
    await this.#projection.start();
    for (let happened = 0; happened < happenings && this.violation === null; happened++) {
      await this.#happen(this.#random.weighted(this.weights));
      await this.#rest();
    }
    if (this.violation === null) await this.#settle();
  }

  fail(what: unknown): void {
    this.violation ??= what instanceof Error ? what.message : String(what);
    this.#trace(`VIOLATION: ${this.violation}`);
  }

  #trace(what: string): void {
    if (this.traceLine === null) return;
    this.traceLine(`${this.steps} +${this.#scheduler.now - startAt} ms: ${what}`);
  }

  /** Everything that a step has woken runs until it waits again; then the states are compared. */
  async #rest(): Promise<void> {
    this.steps++;
    await setImmediate();
    guard(this.#around, () => {
      for (const engine of this.#engines) engine.check();
    });
  }

  /** Time passes; where it is long, the machine is suspended meanwhile. */
  async #pass(ms: number): Promise<void> {
    if (ms > passedMsMax) this.#scheduler.leap(ms);
    else await this.#scheduler.pass(ms, () => this.#restHealthy());
  }

  async #restHealthy(): Promise<boolean> {
    await this.#rest();
    return this.violation === null;
  }

  async #happen(happening: Happening): Promise<void> {
    const random = this.#random;
    const engine = random.pick(this.#engines);
    switch (happening) {
      case 'order':
        this.#order(engine);
        break;
      case 'late': {
        const command = this.#traffic.next();
        const delayMs = random.pick([100, 3_000, hourMs]);
        this.#scheduler.later(this, 'a late command', delayMs, () => this.#send(command));
        break;
      }
      case 'turn':
        this.#scheduler.wakeOne();
        break;
      case 'task':
        await this.#task();
        break;
      case 'time':
        await this.#pass(random.pick([1, 1, 5, 30, 500, 2_500]));
        break;
      case 'threadCrash':
        this.#crash(engine, engine.memory);
        break;
      case 'processCrash':
        this.#crash(engine, this.#memory(engine.memory.name));
        break;
      case 'rival':
        this.#rival();
        break;
      case 'clockJump':
        engine.memory.clockOffsetMs += random.pick([-hourMs, hourMs]);
        engine.memory.clockSetAt = this.#scheduler.now;
        this.#trace(`${engine.memory.name} clock is off by ${engine.memory.clockOffsetMs}`);
        break;
      case 'timeSetBack':
        void this.#setTimeBack();
        break;
      case 'probe':
        engine.probe();
        break;
      case 'project':
        this.#projection.step();
        break;
      case 'projectorCrash':
        this.#projection.crash();
        break;
    }
  }

  /** A user sends a command; where the board of the engine can answer, it reaches no actor. */
  #order(engine: SimulatedEngine): void {
    const command = this.#traffic.next();
    this.#ask(command, engine);
    // An impatient user asks again, and may meet another engine.
    if (this.#random.chance(0.1)) this.#ask(command, this.#random.pick(this.#engines));
  }

  #ask(command: Command, engine: SimulatedEngine): void {
    if (command.type === 'place' && engine.refuses(command)) return;
    this.#send(command, engine);
  }

  #send(command: Command, engine = this.#random.pick(this.#engines)): Delivery {
    const delivery = this.#answers.send(command);
    engine.deliver(delivery);
    return delivery;
  }

  async #task(): Promise<void> {
    const label = this.#scheduler.runOne();
    const nextDueAt = this.#scheduler.nextDueAt();
    if (label !== null) this.#trace(label);
    else if (Number.isFinite(nextDueAt)) await this.#pass(nextDueAt - this.#scheduler.now);
  }

  #engine(memory: EngineMemory): SimulatedEngine {
    return new SimulatedEngine(memory, this.#around);
  }

  /** Memory for a new process; null where the run has used up its boards. */
  #memory(name: string): EngineMemory | null {
    const board = this.#boards.pop();
    if (board === undefined) return null;
    const memory = new EngineMemory(name, `${name}-${++this.#processes}`, board);
    this.#projection.tell(memory.positions);
    return memory;
  }

  #crash(engine: SimulatedEngine, memory: EngineMemory | null): void {
    if (memory === null) return;
    const kind = memory === engine.memory ? 'thread' : 'process';
    this.#trace(`${engine.memory.name} ${kind} crashes`);
    engine.crash();
    this.#engines[this.#engines.indexOf(engine)] = this.#engine(memory);
  }

  /** A second owner of the same partitions starts, or the second of two dies. */
  #rival(): void {
    const rival = this.#engines[1];
    if (rival !== undefined) {
      // Most stay: only two that live side by side come to refuse what the other has sold.
      if (this.#random.chance(0.75)) return;
      this.#trace(`${rival.memory.name} is gone`);
      rival.crash();
      this.#engines.pop();
      return;
    }
    const memory = this.#memory('b');
    if (memory !== null) this.#engines.push(this.#engine(memory));
  }

  /**
   * An operator starts an engine that sets the time back, whatever else is running; its clock may be the
   * wrong one.
   */
  async #setTimeBack(): Promise<void> {
    const { partitions } = this.#around;
    const now = this.#scheduler.now - this.#random.pick([0, hourMs]);
    const journal = new SimulatedJournal(this.#store, this);
    this.#trace(`an operator sets the time back to ${now - startAt}`);
    try {
      const times = await newestTimes(journal, partitions);
      await setTimesBack(journal, times, () => 0, { writer: 'operator', now });
    } catch (error) {
      const kinds = [Fenced, JournalUnavailable, OutcomeUnknown];
      if (!kinds.some((kind) => error instanceof kind)) this.fail(error);
    }
  }

  #stored(partition: number, sequence: number, bytes: Uint8Array): void {
    this.#trace(`stored ${partition}/${sequence} ${Buffer.from(bytes).toString('utf8')}`);
    guard(this.#around, () => {
      for (const order of this.#audit.stored(partition, sequence, bytes))
        this.#answers.bought(order);
    });
  }

  #heard(delivery: Delivery, reply: Reply): void {
    this.#traffic.heard(delivery, reply);
  }

  /** Faults end, and what is left of the run comes to rest. */
  async #settle(): Promise<void> {
    this.#trace('settling');
    this.#store.faults = faultless;
    while (this.#engines.length > 1) this.#engines.pop()!.crash();
    const { memory } = this.#engines[0]!;
    memory.clockOffsetMs = Math.max(0, memory.clockOffsetMs);
    memory.clockSetAt = this.#scheduler.now;
    const settling = {
      around: this.#around,
      projection: this.#projection,
      engine: () => this.#engines[0]!,
      restart: () => this.#crash(this.#engines[0]!, memory),
      send: (command: Command) => this.#send(command, this.#engines[0]!),
      rest: () => this.#rest(),
      pass: (ms: number) => this.#pass(ms),
    };
    await settle(settling);
  }
}

function drawFaults(random: Random): JournalFaults {
  const some = (weight: number) => (random.chance(0.5) ? weight : 0);
  return {
    fine: 1,
    fails: some(0.15),
    lost: some(0.05),
    silent: some(0.05),
    late: some(0.1),
    brokenReading: some(0.02),
    short: some(0.02),
  };
}
