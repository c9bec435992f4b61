/**
 * One engine process of the simulation: the real loop and the real partitions of one actor thread, with the
 * shared memory around them. Its thread may crash and be restarted over the same memory, as main does; a crash of the
 * whole process loses the memory too.
 */
import { JournalWatch } from '../../actors/journal-watch.ts';
import { Loop } from '../../actors/loop.ts';
import { boardRefusal } from '../../actors/memory/board-answers.ts';
import { Partition, type PartitionWorld } from '../../actors/partition/partition.ts';
import { code, type Place, partitionOf, type Reply, refusal } from '../../actors/protocol.ts';
import { EngineChecks } from './engine-checks.ts';
import type { EngineMemory } from './engine-memory.ts';
import { SimulatedJournal } from './faulty-journal.ts';
import type { Delivery } from './judged.ts';
import { SimulatedBell } from './simulated-bell.ts';
import { guard, type Surroundings } from './surroundings.ts';

export class SimulatedEngine {
  readonly partitions: Partition[];
  readonly #bell: SimulatedBell;
  readonly #loop: Loop;
  readonly #watch: JournalWatch;
  readonly #checks: EngineChecks;
  /** Whether the loop has ended, after a drain. */
  #left = false;
  /** Commands taken and not answered yet, by request. */
  readonly #taken = new Map<number, Delivery>();
  #crashed = false;

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
    this.#checks = new EngineChecks(memory, around);
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
    const { partitions, answers, plants, store } = around;
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
    const partition = partitionOf(item, partitions);
    delivery.knownSeq = memory.answersFor(partition, store.last(partition));
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

  /** Compares the state with the journal and the clock. @throws where it is not as it must be. */
  check(): void {
    for (const partition of this.partitions) {
      this.memory.noteFence(partition.partition);
      this.#checks.state(partition);
    }
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
    guard(around, () => around.answers.told(delivery, reply));
    around.heard(delivery, reply);
  }

  #acknowledged(partition: number, items: Iterable<number>): void {
    if (this.#crashed) return;
    this.#loop.acknowledged();
    guard(this.around, () => this.#checks.board(partition, items));
  }
}
