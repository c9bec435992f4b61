/**
 * The engine processes of a run: the first, a rival that owns the same partitions by mistake, and what
 * takes the place of one that has crashed.
 */
import type { Board } from '../../actors/memory/board.ts';
import { EngineMemory } from './engine-memory.ts';
import type { Projection } from './projection.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import type { Surroundings } from './surroundings.ts';

export class Engines {
  /** One, or two beside each other. */
  readonly #running: SimulatedEngine[] = [];
  readonly #boards: Board[];
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

  get first(): SimulatedEngine {
    return this.#running[0]!;
  }

  any(): SimulatedEngine {
    return this.around.random.pick(this.#running);
  }

  /** @throws where a state is not as it must be. */
  check(): void {
    for (const engine of this.#running) engine.check();
  }

  /** A thread dies, and is started again over the same memory. */
  crashThread(engine: SimulatedEngine): void {
    this.#crash(engine, engine.memory);
  }

  /** A process dies, and another takes its place, unless the run has used up its boards. */
  crashProcess(engine: SimulatedEngine): void {
    const memory = this.#memory(engine.memory.name);
    if (memory !== null) this.#crash(engine, memory);
  }

  /** A second owner of the same partitions starts, or the second of two dies. */
  rival(): void {
    const rival = this.#running[1];
    if (rival === undefined) {
      this.#start('b');
      return;
    }
    // Most stay: only two that live side by side come to refuse what the other has sold.
    if (this.around.random.chance(0.75)) return;
    this.around.trace(`${rival.memory.name} is gone`);
    this.leaveFirst();
  }

  /** All but the first die. */
  leaveFirst(): void {
    while (this.#running.length > 1) this.#running.pop()!.crash();
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

  #crash(engine: SimulatedEngine, memory: EngineMemory): void {
    const kind = memory === engine.memory ? 'thread' : 'process';
    this.around.trace(`${engine.memory.name} ${kind} crashes`);
    engine.crash();
    this.#running[this.#running.indexOf(engine)] = new SimulatedEngine(memory, this.around);
  }
}
