/**
 * One run of the simulation: a world drawn from a seed, in which one thing happens at a time. Each step
 * picks what happens next, lets all code that it woke come to rest, and checks.
 */
import { setImmediate } from 'node:timers/promises';
import { chainStart, encodeEntry } from '../../actors/journal/codec.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import { Answers } from './answers.ts';
import { Auditor } from './auditor.ts';
import { drawFaults, drawWeights, type Happening, type Weights } from './character.ts';
import { Engines } from './engines.ts';
import { faultless, SimulatedStore } from './faulty-journal.ts';
import type { Delivery } from './judged.ts';
import { setTimeBack } from './operator.ts';
import { Projection } from './projection.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { settle } from './settle.ts';
import type { SimulatedEngine } from './simulated-engine.ts';
import { guard, type Plants, type Surroundings } from './surroundings.ts';
import { Traffic } from './traffic.ts';
import type { Workspace } from './workspace.ts';

const startAt = Date.UTC(2026, 10, 22, 20);
const hourMs = 3_600_000;
/** Longer times are not lived through, wake by wake, but leapt over. */
const passedMsMax = 3_000;

export class World {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #store: SimulatedStore;
  readonly #audit: Auditor;
  readonly #answers: Answers;
  readonly #traffic: Traffic;
  readonly #around: Surroundings;
  readonly #projection: Projection;
  readonly #engines: Engines;
  readonly #weights: Weights;
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
      drawFaults(random, seed),
      (partition, sequence, bytes) => this.#stored(partition, sequence, bytes),
    );
    this.#traffic = new Traffic(random, scheduler, items);
    this.#around = {
      ...{ partitions, random, scheduler, store: this.#store, audit: this.#audit, plants },
      answers: this.#answers,
      heard: (delivery, reply) => this.#heard(delivery, reply),
      trace: (what) => this.#trace(what),
      fail: (what) => this.fail(what),
      healthy: () => this.violation === null,
    };
    this.#projection = new Projection(workspace, this.#around);
    this.#weights = drawWeights(random, seed);
    // In the other runs the first engine makes its partitions, and refuses commands until it has.
    if (random.chance(0.85)) this.#makePartitions(partitions);
    this.#engines = new Engines(workspace.boards, this.#around, this.#projection);
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
      await this.#happen(this.#random.weighted(this.#weights));
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
    guard(this.#around, () => this.#engines.check());
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
    const engine = this.#engines.any();
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
        this.#engines.crashThread(engine);
        break;
      case 'processCrash':
        this.#engines.crashProcess(engine);
        break;
      case 'rival':
        this.#engines.rival();
        break;
      case 'clockJump':
        engine.memory.clockOffsetMs += random.pick([-hourMs, hourMs]);
        engine.memory.clockSetAt = this.#scheduler.now;
        this.#trace(`${engine.memory.name} clock is off by ${engine.memory.clockOffsetMs}`);
        break;
      case 'timeSetBack':
        this.#setTimeBack();
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
    if (this.#random.chance(0.1)) this.#ask(command, this.#engines.any());
  }

  #ask(command: Command, engine: SimulatedEngine): void {
    if (command.type === 'place' && engine.refuses(command)) return;
    this.#send(command, engine);
  }

  #send(command: Command, engine = this.#engines.any()): Delivery {
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

  /** An operator sets the time back; their clock may be the wrong one. */
  #setTimeBack(): void {
    const now = this.#scheduler.now - this.#random.pick([0, hourMs]);
    this.#trace(`an operator sets the time back to ${now - startAt}`);
    void setTimeBack(this.#around, now);
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
    this.#engines.leaveFirst();
    const { memory } = this.#engines.first;
    memory.clockOffsetMs = Math.max(0, memory.clockOffsetMs);
    memory.clockSetAt = this.#scheduler.now;
    const settling = {
      around: this.#around,
      projection: this.#projection,
      engine: () => this.#engines.first,
      restart: () => this.#engines.crashThread(this.#engines.first),
      send: (command: Command) => this.#send(command, this.#engines.first),
      rest: () => this.#rest(),
      pass: (ms: number) => this.#pass(ms),
    };
    await settle(settling);
  }
}
