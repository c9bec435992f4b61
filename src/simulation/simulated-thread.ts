/**
 * One actor thread of the simulation: the real loop and the real partitions, over the memory of its
 * process. It may crash and be started again over the same memory, as main does.
 */
import { Inbox } from '../../actors/cluster/inbox.ts';
import type { Owners, OwnershipMessage } from '../../actors/cluster/owners.ts';
import { JournalWatch } from '../../actors/journal-watch.ts';
import { Loop } from '../../actors/loop.ts';
import { Partition } from '../../actors/partition/partition.ts';
import type { ClusterPart, PartitionWorld } from '../../actors/partition/world.ts';
import { type Command, partitionOf, type Reply } from '../../actors/protocol.ts';
import { followed } from './cluster/following.ts';
import type { Network } from './cluster/network.ts';
import { EngineChecks } from './engine-checks.ts';
import type { EngineMemory } from './engine-memory.ts';
import { SimulatedJournal } from './faulty-journal.ts';
import type { Letter } from './letter.ts';
import { SimulatedBell } from './simulated-bell.ts';
import { guard, type Surroundings } from './surroundings.ts';

/** What a thread has around it where its engine is in a cluster. */
export interface ThreadCluster {
  network: Network;
  ownershipChanged(): void;
  writerSeen(partition: number, writer: string): void;
}

/** At every look at what is due, so that a run meets it. */
const archiveLookMs = 0;

export class SimulatedThread {
  readonly partitions: Partition[];
  readonly #bell: SimulatedBell;
  readonly #loop: Loop;
  readonly #watch: JournalWatch;
  readonly #checks: EngineChecks;
  /** Null where the engine is alone. */
  readonly #inbox: Inbox | null;
  #owners: Owners = [];
  /** Whether the loop has ended, after a drain. */
  #left = false;
  /** Commands taken and not answered yet, by their number. */
  readonly #taken = new Map<number, Letter>();
  #takings = 0;
  #crashed = false;

