/**
 * What an HTTP thread's dispatch does in a cluster, in virtual time: a command goes to the owner of its
 * partition, in this engine or by a message of the real layout; it is sent once more where its owner has
 * changed, and answered with "outcome unknown" when nobody answers.
 */
import type { Letter as Message } from '../../../actors/cluster/courier.ts';
import type { Owner, Owners } from '../../../actors/cluster/owners.ts';
import {
  CommandsToSend,
  inboxSubject,
  type ReceivedReplies,
  receivedReplies,
} from '../../../actors/cluster/wire.ts';
import { boardCatchUpMsMax, replyTimeoutMs } from '../../../actors/limits.ts';
import type { Positions } from '../../../actors/memory/positions.ts';
import { requestAt } from '../../../actors/memory/record.ts';
import {
  isRedirect,
  readRedirect,
  readReply,
  replyLengthAt,
} from '../../../actors/memory/reply-record.ts';
import { type Command, code, partitionOf, type Reply, refusal } from '../../../actors/protocol.ts';
import type { Letter } from '../letter.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Network } from './network.ts';

/** How often the positions are looked at for whoever waits. */
const lookMs = 5;

interface Pending {
  command: Command;
  answer(reply: Reply): void;
  /** How often it was sent. */
  sent: number;
}

/** The messages to one owner. */
interface Lane {
  subject: string;
  owner: Owner;
  commands: CommandsToSend;
  /** Of messages sent. */
  number: number;
  /** By message that may be undelivered: the requests in it. */
  requests: Map<number, number[]>;
  open: number[];
}

export interface RouterWorld {
  /** Id of this engine's run. */
  engine: string;
  /** The HTTP thread. */
  thread: object;
  network: Network;
  around: Surroundings;
  positions: Positions;
  /** Puts a command into the mailbox of this engine's own actor thread. */
  local(letter: Letter): void;
}

export class Router {
  owners: Owners = [];
  readonly #pending = new Map<number, Pending>();
  readonly #lanes = new Map<string, Lane>();
  readonly #replies: string;
  readonly #courier: ReturnType<Network['courier']>;
  #requests = 0;
  #sendings = 0;

  constructor(private readonly world: RouterWorld) {
    this.#replies = `replies.${world.engine}`;
    this.#courier = world.network.courier(world.thread);
    this.#courier.subscribe(this.#replies, (message) => this.#heard(message));
  }

  /** How many messages have gone to other engines. */
  get sendings(): number {
    return this.#sendings;
  }

  /** Sends a command to its owner; it is always answered, sooner or later, while this process lives. */
  send(command: Command, answer: (reply: Reply) => void): void {
    const request = ++this.#requests;
    this.#pending.set(request, { command, answer, sent: 0 });
    this.world.around.scheduler.timer(this.world.thread, 'nobody answers', replyTimeoutMs, () =>
      this.#expired(request),
    );
    this.#dispatch(request, this.owners[this.#partitionOf(command)] ?? null);
  }

  #partitionOf({ item }: Command): number {
    return partitionOf(item, this.world.around.partitions);
  }

  #dispatch(request: number, owner: Owner | null): void {
    const pending = this.#pending.get(request)!;
    if (owner === null || pending.sent === 2) {
      this.#answer(request, refusal(code.journalUnavailable));
      return;
    }
    pending.sent++;
    const { command } = pending;
    if (owner.id !== this.world.engine) {
      this.#forward(request, command, owner);
      return;
    }
    this.world.local({
      command,
      taken: () => undefined,
      answered: (reply) => this.#answer(request, reply),
      // Nobody tells who waits.
      orphaned: () => undefined,
      redirected: (elsewhere) => this.#redirected(request, elsewhere),
    });
  }

  #redirected(request: number, owner: Owner | null): void {
    if (this.#pending.has(request)) this.#dispatch(request, owner);
  }

  #forward(request: number, command: Command, owner: Owner): void {
    const { thread, around } = this.world;
    const lane = this.#laneTo(owner);
    lane.commands.add(request, command);
    lane.open.push(request);
    if (lane.open.length > 1) return;
    // A turn's commands go in one message.
    around.scheduler.timer(thread, 'the turn is over', 0, () => {
      this.#sendings++;
      const number = ++lane.number;
      lane.requests.set(number, lane.open);
      lane.open = [];
      const inbox = inboxSubject(owner.id, 0);
      this.#courier.publish(inbox, lane.commands.take(number), `${lane.subject}.${number}`);
    });
  }

  #laneTo(owner: Owner): Lane {
    const known = this.#lanes.get(owner.id);
    if (known !== undefined) return known;
    const subject = `${this.#replies}.${this.#lanes.size}`;
    const commands = new CommandsToSend();
    const lane = { subject, owner, commands, number: 0, requests: new Map(), open: [] };
    this.#lanes.set(owner.id, lane);
    return lane;
  }

  #heard({ subject, bytes, isUndelivered }: Message): void {
    if (isUndelivered) {
      this.#undelivered(subject);
      return;
    }
    const replies = receivedReplies(bytes)!; // All engines of a run are of one version.
    const { words, first, count } = replies;
    for (let record = 0, offset = first; record < count; record++) {
      const request = requestAt(words, offset);
      if (isRedirect(words, offset)) this.#redirected(request, readRedirect(words, offset));
      else this.#replied(request, readReply(words, offset), replies);
      offset += replyLengthAt(words, offset);
    }
  }

  #replied(request: number, reply: Reply, { reached }: ReceivedReplies): void {
    const { plants } = this.world.around;
    const pending = this.#pending.get(request);
    if (pending === undefined) return;
    const partition = this.#partitionOf(pending.command);
    // Whoever asks how far the owner is waits until the board here is as far, as in `HeldReplies`.
    const sequence = pending.command.type === 'sync' ? reached.get(partition) : undefined;
    if (plants.sendsAgain?.(reply) === true)
      this.#dispatch(request, this.owners[partition] ?? null);
    else if (sequence === undefined) this.#answer(request, reply);
    else this.#whenShown(request, reply, { partition, sequence }, boardCatchUpMsMax);
  }

  #whenShown(
    request: number,
    reply: Reply,
    of: { partition: number; sequence: number },
    forMs: number,
  ): void {
    const { positions, around, thread } = this.world;
    if (positions.get(of.partition, 'journalSeq') >= of.sequence) this.#answer(request, reply);
    else if (forMs <= 0) this.#answer(request, refusal(code.outcomeUnknown));
    else
      around.scheduler.timer(thread, 'the board is looked at', lookMs, () =>
        this.#whenShown(request, reply, of, forMs - lookMs),
      );
  }

  /** Nobody took the message: nothing was done. */
  #undelivered(subject: string): void {
    const cut = subject.lastIndexOf('.');
    const lane = [...this.#lanes.values()].find((each) => each.subject === subject.slice(0, cut));
    for (const request of lane?.requests.get(Number(subject.slice(cut + 1))) ?? [])
      this.#answer(request, refusal(code.journalUnavailable));
  }

  #expired(request: number): void {
    this.#answer(request, refusal(code.outcomeUnknown));
  }

  #answer(request: number, reply: Reply): void {
    const pending = this.#pending.get(request);
    if (pending === undefined) return;
    this.#pending.delete(request);
    pending.answer(reply);
  }
}
