/**
 * An actor thread: its mailboxes, its partitions and what they need, around the loop. Steps of an order
 * are numbered as in the README: step 4 is `loop.ts`, which drains the mailboxes here, step 5 is
 * `item.ts`, which `partition.ts` calls, steps 6 and 8 are `pipeline.ts`.
 *
 * Main starts it with an `ActorThreadSettings` message and may send `drain`; the thread sends
 * `recovered` once every partition has tried to recover, and `drained`.
 */

import { type Clock, createSteadyClock, wallClock } from './clock.ts';
import type {
  FromClusterThread,
  ThreadPart,
  ThreadPartSettings,
  ToClusterThread,
} from './cluster/thread-part.ts';
import type { OpenedJournal } from './journal/journal.ts';
import { type JournalSettings, openJournal } from './journal/open.ts';
import { JournalWatch } from './journal-watch.ts';
import { archiveLookMs, drainRecordsMax, probeMs } from './limits.ts';
import { configureLog, getLogger, type logLevels } from './log.ts';
import { Loop } from './loop.ts';
import { Board } from './memory/board.ts';
import { Doorbell, Mailbox } from './memory/mailbox.ts';
import { Positions } from './memory/positions.ts';
import { readCommand, requestAt } from './memory/record.ts';
import { ThreadDelays } from './memory/thread-delays.ts';
import { Partition } from './partition/partition.ts';
import type { PartitionWorld } from './partition/world.ts';
import { type Command, partitionOf, type Reply } from './protocol.ts';
import type { Replica } from './replica.ts';
import { ReplyMailboxes } from './reply-mailboxes.ts';
import type { SharedMemory } from './shared.ts';

export interface ActorThreadSettings {
  type: 'start';
  /** This thread's number; partition p lives on thread `p % actorThreads`. */
  thread: number;
  /** How often this thread has died in this run. */
  life: number;
  actorThreads: number;
  partitions: number;
  writer: string;
  journal: JournalSettings;
  /** Where this machine keeps its snapshots. */
  snapshotsFolder: string;
  /** How long orders that can change no more are kept in memory. */
  retainMs: number;
  /** Null: no replica. */
  redisUrl: string | null;
  memory: SharedMemory;
  /** How far the engine's steady clock is from this thread's own. */
  clockStepMs: number;
  /** Null where the engine is alone. */
  cluster: ThreadPartSettings | null;
  logLevel: (typeof logLevels)[number];
}

export type ToActorThread =
  | ActorThreadSettings
  | ToClusterThread
  | { type: 'drain' }
  | { type: 'crash' };
export type FromActorThread = FromClusterThread | { type: 'recovered' } | { type: 'drained' };

declare const self: Worker;

class ActorThread {
  readonly #loop: Loop;
  readonly #bell: Doorbell;
  readonly #commands: Mailbox[];
  readonly #replies: ReplyMailboxes;
  readonly #projectorBell: Doorbell;
  readonly #clock = wallClock;
  readonly #steadyClock: Clock;
  /** Partitions by number; only those of this thread are set. */
  readonly #partitions: (Partition | undefined)[] = [];
  readonly #own: Partition[] = [];
  /** Null where the engine is alone. */
  #part: ThreadPart | null = null;
  /** What main told before the journal was open. */
  readonly #early: ToClusterThread[] = [];
  /** Whether commands are taken: they wait until each partition has tried to recover. */
  #open = false;