  constructor(
    private readonly memory: EngineMemory,
    private readonly around: Surroundings,
    private readonly cluster: ThreadCluster | null = null,
  ) {
    const { store, snapshots, plants, scheduler, audit } = around;
    const journal = new SimulatedJournal(store, this);
    const world: PartitionWorld = {
      snapshots: snapshots.openedBy(this),
      archive: { retainMs: around.retainMs, lookMs: archiveLookMs, isAllowed: () => true },
      journal: plants.journal?.(journal) ?? journal,
      board: memory.board,
      positions: memory.positions,
      sleep: (ms) => scheduler.pause(this, 'sleep', ms),
      steadyClock: () => scheduler.now + memory.steadyOffsetMs,
      cluster: cluster && this.#clusterPart(cluster),
      writer: memory.writer,
      reply: (mailbox, request, reply) => this.#reply(mailbox, request, reply),
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
    this.#inbox = cluster && this.#openInbox(cluster);
    this.#loop = new Loop({
      clock: () => this.#now(),
      bell: plants.bell?.(this.#bell) ?? this.#bell,
      partitions: this.partitions,
      drainMailboxes: (now) => this.#drainMailboxes(now),
      flush: () => {
        this.#inbox?.flush();
        return true;
      },
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
  deliver(letter: Letter): void {
    this.memory.mail.push(letter);
    this.#bell.ring();
  }

  /** In a cluster: main says where commands go. */
  tellOwners(owners: Owners): void {
    this.#owners = owners;
    this.#bell.ring();
  }

  /** In a cluster: main says what is to become of a partition. */
  order({ type, partition }: OwnershipMessage): void {
    const ordered = this.partitions[partition]!;
    if (type === 'take') ordered.take();
    else ordered.handOver();
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

  /** Nothing of this thread ever runs again; the commands it had taken are never answered. */
  crash(): void {
    this.#crashed = true;
    this.around.scheduler.cancel(this);
    this.cluster?.network.cut(this);
    for (const letter of this.#taken.values()) letter.orphaned();
  }

  /** Whether all is durable, decided and answered. */
  get idle(): boolean {
    const { memory, partitions } = this;
    if (memory.mail.length > 0 || (this.#inbox?.depth ?? 0) > 0) return false;
    return partitions.every(({ partition, mode, idle }) => {
      return (
        (mode === 'ready' || (mode === 'following' && !memory.positions.owns(partition))) && idle
      );
    });
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
      const [letter] = mail.splice(random.below(mail.length), 1);
      this.#submit(letter!, now);
    }
    const emptied = this.#inbox?.drain(now) ?? true;
    return emptied && mail.length === 0;
  }

  #submit(letter: Letter, now: number): void {
    const { memory, around } = this;
    const { command } = letter;
    const partition = partitionOf(command.item, around.partitions);
    letter.taken(memory.positions.get(partition, 'journalSeq'));
    const request = ++this.#takings;
    this.#taken.set(request, letter);
    around.trace(`${memory.name} takes ${request} ${JSON.stringify(command)}`);
    this.#decide(0, request, command, now);
  }

  #clusterPart({ ownershipChanged, writerSeen }: ThreadCluster): ClusterPart {
    return {
      clock: () => this.#now(),
      follow: (p, from, signal) => followed(this.around.store, this, p, from, signal),
      ownedElsewhere: (p) => (this.#owners[p]?.id ?? this.memory.writer) !== this.memory.writer,
      redirect: (mailbox, request, p) => this.#redirect(mailbox, request, p),
      ownershipChanged: () => {
        if (!this.#crashed) ownershipChanged();
      },
      writerSeen,
    };
  }

  #openInbox({ network }: ThreadCluster): Inbox {
    const { memory, around } = this;
    return new Inbox({
      courier: network.courier(this),
      engine: memory.writer,
      ...{ thread: 0, actorThreads: 1, httpThreads: 1, partitions: around.partitions },
      positions: memory.positions,
      bell: this.#bell,
      submit: (mailbox, request, command, now) => {
        around.trace(`${memory.name} takes ${mailbox}/${request} ${JSON.stringify(command)}`);
        this.#decide(mailbox, request, command, now);
      },
      report: (what) => around.fail(what),
    });
  }

  #decide(mailbox: number, request: number, command: Command, now: number): void {
    const partition = partitionOf(command.item, this.around.partitions);
    this.partitions[partition]!.submit(mailbox, request, command, now);
  }

  #redirect(mailbox: number, request: number, partition: number): void {
    if (this.#crashed) return;
    const owner = this.#owners[partition] ?? null;
    this.around.trace(`${this.memory.name} sends ${mailbox}/${request} on to ${owner?.id}`);
    if (this.#inbox?.isElsewhere(mailbox)) {
      this.#inbox.redirect(mailbox, request, owner);
      return;
    }
    const letter = this.#taken.get(request);
    this.#taken.delete(request);
    letter?.redirected?.(owner);
  }

  #reply(mailbox: number, request: number, reply: Reply): void {
    if (this.#crashed) return;
    if (this.#inbox?.isElsewhere(mailbox)) {
      this.around.trace(`${this.memory.name} answers ${mailbox}/${request} ${reply.code}`);
      this.#inbox.reply(mailbox, request, reply);
      return;
    }
    const { around, memory } = this;
    const letter = this.#taken.get(request);
    if (letter === undefined) {
      around.fail(`request ${request} was answered twice`);
      return;
    }
    this.#taken.delete(request);
    around.trace(`${memory.name} answers ${request} ${reply.code} ${reply.order?.n ?? ''}`);
    letter.answered(reply);
  }

  #acknowledged(partition: number, items: Iterable<number>): void {
    if (this.#crashed) return;
    this.#loop.acknowledged();
    const { positions } = this.memory;
    if (positions.owns(partition))
      this.around.store.known(partition, positions.get(partition, 'journalSeq'));
    guard(this.around, () => this.#checks.board(partition, items));
  }
}
