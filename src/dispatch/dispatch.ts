/**
 * The HTTP thread's end of the mailboxes: a command goes in, a promise of the reply comes out. The
 * doorbell of an actor thread rings once per turn of the event loop, however many commands the turn
 * brought. No other code may know where an actor lives.
 */

import { mailboxRecords, replyTimeoutMs } from '../../actors/limits.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { requestAt, writeCommand } from '../../actors/memory/record.ts';
import { readReply } from '../../actors/memory/reply-record.ts';
import { type Command, code, partitionOf, type Reply, refusal } from '../../actors/protocol.ts';
import type { SharedMemory } from '../../actors/shared.ts';

/**
 * After this many commands in one turn the actors are rung, and replies taken, without waiting for its
 * end: with over a thousand sockets ready, Bun serves tens of thousands of requests in one turn.
 */
const turnCommandsMax = 512;

export interface DispatchSettings {
  /** Number of this HTTP thread. */
  thread: number;
  /** How often this thread has been started: replies to an earlier life are not taken for ours. */
  life: number;
  partitions: number;
  actorThreads: number;
  memory: SharedMemory;
}

/** The requests in flight to one actor thread; a slot is free when it has no resolver. */
class Lane {
  readonly resolvers: (((reply: Reply) => void) | undefined)[] = new Array(mailboxRecords);
  readonly requests = new Float64Array(mailboxRecords);
  readonly items = new Int32Array(mailboxRecords);
  readonly sentAt = new Float64Array(mailboxRecords);
  readonly #free = Int32Array.from({ length: mailboxRecords }, (_, slot) => slot);
  #freeCount = mailboxRecords;
  rung = true;

  constructor(
    readonly commands: Mailbox,
    readonly replies: Mailbox,
    readonly bell: Doorbell,
  ) {}

  get inFlight(): number {
    return mailboxRecords - this.#freeCount;
  }

  takeSlot(): number {
    return this.#freeCount === 0 ? -1 : this.#free[--this.#freeCount]!;
  }

  freeSlot(slot: number): void {
    this.resolvers[slot] = undefined;
    this.#free[this.#freeCount++] = slot;
  }
}

export class Dispatch {
  readonly #lanes: Lane[];
  readonly #bell: Doorbell;
  #nextRequest: number;
  #flushing = false;
  #turnCommands = 0;
  #sweep: Timer | undefined;

  constructor(
    private readonly settings: DispatchSettings,
    private readonly board: Board,
    private readonly metrics: { countCommand(type: Command['type']): void },
  ) {
    const { thread, memory, life } = settings;
    this.#bell = new Doorbell(memory.httpBells[thread]!);
    this.#lanes = memory.commands[thread]!.map(
      (commands, actor) =>
        new Lane(
          new Mailbox(commands),
          new Mailbox(memory.replies[thread]![actor]!),
          new Doorbell(memory.actorBells[actor]!),
        ),
    );
    // Twelve bits of the life, 28 of the request and 13 of the slot make one safe integer.
    this.#nextRequest = (life % 2 ** 12) * 2 ** 28;
  }

  /** Starts to deliver replies. */
  start(): void {
    void this.#deliver();
    this.#sweep = setInterval(() => this.#expire(), 500);
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  /** Commands whose reply has not come yet. */
  get inFlight(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.inFlight, 0);
  }

  /**
   * Step 3: sends a command to its item's actor. Never rejects: a full mailbox answers 30003 at
   * once, an actor that is silent for `replyTimeoutMs` or dies answers 10004.
   */
  send(command: Command): Promise<Reply> {
    const { partitions, actorThreads } = this.settings;
    const lane = this.#lanes[partitionOf(command.item, partitions) % actorThreads]!;
    if (lane.inFlight === mailboxRecords) this.#exchange();
    const offset = lane.commands.reserve();
    const slot = offset < 0 ? -1 : lane.takeSlot();
    if (slot < 0) {
      this.board.count(command.item, code.tooBusy);
      return Promise.resolve(refusal(code.tooBusy));
    }
    const request = this.#nextRequest * mailboxRecords + slot;
    this.#nextRequest++;
    lane.requests[slot] = request;
    lane.items[slot] = command.item;
    lane.sentAt[slot] = performance.now();
    // The request is registered before the command can be seen: its reply may be taken right below.
    const reply = new Promise<Reply>((resolve) => {
      lane.resolvers[slot] = resolve;
    });
    writeCommand(lane.commands.words, offset, request, command);
    lane.commands.publish();
    this.metrics.countCommand(command.type);
    this.#ringLater(lane);
    return reply;
  }

  /** Answers "outcome unknown" to everything that a dead actor thread had not answered. */
  actorDied(actor: number): void {
    this.#abandon(this.#lanes[actor]!, Number.POSITIVE_INFINITY);
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
    for (const lane of this.#lanes) {
      if (lane.rung) continue;
      lane.rung = true;
      lane.bell.ring();
    }
  }

  /** Does in the middle of a turn what is otherwise done between turns. */
  #exchange(): void {
    this.#ring();
    for (const lane of this.#lanes) this.#empty(lane);
  }

  /** Step 9: hands replies to the requests that wait for them. */
  async #deliver(): Promise<void> {
    for (;;) {
      const seen = this.#bell.count;
      for (const lane of this.#lanes) this.#empty(lane);
      await this.#bell.wait(seen, 1_000);
    }
  }

  #empty(lane: Lane): void {
    const { words } = lane.replies;
    for (let offset = lane.replies.take(); offset >= 0; offset = lane.replies.take()) {
      const request = requestAt(words, offset);
      const slot = request % mailboxRecords;
      const resolve = lane.resolvers[slot];
      if (resolve !== undefined && lane.requests[slot] === request) {
        const reply = readReply(words, offset);
        if (reply.code !== code.ok) this.board.count(lane.items[slot]!, reply.code);
        lane.freeSlot(slot);
        resolve(reply);
      }
      lane.replies.release();
    }
  }

  #expire(): void {
    const before = performance.now() - replyTimeoutMs;
    for (const lane of this.#lanes) if (lane.inFlight > 0) this.#abandon(lane, before);
  }

  #abandon(lane: Lane, sentBefore: number): void {
    for (const [slot, resolve] of lane.resolvers.entries()) {
      if (resolve === undefined || lane.sentAt[slot]! >= sentBefore) continue;
      this.board.count(lane.items[slot]!, code.outcomeUnknown);
      lane.freeSlot(slot);
      resolve(refusal(code.outcomeUnknown));
    }
  }
}
