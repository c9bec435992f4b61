/**
 * The engines of a simulated cluster: two or three at first, which join, leave, die and stand still; users send
 * their commands to any of them.
 */
import type { Board } from '../../../actors/memory/board.ts';
import type { Command } from '../../../actors/protocol.ts';
import type { Crew, CrewHappening } from '../crew.ts';
import { EngineMemory } from '../engine-memory.ts';
import type { Delivery } from '../judged.ts';
import type { Projection } from '../projection.ts';
import { type Surroundings, setClock } from '../surroundings.ts';
import { type Between, ClusterEngine } from './cluster-engine.ts';
import type { ClusterFaults } from './cluster-faults.ts';
import { mustBeWhole } from './judge-rest.ts';
import { faultlessNetwork, Network } from './network.ts';
import { faultlessBucket, SimulatedBucket } from './simulated-bucket.ts';

const enginesMax = 3;

/** Turns that an engine may take to leave. */
const leaveTurnsMax = 60;

export class Cluster implements Crew {
  readonly startMsMax = 5_000;
  #running: ClusterEngine[] = [];
  readonly #boards: Board[];
  readonly #between: Between;
  #processes = 0;

  /** @param boards - one for each process that the run may start; they show nothing yet. */
  constructor(
    boards: readonly Board[],
    private readonly around: Surroundings,
    private readonly projection: Projection,
    faults: ClusterFaults,
  ) {
    const { random, scheduler } = around;
    this.#boards = [...boards];
    this.#between = {
      network: new Network(random, scheduler, faults.network),
      bucket: new SimulatedBucket(random, scheduler, faults.bucket),
    };
    const first = random.between(2, enginesMax);
    for (let engine = 0; engine < first; engine++) this.#join();
  }

  get left(): boolean {
    return this.#running[0]!.left;
  }

  ask(command: Command): void {
    this.#any().ask(command);
  }

  send(command: Command): Delivery {
    return this.#any().send(command);
  }

  happen(happening: CrewHappening): void {
    const { random } = this.around;
    const engine = random.pick(this.#running);
    switch (happening) {
      case 'threadCrash':
        this.around.trace(`${engine.memory.name} thread crashes`);
        engine.crashThread();
        break;
      case 'processCrash':
        this.#crash(engine);
        break;
      case 'clockJump':
        setClock(this.around, engine.memory);
        break;
      case 'renewal':
        engine.memory.renewFilter(this.around.partitions);
        break;
      case 'snapshot':
        engine.takeSnapshot();
        break;
      case 'join':
        if (this.#running.length < enginesMax) this.#join();
        break;
      case 'leave':
        if (this.#running.length > 1) this.#leave(engine);
        break;
      case 'freeze':
        engine.freeze(random.pick([300, 1_500, 3_000, 10_000]));
        break;
      case 'bucketGone':
        this.around.trace('the bucket of members is deleted');
        this.#between.bucket.delete();
        break;
    }
  }

  check(): void {
    for (const engine of this.#running) engine.check();
    const gone = this.#running.filter((engine) => engine.leaving && engine.hasLeft);
    for (const engine of gone) this.#close(engine);
  }

  calm(): void {
    const { network, bucket } = this.#between;
    network.faults = faultlessNetwork;
    bucket.faults = faultlessBucket;
    for (const { memory } of this.#running) {
      memory.clockOffsetMs = 0;
      memory.clockSetAt = this.around.scheduler.now;
    }
  }

  unrest(): string | null {
    const busy = this.#running.find((engine) => !engine.idle);
    if (busy !== undefined) return `${busy.memory.name} does not come to rest`;
    try {
      mustBeWhole(this.#running, this.around);
      return null;
    } catch (error) {
      return String(error);
    }
  }

  restart(): void {
    this.around.random.pick(this.#running).crashThread();
  }

  async leaveOne(turn: () => Promise<void>): Promise<void> {
    while (this.#running.length > 1 && this.around.healthy()) {
      const count = this.#running.length;
      this.#leave(this.around.random.pick(this.#running));
      for (let turns = 0; this.#running.length === count && this.around.healthy(); turns++) {
        await turn();
        if (turns > leaveTurnsMax) this.around.fail('an engine cannot hand over what it owns');
      }
    }
  }

  drain(): void {
    this.#running[0]!.drain();
  }

  /** A balancer sends nothing to who is leaving. */
  #any(): ClusterEngine {
    const staying = this.#running.filter(({ leaving }) => !leaving);
    return this.around.random.pick(staying.length > 0 ? staying : this.#running);
  }

  /** Starts an engine, unless the run has used up its boards. */
  #join(): void {
    const { random, trace } = this.around;
    const board = this.#boards.pop();
    if (board === undefined) return;
    const name = `${'abcdefghij'[this.#processes++]}`;
    const memory = new EngineMemory(name, `${name}-1`, board);
    memory.steadyOffsetMs = random.between(0, 10_000);
    this.projection.tell(memory.positions);
    trace(`${name} joins`);
    this.#running.push(new ClusterEngine(memory, this.around, this.#between));
  }

  /** The process dies; where it was the last that stays, another starts. */
  #crash(engine: ClusterEngine): void {
    const stays = this.#running.some((each) => each !== engine && !each.leaving);
    const another = !stays || this.around.random.chance(0.5);
    if (another && this.#boards.length === 0) return;
    this.around.trace(`${engine.memory.name} process crashes`);
    engine.crash();
    this.#running = this.#running.filter((each) => each !== engine);
    if (another) this.#join();
  }

  #leave(engine: ClusterEngine): void {
    if (this.#running.filter(({ leaving }) => !leaving).length < 2) return;
    if (engine.leaving) return;
    this.around.trace(`${engine.memory.name} is leaving`);
    engine.leave();
  }

  #close(engine: ClusterEngine): void {
    this.around.trace(`${engine.memory.name} has left`);
    engine.close();
    this.#running = this.#running.filter((each) => each !== engine);
  }
}
