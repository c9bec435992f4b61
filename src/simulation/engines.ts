/**
 * The engine processes of a run without a cluster: the first, a rival that owns the same partitions by
 * mistake, and what takes the place of one that has crashed.
 */
import type { Board } from '../../actors/memory/board.ts';
import type { Command } from '../../actors/protocol.ts';
import type { Crew, CrewHappening } from './crew.ts';
import { EngineMemory } from './engine-memory.ts';
import type { Delivery } from './judged.ts';
import type { Projection } from './projection.ts';
import { SimulatedArchivist } from './simulated-archivist.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { type Surroundings, setClock } from './surroundings.ts';

export class Engines implements Crew {
  readonly startMsMax = 5_000;
  /** One, or two beside each other. */
  readonly #running: SimulatedEngine[] = [];
  readonly #boards: Board[];
  readonly #archivists = new Map<EngineMemory, SimulatedArchivist>();
  #processes = 0;

  /**
   * Starts the first.
   * @param boards - one for each process that the run may start; they show nothing yet.
   */
  constructor(
    boards: readonly Board[],
    private readonly around: Surroundings,
    private readonly projection: Projection,
  ) {
    this.#boards = [...boards];
    this.#start('a');
  }

  get #first(): SimulatedEngine {
    return this.#running[0]!;
  }

  get left(): boolean {
    return this.#first.left;
  }

  ask(command: Command): void {
    const engine = this.#any();
    if (command.type === 'place' && engine.refuses(command)) return;
    this.#sendTo(engine, command);
  }

  send(command: Command): Delivery {
    return this.#sendTo(this.#any(), command);
  }

  happen(happening: CrewHappening): void {
    const engine = this.#any();
    switch (happening) {
      case 'threadCrash':
        this.#crash(engine, engine.memory);
        break;
      case 'processCrash':
        this.#crashProcess(engine);
        break;
      case 'rival':
        this.#rival();
        break;
      case 'clockJump':
        setClock(this.around, engine.memory);
        break;
      case 'probe':
        engine.probe();
        break;
      case 'renewal':
        engine.memory.renewFilter(this.around.partitions);
        break;
      case 'snapshot':
        this.#archivistOf(engine).take();
        break;
    }
  }

  check(): void {
    for (const engine of this.#running) engine.check();
  }

  calm(): void {
    while (this.#running.length > 1) this.#end(this.#running.pop()!);
    const { memory } = this.#first;
    memory.clockOffsetMs = Math.max(0, memory.clockOffsetMs);
    memory.clockSetAt = this.around.scheduler.now;
  }

  unrest(): string | null {
    return this.#first.idle ? null : 'the engine does not come to rest';
  }

  restart(): void {
    this.#crash(this.#first, this.#first.memory);
  }

  async leaveOne(): Promise<void> {
    // All others have died.
  }

  drain(): void {
    this.#first.drain();
  }

  #any(): SimulatedEngine {
    return this.around.random.pick(this.#running);
  }

  #sendTo(engine: SimulatedEngine, command: Command): Delivery {
    const delivery = this.around.answers.send(command);
    engine.deliver(delivery);
    return delivery;
  }

  /** A process dies, and another takes its place, unless the run has used up its boards. */
  #crashProcess(engine: SimulatedEngine): void {
    const memory = this.#memory(engine.memory.name);
    if (memory !== null) this.#crash(engine, memory);
  }

  /** A second owner of the same partitions starts, or the second of two dies. */
  #rival(): void {
    const rival = this.#running[1];
    if (rival === undefined) {
      this.#start('b');
      return;
    }
    // Most stay: only two that live side by side come to refuse what the other has sold.
    if (this.around.random.chance(0.75)) return;
    this.around.trace(`${rival.memory.name} is gone`);
    this.#end(this.#running.pop()!);
  }

  #end(engine: SimulatedEngine): void {
    engine.crash();
    this.#archivistOf(engine).crash();
  }

  /** The archivist of an engine's process. */
  #archivistOf({ memory }: SimulatedEngine): SimulatedArchivist {
    const archivist = this.#archivists.get(memory) ?? new SimulatedArchivist(memory, this.around);
    this.#archivists.set(memory, archivist);
    return archivist;
  }

  #start(name: string): void {
    const memory = this.#memory(name);
    if (memory !== null) this.#running.push(new SimulatedEngine(memory, this.around));
  }

  /** Memory for a new process; null where the run has used up its boards. */
  #memory(name: string): EngineMemory | null {
    const board = this.#boards.pop();
    if (board === undefined) return null;
    const memory = new EngineMemory(name, `${name}-${++this.#processes}`, board);
    this.projection.tell(memory.positions);
    return memory;
  }

  /** A thread dies, and is started again: over the same memory, or in another process. */
  #crash(engine: SimulatedEngine, memory: EngineMemory): void {
    const kind = memory === engine.memory ? 'thread' : 'process';
    this.around.trace(`${engine.memory.name} ${kind} crashes`);
    engine.crash();
    if (memory !== engine.memory) this.#archivistOf(engine).crash();
    this.#running[this.#running.indexOf(engine)] = new SimulatedEngine(memory, this.around);
  }
}
