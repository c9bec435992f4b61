/** One engine process of a simulated cluster: main, one HTTP thread, one actor thread, and their memory. */
import { Coordinator } from '../../../actors/cluster/coordinator.ts';
import { probeMs } from '../../../actors/limits.ts';
import { boardRefusal } from '../../../actors/memory/board-answers.ts';
import { type Command, code, type Place, partitionOf, refusal } from '../../../actors/protocol.ts';
import { refusalElsewhere } from '../../admission/refusal-elsewhere.ts';
import { InStep } from '../../dispatch/in-step.ts';
import type { EngineMemory } from '../engine-memory.ts';
import type { Delivery } from '../judged.ts';
import { SimulatedArchivist } from '../simulated-archivist.ts';
import { SimulatedThread } from '../simulated-thread.ts';
import { guard, type Surroundings } from '../surroundings.ts';
import { mustBeFresh } from './judge-boards.ts';
import type { Network } from './network.ts';
import { OrderedPost } from './ordered-post.ts';
import { Router } from './router.ts';
import type { SimulatedBucket } from './simulated-bucket.ts';
import { SimulatedChannel } from './simulated-channel.ts';

export interface Between {
  network: Network;
  bucket: SimulatedBucket;
}

/** What main says to the actor thread. */
type FromMain =
  | { type: 'owners'; owners: Router['owners'] }
  | { type: 'take' | 'hand over'; partition: number };

/** What the actor thread says to main. */
type ToMain = { type: 'ownership changed' } | { type: 'writer seen'; p: number; writer: string };

export class ClusterEngine {
  readonly #mainThread = {};
  readonly #httpThread = {};
  #coordinator: Coordinator | null = null;
  #leaving = false;
  #hasLeft = false;
  readonly #router: Router;
  readonly #inStep: InStep;
  readonly #toMain: OrderedPost<ToMain>;
  readonly #archivist: SimulatedArchivist;
  #thread: SimulatedThread;
  #toThread: OrderedPost<FromMain>;
  /** What users wait for. */
  readonly #open = new Set<Delivery>();

