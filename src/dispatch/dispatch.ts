/**
 * The HTTP thread's end of all lanes: a command goes in, its reply comes out. The lane is that of the
 * command's partition: a mailbox to an actor thread here, or messages to one in another engine. Actor threads
 * are rung, and messages sent, once per turn of the event loop, however many commands the turn brought.
 * No other code may know where an actor lives.
 *
 * A command whose partition turns out to be another engine's is sent again to where the redirect leads. Where that
 * one redirects it, too, not all engines have heard yet who owns the partition: it is tried again a few times, for a
 * moment in all.
 */

import type { Courier } from '../../actors/cluster/courier.ts';
import type { Owner, Owners } from '../../actors/cluster/owners.ts';
import { redirectPauseMs, redirectsMax, replyTimeoutMs } from '../../actors/limits.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { Positions } from '../../actors/memory/positions.ts';
import {
  type Code,
  type Command,
  code,
  partitionOf,
  type Reply,
  refusal,
} from '../../actors/protocol.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import type { Lane, LaneWorld, Redirected, Resolve } from './lane.ts';
import { LocalLane } from './local-lane.ts';
import { RemoteLanes } from './remote-lanes.ts';

/**
 * After this many commands in one turn the actors are rung, and replies taken, without waiting for its
 * end: with over a thousand sockets ready, Bun serves tens of thousands of requests in one turn.
 */
const turnCommandsMax = 512;

/** How often commands are looked through for those that wait too long. */
const sweepMs = 500;

export interface DispatchSettings {
  /** Number of this HTTP thread. */
  thread: number;
  /** How often this thread has been started: replies to an earlier life are not taken for ours. */
  life: number;
  partitions: number;
  actorThreads: number;
  memory: SharedMemory;
  /** Id of this run of the engine, which its entries name as their writer. */
  writer: string;
}

export interface DispatchParts {
  board: Pick<Board, 'count'>;
  metrics: {
    countCommand(type: Command['type']): void;
    /** A message with so many commands has gone to another engine. */
    countForwarded(commands: number): void;
  };
  /** By which other engines are reached; null where an engine is alone. */
  courier: Pick<Courier, 'isConnected' | 'publish' | 'subscribe'> | null;
  /** Told of messages that are refused, in words. */
  report(what: string): void;
}

export class Dispatch {
  readonly #settings: DispatchSettings;
  readonly #parts: DispatchParts;
  /** By actor thread of this engine. */
  readonly #local: readonly LocalLane[];
  readonly #remote: RemoteLanes | null;
  /** By partition; null where no engine is known that could own it. */
  readonly #lanes: (Lane | null)[];
  readonly #bell: Doorbell;
  #flushing = false;
  #turnCommands = 0;
  #sendings = 0;
  /** Commands that wait to be sent again. */
  #pausing = 0;
  #sweep: Timer | undefined;