  constructor(private readonly settings: ActorThreadSettings) {
    const { thread, memory } = settings;
    this.#steadyClock = createSteadyClock(settings.clockStepMs);
    this.#bell = new Doorbell(memory.actorBells[thread]!);
    this.#commands = memory.commands.map((byActor) => new Mailbox(byActor[thread]!));
    this.#replies = new ReplyMailboxes(memory, thread);
    this.#projectorBell = new Doorbell(memory.projectorBell);
    this.#loop = new Loop({
      clock: this.#clock,
      bell: this.#bell,
      partitions: this.#own,
      drainMailboxes: (now) => !this.#open || this.#drainAll(now),
      flush: () => this.#replies.flush(),
      breathe,
    });
  }

  async run(): Promise<void> {
    const { settings } = this;
    const log = getLogger(['stampede', 'actor']);
    const report = (state: string) => log.warning(`journal: ${state}`, {});
    const journal = await openJournal(settings.journal, settings.partitions, { report });
    const board = new Board(settings.memory.board);
    const positions = new Positions(settings.memory.positions);
    const replica = await this.#openReplica(board, positions);
    this.#part = await this.#joinCluster(journal, positions);
    const world: PartitionWorld = {
      journal,
      board,
      positions,
      snapshots: journal.snapshots(settings.snapshotsFolder),
      archive: {
        retainMs: settings.retainMs,
        lookMs: Math.min(archiveLookMs, settings.retainMs),
        isAllowed: () => positions.archives,
      },
      // A timer takes a millisecond even for none at all.
      sleep: (ms) => (ms === 0 ? breathe() : Bun.sleep(ms)),
      writer: settings.writer,
      steadyClock: this.#steadyClock,
      cluster: this.#part?.forPartitions ?? null,
      reply: (mailbox, request, reply) => this.#reply(mailbox, request, reply),
      acknowledged: (_partition, items) => {
        this.#projectorBell.ring();
        replica?.changed(items);
        this.#loop.acknowledged();
      },
      changed: () => this.#loop.changed(),
      log: (level, message, details) => log[level](message, details),
    };
    for (const p of ownPartitions(settings.thread, settings.actorThreads, settings.partitions)) {
      const partition = new Partition(p, world);
      this.#partitions[p] = partition;
      this.#own.push(partition);
    }
    void this.#recover();
    for (const message of this.#early.splice(0)) this.heard(message);
    const delays = new ThreadDelays(settings.memory.threadDelays);
    const watching = delays.watch(settings.memory.commands.length + settings.thread);
    const probe = () => journal.probe();
    const watch = new JournalWatch({ probe, positions, partitions: this.#own, log: world.log });
    const looking = setInterval(() => void watch.look(), probeMs);
    await this.#loop.run();
    clearInterval(looking);
    watch.stop();
    clearInterval(watching);
    for (const partition of this.#own) partition.stop();
    await replica?.close();
    await this.#part?.close();
    await journal.close();
    self.postMessage({ type: 'drained' } satisfies FromActorThread);
  }

  /** Does what main says of the cluster. */
  heard(message: ToClusterThread): void {
    if (this.#part === null) this.#early.push(message);
    else this.#part.heard(message);
  }

  async #joinCluster(journal: OpenedJournal, positions: Positions): Promise<ThreadPart | null> {
    const { cluster, writer, thread, actorThreads, partitions, memory } = this.settings;
    if (cluster === null) return null;
    if (journal.followed === null)
      throw new Error('a journal that cannot be followed has no cluster');
    // As with Redis below, who is alone does not load the client.
    const { ThreadPart } = await import('./cluster/thread-part.ts');
    const log = getLogger(['stampede', 'actor']);
    return new ThreadPart(cluster, {
      ...{ thread, actorThreads, partitions, positions },
      engine: writer,
      httpThreads: memory.commands.length,
      bell: this.#bell,
      clock: this.#clock,
      journal: journal.followed,
      partition: (partition) => this.#partitions[partition],
      submit: (...command) => this.#submit(...command),
      redirectHere: (...redirect) => this.#replies.redirect(...redirect),
      tellMain: (message) => self.postMessage(message),
      report: (what) => log.debug(`courier: ${what}`, {}),
    });
  }

  drain(): void {
    this.#openMailboxes();
    this.#loop.drain();
  }

  async #recover(): Promise<void> {
    // A thread that died may have left appends on their way.
    const cause = this.settings.life === 0 ? 'start' : 'restart';
    await Promise.all(this.#own.map((partition) => partition.recover(cause)));
    this.#openMailboxes();
    self.postMessage({ type: 'recovered' } satisfies FromActorThread);
  }

  #openMailboxes(): void {
    this.#open = true;
    this.#bell.ring();
  }

  /** Returns whether all mailboxes are empty, also the inbox of other engines. */
  #drainAll(now: number): boolean {
    const emptied = this.#drainMailboxes(now);
    return this.#part === null ? emptied : this.#part.inbox.drain(now) && emptied;
  }

  #drainMailboxes(now: number): boolean {
    let emptied = true;
    for (const [index, mailbox] of this.#commands.entries()) {
      let taken = 0;
      for (; taken < drainRecordsMax; taken++) {
        const offset = mailbox.take();
        if (offset < 0) break;
        const command = readCommand(mailbox.words, offset);
        const request = requestAt(mailbox.words, offset);
        mailbox.release();
        this.#submit(index, request, command, now);
      }
      if (taken === drainRecordsMax) emptied = false;
    }
    return emptied;
  }

  #submit(mailbox: number, request: number, command: Command, now: number): void {
    const partition = this.#partitions[partitionOf(command.item, this.settings.partitions)];
    if (partition === undefined)
      throw new Error(`item ${command.item} does not belong to this thread`);
    partition.submit(mailbox, request, command, now); // Steps 5 and 6.
  }

  /** Step 8, its end: a reply that may be sent goes to its HTTP thread, or to the engine that asked. */
  #reply(mailbox: number, request: number, reply: Reply): void {
    if (this.#replies.has(mailbox)) this.#replies.reply(mailbox, request, reply);
    else this.#part!.inbox.reply(mailbox, request, reply);
  }

  async #openReplica(board: Board, positions: Positions): Promise<Replica | null> {
    const { redisUrl, thread, partitions, actorThreads, writer } = this.settings;
    if (redisUrl === null) return null;
    const { Replica } = await import('./replica.ts');
    const log = getLogger(['stampede', 'replica']);
    return new Replica({
      url: redisUrl,
      board,
      positions,
      clock: this.#clock,
      partitions,
      own: ownPartitions(thread, actorThreads, partitions),
      mark: Bun.randomUUIDv7(),
      log: (level, message, details) => log[level](message, { writer, ...details }),
    });
  }
}

/** Gives the thread's timers and messages a turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function ownPartitions(thread: number, actorThreads: number, partitions: number): number[] {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return all.filter((partition) => partition % actorThreads === thread);
}

let running: ActorThread | undefined;

self.onmessage = ({ data }: MessageEvent<ToActorThread>) => {
  switch (data.type) {
    case 'start':
      configureLog(data.logLevel, `actor-${data.thread}`);
      running = new ActorThread(data);
      running.run().catch((error) => {
        getLogger(['stampede', 'actor']).fatal('actor thread failed', { error: String(error) });
        process.exit(1);
      });
      break;
    case 'drain':
      running?.drain();
      break;
    case 'crash':
      throw new Error('told to crash');
    default:
      running?.heard(data);
  }
};
