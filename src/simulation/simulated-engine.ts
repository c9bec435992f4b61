/**
 * One engine process of the simulation that has, or believes to have, its journal to itself: one thread,
 * and the shared memory around it. A crash of the whole process loses the memory too.
 */
import { boardRefusal } from '../../actors/memory/board-answers.ts';
import { code, type Place, partitionOf, type Reply, refusal } from '../../actors/protocol.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { Delivery } from './judged.ts';
import { SimulatedThread } from './simulated-thread.ts';
import { guard, type Surroundings } from './surroundings.ts';

export class SimulatedEngine {
  readonly #thread: SimulatedThread;

  constructor(
    readonly memory: EngineMemory,
    private readonly around: Surroundings,
  ) {
    this.#thread = new SimulatedThread(memory, around);
  }

  /** Puts a command into the thread's mailbox. */
  deliver(delivery: Delivery): void {
    this.#thread.deliver({
      command: delivery.command,
      taken: (knownSeq) => {
        delivery.knownSeq = knownSeq;
      },
      answered: (reply) => this.#tell(delivery, reply),
      orphaned: () => {
        delivery.orphaned = true;
      },
    });
  }

  /** What the actor thread does every `probeMs`. */
  probe(): void {
    this.#thread.probe();
  }

  /** Asks the thread to leave. */
  drain(): void {
    this.#thread.drain();
  }

  /** Whether the thread has left after a drain. */
  get left(): boolean {
    return this.#thread.left;
  }

  /** Step 2 of an order: whether the board of this process refuses it, so that it reaches no actor. */
  refuses(command: Place): boolean {
    const { memory, around } = this;
    const { item, promo, amount, user, expiresAt } = command;
    const { board, positions } = memory;
    const { partitions, answers, plants, store, scheduler } = around;
    const tally = {
      add: (item: number, amount: number, seen: number) => {
        this.deliver(answers.send({ type: 'tally', item, seen, count: 1, amount }));
      },
    };
    const decide = plants.boardRefusal ?? boardRefusal;
    const steadyClock = () => scheduler.now;
    const parts = { board, positions, steadyClock, partitions, tally };
    const claims = { itemId: item, userId: user, promoId: promo, expiresAt };
    const refused = decide(parts, claims, amount, scheduler.now + memory.clockOffsetMs);
    if (refused === code.ok) return false;
    around.trace(`board of ${memory.name} refuses ${JSON.stringify(command)} ${refused}`);
    const delivery = answers.send(command);
    const partition = partitionOf(item, partitions);
    delivery.knownSeq = memory.answersFor(partition, store.last(partition));
    this.#tell(delivery, refusal(refused));
    return true;
  }

  /** Nothing of this process ever runs again. */
  crash(): void {
    this.#thread.crash();
  }

  /** Whether all is durable, decided and answered. */
  get idle(): boolean {
    return this.#thread.idle;
  }

  /** Compares the state with the journal and the clock. @throws where it is not as it must be. */
  check(): void {
    this.#thread.check();
  }

  #tell(delivery: Delivery, reply: Reply): void {
    const { around } = this;
    guard(around, () => around.answers.told(delivery, reply));
    around.heard(delivery, reply);
  }
}