  constructor(
    readonly memory: EngineMemory,
    private readonly around: Surroundings,
    private readonly between: Between,
  ) {
    const { scheduler } = around;
    const { writer } = memory;
    // It marks all as owned elsewhere before it first waits.
    const opening = this.#openCoordinator();
    this.#toMain = new OrderedPost(scheduler, this.#mainThread, 'main hears', (message) => {
      if (message.type === 'ownership changed') this.#coordinator?.ownershipChanged();
      else this.#coordinator?.writerSeen(message.p, message.writer);
    });
    this.#thread = this.#startThread();
    this.#archivist = new SimulatedArchivist(memory, around);
    this.#toThread = this.#postToThread();
    this.#router = new Router({
      ...{ engine: writer, thread: this.#httpThread, network: between.network, around },
      positions: memory.positions,
      local: (letter) => this.#thread.deliver(letter),
    });
    this.#inStep = new InStep({
      send: (command) => new Promise((resolve) => this.#router.send(command, resolve)),
      sendings: () => this.#router.sendings,
      partitions: around.partitions,
    });
    void opening.then((coordinator) => {
      this.#coordinator = coordinator;
    });
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  /** A user's command has been sent here; a board may answer it. */
  ask(command: Command): void {
    this.#arrive(command, (delivery) => {
      if (command.type === 'place') void this.#order(command, delivery);
      else this.#dispatch(delivery);
    });
  }

  /** A command that no board answers. */
  send(command: Command): Delivery {
    return this.#arrive(command, (delivery) => this.#dispatch(delivery));
  }

  takeSnapshot(): void {
    this.#archivist.take();
  }

  crashThread(): void {
    this.#thread.crash();
    this.#thread = this.#startThread();
    this.#toThread = this.#postToThread();
    this.#tellOwners(this.#router.owners);
  }

  /** Nothing of this process ever runs again. */
  crash(): void {
    const { scheduler } = this.around;
    this.#thread.crash();
    this.#archivist.crash();
    for (const thread of [this.#mainThread, this.#httpThread]) {
      scheduler.cancel(thread);
      this.between.network.cut(thread);
    }
    this.between.bucket.cut(this.#mainThread);
    for (const delivery of this.#open) delivery.orphaned = true;
  }

  /** Some or all of its threads stand still for a while. */
  freeze(ms: number): void {
    const { random, scheduler } = this.around;
    const all = [this.#mainThread, this.#httpThread, this.#thread];
    // Without main, an engine loses what it owns while its other threads go on.
    const frozen = random.pick([all, all, [this.#mainThread], [random.pick(all)]]);
    for (const thread of frozen) scheduler.freeze(thread, ms);
    this.memory.frozenUntil = Math.max(this.memory.frozenUntil, scheduler.now + ms);
    this.around.trace(`${frozen.length} of ${this.memory.name}'s threads stand still for ${ms} ms`);
  }

  /** Begins to hand over everything. */
  leave(): void {
    this.#leaving = true;
    void this.#coordinator?.leave().then(() => {
      this.#hasLeft = true;
    });
  }

  /** Whether it has handed over everything, and answered everybody. */
  get hasLeft(): boolean {
    return this.#hasLeft && this.idle;
  }

  /** Ends in order. */
  close(): void {
    void this.#coordinator?.close();
    this.crash();
  }

  /** The last engine of a cluster has nobody to hand over to: its thread makes durable what it has decided. */
  drain(): void {
    this.#thread.drain();
  }

  get left(): boolean {
    return this.#thread.left;
  }

  get idle(): boolean {
    const standsStill = this.memory.frozenUntil > this.around.scheduler.now;
    return !standsStill && this.#thread.idle && this.#open.size === 0;
  }

  get partitions() {
    return this.#thread.partitions;
  }

  check(): void {
    this.#thread.check();
  }

  #openCoordinator(): Promise<Coordinator> {
    const { memory, around, between } = this;
    const { scheduler, partitions } = around;
    const thread = this.#mainThread;
    const common = { tokenSecret: 'secret', sql: 'shared', store: 'shared' };
    const self = { id: memory.writer, address: 'http://here', version: '1', startedAt: 0, common };
    const settings = { nats: { url: '' }, replicas: 1, partitions };
    const clock = () => scheduler.now + memory.clockOffsetMs;
    const steadyClock = () => scheduler.now + memory.steadyOffsetMs;
    return Coordinator.open(
      { ...settings, self: { ...self, actorThreads: 1, layout: 1 } },
      {
        ...{ positions: memory.positions, steadyClock, clock },
        log: (_level, message, details) =>
          around.trace(`${memory.name} main: ${message} ${JSON.stringify(details)}`),
        tell: (message) => this.#tellOwners(message.owners),
        order: (message) => this.#toThread.send(message),
        membersChanged: () => undefined,
        moved: () => undefined,
        started: () => true,
      },
      {
        timers: {
          now: steadyClock,
          after: (ms, run) => scheduler.alarm(thread, 'main goes on', ms, run),
        },
        openChannel: async (_settings, world) =>
          new SimulatedChannel({ id: memory.writer, thread, scheduler, ...between }, world),
      },
    );
  }

  #tellOwners(owners: Router['owners']): void {
    this.#router.owners = owners;
    this.#toThread.send({ type: 'owners', owners });
  }

  #startThread(): SimulatedThread {
    const { memory, around, between } = this;
    const thread = new SimulatedThread(memory, around, {
      network: between.network,
      ownershipChanged: () => this.#toMain.send({ type: 'ownership changed' }),
      writerSeen: (p, writer) => this.#toMain.send({ type: 'writer seen', p, writer }),
    });
    const look = () => {
      thread.probe();
      around.scheduler.timer(thread, 'the thread looks', probeMs, look);
    };
    look();
    return thread;
  }

  #postToThread(): OrderedPost<FromMain> {
    const thread = this.#thread;
    return new OrderedPost(this.around.scheduler, thread, 'the thread hears main', (message) => {
      if (message.type === 'owners') thread.tellOwners(message.owners);
      else thread.order(message);
    });
  }

  /** From here on the answer must be true at some moment. */
  #arrive(command: Command, handle: (delivery: Delivery) => void): Delivery {
    const { answers, store, scheduler, partitions } = this.around;
    const delivery = answers.send(command);
    delivery.knownSeq = store.last(partitionOf(command.item, partitions));
    this.#open.add(delivery);
    this.around.trace(`${delivery.request} is sent to ${this.memory.name}`);
    scheduler.timer(this.#httpThread, 'a request arrives', 0, () => handle(delivery));
    return delivery;
  }

  #dispatch(delivery: Delivery): void {
    this.#router.send(delivery.command, (reply) => this.#tell(delivery, reply));
  }

  /** Step 2 of an order: the board of this process may refuse it, so that it reaches no actor. */
  async #order(command: Place, delivery: Delivery): Promise<void> {
    const { memory, around } = this;
    const { item, promo, amount, user, expiresAt } = command;
    const { board, positions } = memory;
    const { partitions, plants, scheduler, store } = around;
    const partition = partitionOf(item, partitions);
    // Of what is stored and was acknowledged to nobody a board need not know.
    const known = store.knownAt(partition, scheduler.now);
    const tally = {
      add: (item: number, amount: number, seen: number) => {
        this.send({ type: 'tally', item, seen, count: 1, amount });
      },
    };
    const steadyClock = () => scheduler.now + memory.steadyOffsetMs;
    const clock = () => scheduler.now + memory.clockOffsetMs;
    const inStep = plants.inStep ?? this.#inStep;
    const parts = { board, positions, steadyClock, clock, partitions, tally, inStep };
    const token = { itemId: item, userId: user, promoId: promo, expiresAt };
    const decide = plants.boardRefusal ?? boardRefusal;
    const refused = positions.owns(partition)
      ? decide(parts, token, amount, clock())
      : await refusalElsewhere(parts, token, amount, decide);
    if (refused === code.ok) {
      this.#dispatch(delivery);
      return;
    }
    around.trace(`board of ${memory.name} refuses ${JSON.stringify(command)} ${refused}`);
    delivery.knownSeq = known;
    guard(around, () => mustBeFresh(around, memory, partition));
    this.#tell(delivery, refusal(refused));
  }

  #tell(delivery: Delivery, reply: Parameters<Surroundings['heard']>[1]): void {
    const { around } = this;
    this.#open.delete(delivery);
    around.trace(`${this.memory.name} tells ${delivery.request} ${reply.code}`);
    guard(around, () => around.answers.told(delivery, reply));
    around.heard(delivery, reply);
  }
}