  constructor(settings: DispatchSettings, parts: DispatchParts) {
    const { thread, memory, life, partitions, actorThreads, writer } = settings;
    const { board, courier, metrics, report } = parts;
    this.#settings = settings;
    this.#parts = parts;
    this.#bell = new Doorbell(memory.httpBells[thread]!);
    const world: LaneWorld = {
      count: (item, refused) => board.count(item, refused),
      sendAgain: (...redirected) => this.#sendAgain(...redirected),
    };
    const mailboxes = (commands: SharedArrayBuffer, actor: number) => ({
      commands: new Mailbox(commands),
      replies: new Mailbox(memory.replies[thread]![actor]!),
      bell: new Doorbell(memory.actorBells[actor]!),
    });
    this.#local = memory.commands[thread]!.map(
      (commands, actor) => new LocalLane(mailboxes(commands, actor), world, life),
    );
    const positions = new Positions(memory.positions);
    const own = { positions, partitions, engine: writer, thread, life };
    const counting = {
      countForwarded: (commands: number) => {
        this.#sendings++;
        metrics.countForwarded(commands);
      },
    };
    const cluster = { ...own, world, metrics: counting, report };
    this.#remote = courier && new RemoteLanes({ courier, ...cluster });
    this.#lanes = Array.from({ length: partitions }, (_, p) => this.#local[p % actorThreads]!);
  }

  /** Starts to deliver replies. */
  start(): void {
    void this.#deliver();
    this.#sweep = setInterval(() => this.#expire(), sweepMs);
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  /** How many messages have gone to other engines. */
  get sendings(): number {
    return this.#sendings;
  }

  /** Commands whose reply has not come yet. */
  get inFlight(): number {
    const remote = this.#remote?.inFlight ?? 0;
    return this.#local.reduce((sum, lane) => sum + lane.inFlight, remote + this.#pausing);
  }

  /**
   * Step 3: sends a command to its item's actor. Never rejects: a lane that is full answers 30003 at
   * once, an actor that is silent for `replyTimeoutMs` or dies answers 10004. Where no engine is known that
   * could own the partition, or none is reached, nothing was done and the answer is 30002.
   */
  send(command: Command): Promise<Reply> {
    return new Promise((resolve) => this.post(command, resolve, 0));
  }

  /**
   * As `send`, for whoever waits for many replies without a promise for each: `resolve` is told each reply with the
   * tag of its command, exactly once, and at once where the command is refused here.
   */
  post(command: Command, resolve: Resolve, tag: number): void {
    const lane = this.#lanes[partitionOf(command.item, this.#settings.partitions)]!;
    if (lane?.isFull) this.#exchange();
    const posted = lane === null ? code.journalUnavailable : lane.post(command, resolve, tag, 0);
    if (lane === null || posted !== code.ok) {
      this.#refuse(command, resolve, tag, posted);
      return;
    }
    this.#parts.metrics.countCommand(command.type);
    this.#ringLater(lane);
  }

  /**
   * In a cluster: where commands go from now on. Until it is called they go to this engine's own threads. What
   * was sent to an engine that owns nothing any more is soon answered with 10004.
   */
  setOwners(owners: Owners): void {
    for (const [partition, owner] of owners.entries()) {
      this.#lanes[partition] = owner === null ? null : this.#laneTo(owner, partition);
    }
    this.#remote?.named(owners);
  }

  /** Answers "outcome unknown" to everything that a dead actor thread had not answered. */
  actorDied(actor: number): void {
    this.#local[actor]!.abandon();
  }

  /** The courier's connection is gone: what was sent by way of it is answered with "outcome unknown". */
  courierLost(): void {
    this.#remote?.lost();
  }

  #laneTo(owner: Owner, partition: number): Lane | null {
    const { writer, actorThreads } = this.#settings;
    if (owner.id === writer) return this.#local[partition % actorThreads]!;
    return this.#remote?.to(owner, partition) ?? null;
  }

  /** To the owner that the first redirect names; else to whom main has named, after a pause where that changes nothing yet. */
  #sendAgain(redirected: Redirected, owner: Owner | null, from: Lane): void {
    const { command, resolve, tag, redirects } = redirected;
    const partition = partitionOf(command.item, this.#settings.partitions);
    const named = owner && this.#laneTo(owner, partition);
    const lane = named === null || named === from ? this.#lanes[partition]! : named;
    if (redirects === 1 && lane !== null && lane !== from) {
      this.#postAgain(lane, redirected);
      return;
    }
    if (redirects > redirectsMax) {
      this.#refuse(command, resolve, tag, code.journalUnavailable);
      return;
    }
    this.#pausing++;
    setTimeout(() => {
      this.#pausing--;
      this.#postAgain(this.#lanes[partition]!, redirected);
    }, redirectPauseMs);
  }

  #postAgain(lane: Lane | null, { command, resolve, tag, redirects }: Redirected): void {
    const posted =
      lane === null ? code.journalUnavailable : lane.post(command, resolve, tag, redirects);
    if (lane === null || posted !== code.ok) this.#refuse(command, resolve, tag, posted);
    else this.#ringLater(lane);
  }

  #refuse(command: Command, resolve: Resolve, tag: number, refused: Code): void {
    this.#parts.board.count(command.item, refused);
    resolve(refusal(refused), tag);
  }

  #ringLater(lane: Lane): void {
    lane.rung = false;
    if (++this.#turnCommands >= turnCommandsMax) this.#exchange();
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#ring();
    });
  }

  #ring(): void {
    this.#turnCommands = 0;
    for (const lane of this.#local) {
      if (lane.rung) continue;
      lane.rung = true;
      lane.ring();
    }
    this.#remote?.ring();
  }

  /** Does in the middle of a turn what is otherwise done between turns. */
  #exchange(): void {
    this.#ring();
    for (const lane of this.#local) lane.empty();
  }

  /** Step 9: hands replies to the requests that wait for them. */
  async #deliver(): Promise<void> {
    for (;;) {
      const seen = this.#bell.count;
      for (const lane of this.#local) lane.empty();
      await this.#bell.wait(seen, 1_000);
    }
  }

  #expire(): void {
    const before = performance.now() - replyTimeoutMs;
    for (const lane of this.#local) lane.abandon(before);
    this.#remote?.expire(before);
  }
}
