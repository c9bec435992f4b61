/**
 * One run of the simulation: a world drawn from a seed, in which one thing happens at a time. Each step
 * picks what happens next, lets all code that it woke come to rest, and checks.
 */
import { setImmediate } from 'node:timers/promises';
import { chainStart, encodeEntry } from '../../actors/journal/codec.ts';
import { tokenLifeMsMax } from '../../actors/limits.ts';
import type { Reply } from '../../actors/protocol.ts';
import { Answers } from './answers.ts';
import { Auditor } from './auditor.ts';
import {
  drawFaults,
  drawRetainMs,
  drawSnapshotFaults,
  drawWeights,
  type Happening,
  isBrisk,
  isCluster,
  type Weights,
} from './character.ts';
import { Cluster } from './cluster/cluster.ts';
import { drawClusterFaults } from './cluster/cluster-faults.ts';
import type { Crew } from './crew.ts';
import { Engines } from './engines.ts';
import { faultless, SimulatedStore } from './faulty-journal.ts';
import type { Delivery } from './judged.ts';
import { setTimeBack } from './operator.ts';
import { Projection } from './projection.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { settle } from './settle.ts';
import { SimulatedSnapshots } from './simulated-snapshots.ts';
import { guard, type Plants, type Surroundings } from './surroundings.ts';
import { Traffic } from './traffic.ts';
import type { Workspace } from './workspace.ts';

const startAt = Date.UTC(2026, 10, 22, 20);
const hourMs = 3_600_000;
/** After that the tokens of all orders have ended that were placed before. */
const monthMs = tokenLifeMsMax + 24 * hourMs;
/** Longer times are not lived through, wake by wake, but leapt over. */
const passedMsMax = 3_000;
/** What arrives in one such time arrives in any order. */
const flowStepMs = 20;

export class World {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #store: SimulatedStore;
  readonly #audit: Auditor;
  readonly #answers: Answers;
  readonly #traffic: Traffic;
  readonly #around: Surroundings;
  readonly #projection: Projection;
  readonly #crew: Crew;
  readonly #weights: Weights;
  violation: string | null = null;
  steps = 0;

  constructor(
    seed: number,
    workspace: Workspace,
    private readonly items: readonly number[],
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
    this.#traffic = new Traffic(random, scheduler, items, this.#audit, isBrisk(seed));
    this.#around = {
      retainMs: drawRetainMs(seed),
      ...{ partitions, random, scheduler, store: this.#store, audit: this.#audit, plants },
      answers: this.#answers,
      snapshots: new SimulatedSnapshots(random, scheduler, drawSnapshotFaults(seed)),
      heard: (delivery, reply) => this.#heard(delivery, reply),
      trace: (what) => this.#trace(what),
      fail: (what) => this.fail(what),
      healthy: () => this.violation === null,
    };
    this.#projection = new Projection(workspace, this.#around);
    this.#weights = drawWeights(random, seed);
    // In the other runs the first engine makes its partitions, and refuses commands until it has.
    if (random.chance(0.85)) this.#makePartitions(partitions);
    const { boards, clusterBoards } = workspace;
    this.#crew = isCluster(seed)
      ? new Cluster(clusterBoards, this.#around, this.#projection, drawClusterFaults(random))
      : new Engines(boards, this.#around, this.#projection);
  }

  /** The merchant begins; in a few runs before the engines have come up. */
  async #open(): Promise<void> {
    const { startMsMax } = this.#crew;
    const patient = this.#random.chance(0.9);
    const until = this.#scheduler.now + (patient ? startMsMax : 0);
    while (this.#scheduler.now < until && this.#crew.unrest() !== null) await this.#flow(200, 0);
    for (const item of this.items) {
      this.#crew.send(this.#traffic.open(item));
      this.#crew.send(this.#traffic.publish(item));
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
    await this.#open();
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
    guard(this.#around, () => this.#crew.check());
  }

  /** Time passes; where it is long, the machine is suspended meanwhile. */
  async #pass(ms: number): Promise<void> {
    if (ms > passedMsMax) this.#scheduler.leap(ms);
    else await this.#scheduler.pass(ms, () => this.#restHealthy());
  }

  /**
   * Time passes, and whatever is under way arrives, as between machines that are well.
   * @param rush - the probability that somebody asks for something in a step of it.
   */
  async #flow(ms: number, rush: number): Promise<void> {
    for (const until = this.#scheduler.now + ms; this.#scheduler.now < until; ) {
      if (this.#random.chance(rush)) this.#order();
      await this.#pass(flowStepMs);
      while (this.violation === null && this.#scheduler.runOne() !== null) await this.#rest();
      if (this.violation !== null) return;
    }
  }

  async #restHealthy(): Promise<boolean> {
    await this.#rest();
    return this.violation === null;
  }

  async #happen(happening: Happening): Promise<void> {
    const random = this.#random;
    switch (happening) {
      case 'order':
        this.#order();
        break;
      case 'late': {
        const command = this.#traffic.next();
        const delayMs = random.pick([100, 3_000, hourMs]);
        this.#scheduler.later(this, 'a late command', delayMs, () => this.#crew.send(command));
        break;
      }
      case 'turn':
        this.#scheduler.wakeOne();
        break;
      case 'task':
        await this.#task();
        break;
      case 'flow':
        await this.#flow(random.pick([200, 500, 1_500]), random.pick([0, 0.1, 0.4]));
        break;
      case 'time':
        await this.#pass(random.pick([1, 1, 5, 30, 500, 2_500]));
        break;
      case 'month':
        this.#scheduler.leap(monthMs);
        break;
      case 'timeSetBack':
        this.#setTimeBack();
        break;
      case 'project':
        this.#projection.step();
        break;
      case 'projectorCrash':
        this.#projection.crash();
        break;
      default:
        this.#crew.happen(happening);
    }
  }

  #order(): void {
    const command = this.#traffic.next();
    this.#crew.ask(command);
    // An impatient user asks again, and may meet another engine.
    if (this.#random.chance(0.1)) this.#crew.ask(command);
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
      this.#projection.mustHaveArchived(partition);
    });
  }

  #heard(delivery: Delivery, reply: Reply): void {
    this.#traffic.heard(delivery, reply);
  }

  /** Faults end, and what is left of the run comes to rest. */
  async #settle(): Promise<void> {
    this.#trace('settling');
    this.#store.faults = faultless;
    this.#crew.calm();
    const settling = {
      around: this.#around,
      projection: this.#projection,
      crew: this.#crew,
      rest: () => this.#rest(),
      pass: (ms: number) => this.#pass(ms),
    };
    await settle(settling);
  }
}
