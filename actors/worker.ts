/**
 * An actor thread: its mailboxes, its partitions and what they need, around the loop. Steps of an order
 * are numbered as in the README: step 4 is `loop.ts`, which drains the mailboxes here, step 5 is
 * `item.ts`, which `partition.ts` calls, steps 6 and 8 are `pipeline.ts`.
 *
 * Main starts it with an `ActorThreadSettings` message and may send `drain`; the thread sends
 * `recovered` once every partition has tried to recover, and `drained`.
 */

import { wallClock } from './clock.ts';
import { type JournalSettings, openJournal } from './journal/open.ts';
import { JournalWatch } from './journal-watch.ts';
import { drainRecordsMax, probeMs } from './limits.ts';
import { configureLog, getLogger, type logLevels } from './log.ts';
import { Loop } from './loop.ts';
import { Board } from './memory/board.ts';
import { Doorbell, Mailbox } from './memory/mailbox.ts';
import { Positions } from './memory/positions.ts';
import { readCommand, requestAt } from './memory/record.ts';
import { writeReply } from './memory/reply-record.ts';
import { ThreadDelays } from './memory/thread-delays.ts';
import { Partition, type PartitionWorld } from './partition/partition.ts';
import { partitionOf, type Reply } from './protocol.ts';
import { Replica } from './replica.ts';
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
  /** Null: no replica. */
  redisUrl: string | null;
  memory: SharedMemory;
  logLevel: (typeof logLevels)[number];
}

export type ToActorThread = ActorThreadSettings | { type: 'drain' } | { type: 'crash' };
export type FromActorThread = { type: 'recovered' } | { type: 'drained' };

declare const self: Worker;

class ActorThread {
  readonly #loop: Loop;
  readonly #bell: Doorbell;
  readonly #commands: Mailbox[];
  readonly #replies: Mailbox[];
  readonly #httpBells: Doorbell[];
  readonly #projectorBell: Doorbell;
  readonly #clock = wallClock;
  /** Partitions by number; only those of this thread are set. */
  readonly #partitions: (Partition | undefined)[] = [];
  readonly #own: Partition[] = [];
  /** HTTP threads that have new replies but have not been rung for them. */
  readonly #unrung = new Set<number>();
  /** Replies that found their mailbox full: its HTTP thread died with many in flight. */
  #stalled: { mailbox: number; request: number; reply: Reply }[] = [];
  /** Whether commands are taken: they wait until each partition has tried to recover. */
  #open = false;

  constructor(private readonly settings: ActorThreadSettings) {
    const { thread, memory } = settings;
    this.#bell = new Doorbell(memory.actorBells[thread]!);
    this.#commands = memory.commands.map((byActor) => new Mailbox(byActor[thread]!));
    this.#replies = memory.replies.map((byActor) => new Mailbox(byActor[thread]!));
    this.#httpBells = memory.httpBells.map((bell) => new Doorbell(bell));
    this.#projectorBell = new Doorbell(memory.projectorBell);
    this.#loop = new Loop({
      clock: this.#clock,
      bell: this.#bell,
      partitions: this.#own,
      drainMailboxes: (now) => !this.#open || this.#drainMailboxes(now),
      flush: () => this.#flush(),
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
    const replica = this.#openReplica(board, positions);
    const world: PartitionWorld = {
      journal,
      board,
      positions,
      // A timer takes a millisecond even for none at all.
      sleep: (ms) => (ms === 0 ? breathe() : Bun.sleep(ms)),
      writer: settings.writer,
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
    await journal.close();
    self.postMessage({ type: 'drained' } satisfies FromActorThread);
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

  /** Returns whether all mailboxes are empty. */
  #drainMailboxes(now: number): boolean {
    const { partitions } = this.settings;
    let emptied = true;
    for (const [index, mailbox] of this.#commands.entries()) {
      let taken = 0;
      for (; taken < drainRecordsMax; taken++) {
        const offset = mailbox.take();
        if (offset < 0) break;
        const command = readCommand(mailbox.words, offset);
        const request = requestAt(mailbox.words, offset);
        mailbox.release();
        const partition = this.#partitions[partitionOf(command.item, partitions)];
        if (partition === undefined)
          throw new Error(`item ${command.item} does not belong to this thread`);
        partition.submit(index, request, command, now); // Steps 5 and 6.
      }
      if (taken === drainRecordsMax) emptied = false;
    }
    return emptied;
  }

  /** Step 8, its end: a reply that may be sent goes into the mailbox of its HTTP thread. */
  #reply(mailbox: number, request: number, reply: Reply): void {
    const ring = this.#replies[mailbox]!;
    const offset = ring.reserve();
    if (offset < 0) {
      this.#stalled.push({ mailbox, request, reply });
      return;
    }
    writeReply(ring.words, offset, request, reply);
    ring.publish();
    this.#ringLater(mailbox);
  }

  #openReplica(board: Board, positions: Positions): Replica | null {
    const { redisUrl, thread, partitions, actorThreads, writer } = this.settings;
    if (redisUrl === null) return null;
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

  /** One ring for all the replies that leave together. */
  #ringLater(mailbox: number): void {
    if (this.#unrung.size === 0) queueMicrotask(() => this.#flush());
    this.#unrung.add(mailbox);
  }

  /** Returns false while replies wait for room in a mailbox. */
  #flush(): boolean {
    const stalled = this.#stalled;
    this.#stalled = [];
    for (const { mailbox, request, reply } of stalled) this.#reply(mailbox, request, reply);
    for (const mailbox of this.#unrung) this.#httpBells[mailbox]!.ring();
    this.#unrung.clear();
    return this.#stalled.length === 0;
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
  }
};
