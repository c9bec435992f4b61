/**
 * A lane leads to one actor thread, in this engine or another. It has a slot for each command in flight, with
 * who waits for the reply; how commands and replies travel is the two kinds' own.
 */
import type { Owner } from '../../actors/cluster/owners.ts';
import { mailboxRecords } from '../../actors/limits.ts';
import { type Code, type Command, code, type Reply, refusal } from '../../actors/protocol.ts';

/** Told of the reply to a command, with the tag that was sent with it: one function may wait for many. */
export type Resolve = (reply: Reply, tag: number) => void;

/** A command that has been sent where it was not carried out. */
export interface Redirected {
  command: Command;
  resolve: Resolve;
  tag: number;
  /** How often by now. */
  redirects: number;
}

/** What a lane needs of dispatch. */
export interface LaneWorld {
  /** A command was answered with a refusal. */
  count(item: number, refused: Code): void;
  /** A command was not carried out where `from` leads, since its partition is another engine's. */
  sendAgain(redirected: Redirected, owner: Owner | null, from: Lane): void;
}

export abstract class Lane {
  /** False while commands have gone into the lane that the other end has not been told of. */
  rung = true;
  /** A slot is free when it has no resolver. */
  readonly #resolvers: (Resolve | undefined)[] = new Array(mailboxRecords);
  readonly #commands: (Command | undefined)[] = new Array(mailboxRecords);
  readonly #tags = new Int32Array(mailboxRecords);
  readonly #requests = new Float64Array(mailboxRecords);
  readonly #sentAt = new Float64Array(mailboxRecords);
  /** How often the command had been redirected when it came here. */
  readonly #redirects = new Uint8Array(mailboxRecords);
  readonly #free = Int32Array.from({ length: mailboxRecords }, (_, slot) => slot);
  #freeCount = mailboxRecords;
  #nextRequest: number;

  /** @param life - how often this thread has been started: replies to an earlier life are not taken for ours. */
  constructor(
    private readonly world: LaneWorld,
    life: number,
  ) {
    // Twelve bits of the life, 28 of the request and 13 of the slot make one safe integer.
    this.#nextRequest = (life % 2 ** 12) * 2 ** 28;
  }

  /**
   * Hot path: puts a command into the lane, or refuses it with the code that is returned. `redirects`: how often
   * it has been redirected before.
   */
  abstract post(command: Command, resolve: Resolve, tag: number, redirects: number): Code;

  /** Tells the other end of what was posted. */
  abstract ring(): void;

  /** Commands whose reply has not come. */
  get inFlight(): number {
    return mailboxRecords - this.#freeCount;
  }

  get isFull(): boolean {
    return this.#freeCount === 0;
  }

  /** Answers "outcome unknown" to everything that was sent before a moment of `performance.now`. */
  abandon(sentBefore = Number.POSITIVE_INFINITY): void {
    if (this.inFlight === 0) return;
    this.settleEach(code.outcomeUnknown, (slot) => this.#sentAt[slot]! < sentBefore);
  }

  /** Registers a command before it can be seen: its reply may come at once. The lane must not be full. */
  protected register(command: Command, resolve: Resolve, tag: number, redirects: number): number {
    const slot = this.#free[--this.#freeCount]!;
    const request = this.#nextRequest++ * mailboxRecords + slot;
    this.#requests[slot] = request;
    this.#commands[slot] = command;
    this.#tags[slot] = tag;
    this.#sentAt[slot] = performance.now();
    this.#redirects[slot] = redirects;
    this.#resolvers[slot] = resolve;
    return request;
  }

  /** The slot of a request that still waits, or -1: its reply came before, or too late, or is to another life. */
  protected waitingSlot(request: number): number {
    const slot = slotOf(request);
    return this.#resolvers[slot] !== undefined && this.#requests[slot] === request ? slot : -1;
  }

  protected commandIn(slot: number): Command {
    return this.#commands[slot]!;
  }

  protected tagIn(slot: number): number {
    return this.#tags[slot]!;
  }

  /** Frees a slot whose command is answered, and returns who is to be told. */
  protected release(slot: number, reply: Reply): Resolve {
    if (reply.code !== code.ok) this.world.count(this.#commands[slot]!.item, reply.code);
    return this.#clear(slot);
  }

  protected settle(slot: number, reply: Reply): void {
    const tag = this.tagIn(slot);
    this.release(slot, reply)(reply, tag);
  }

  protected settleEach(refused: Code, isMeant: (slot: number) => boolean): void {
    for (const [slot, resolve] of this.#resolvers.entries()) {
      if (resolve !== undefined && isMeant(slot)) this.settle(slot, refusal(refused));
    }
  }

  /** The command was not carried out where it went. */
  protected redirect(slot: number, owner: Owner | null): void {
    const command = this.#commands[slot]!;
    const tag = this.tagIn(slot);
    const redirects = this.#redirects[slot]! + 1;
    this.world.sendAgain({ command, resolve: this.#clear(slot), tag, redirects }, owner, this);
  }

  #clear(slot: number): Resolve {
    const resolve = this.#resolvers[slot]!;
    this.#resolvers[slot] = undefined;
    this.#commands[slot] = undefined;
    this.#free[this.#freeCount++] = slot;
    return resolve;
  }
}

export function slotOf(request: number): number {
  return request % mailboxRecords;
}
