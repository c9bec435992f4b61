/**
 * The way to an actor thread of another engine: a turn's commands go in one message to its inbox, and come back as
 * messages of replies to the lane's own subject. `gathering.ts` says when a message goes.
 *
 * Each message names for its replies a subject below the lane's, with the number of the message: there NATS
 * says that nobody took it. Its commands were then carried out nowhere, unlike those that are answered by
 * silence.
 */
import type { Courier } from '../../actors/cluster/courier.ts';
import type { Owner } from '../../actors/cluster/owners.ts';
import {
  CommandsToSend,
  inboxSubject,
  type ReceivedReplies,
  receivedReplies,
} from '../../actors/cluster/wire.ts';
import { forwardQuietMs, mailboxRecords } from '../../actors/limits.ts';
import { isDeed, requestAt } from '../../actors/memory/record.ts';
import {
  isRedirect,
  readRedirect,
  readReply,
  replyLengthAt,
} from '../../actors/memory/reply-record.ts';
import {
  type Code,
  type Command,
  code,
  partitionOf,
  type Reply,
  refusal,
} from '../../actors/protocol.ts';
import { Gathering } from './gathering.ts';
import type { HeldReplies } from './held-replies.ts';
import { Lane, type LaneWorld, type Resolve, slotOf } from './lane.ts';

export interface RemoteLaneParts {
  courier: Pick<Courier, 'isConnected' | 'publish'>;
  /** The lane's own, under which it takes replies. */
  repliesSubject: string;
  owner: Owner;
  /** Of the owner's actor threads. */
  thread: number;
  partitions: number;
  metrics: { countForwarded(commands: number): void };
  held: HeldReplies;
}

export class RemoteLane extends Lane {
  /** When the lane is given up, in milliseconds of `performance.now`. */
  goneAt = Number.POSITIVE_INFINITY;
  readonly #parts: RemoteLaneParts;
  readonly #inbox: string;
  readonly #out = new CommandsToSend();
  /** The message that is being gathered, and that with which each slot's command went. */
  #number = 1;
  readonly #numbers = new Float64Array(mailboxRecords);
  readonly #gathering = new Gathering();
  /** Set while what has gathered waits for more. */
  #waiting: Timer | null = null;

  constructor(parts: RemoteLaneParts, world: LaneWorld, life: number) {
    super(world, life);
    this.#parts = parts;
    this.#inbox = inboxSubject(parts.owner.id, parts.thread);
  }

  /** Id of the engine that the lane leads to. */
  get engine(): string {
    return this.#parts.owner.id;
  }

  override post(command: Command, resolve: Resolve, tag: number, redirects: number): Code {
    if (!this.#parts.courier.isConnected) return code.journalUnavailable;
    if (this.isFull) return code.tooBusy;
    const request = this.register(command, resolve, tag, redirects);
    this.#numbers[slotOf(request)] = this.#number;
    this.#out.add(request, command);
    this.#gathering.add();
    if (this.#out.isFull) this.#send();
    return code.ok;
  }

  override ring(): void {
    const gathered = this.#out.count;
    if (gathered === 0) return;
    const onTheirWay = this.inFlight - gathered;
    if (this.#gathering.isDue(gathered, onTheirWay, performance.now())) this.#send();
    else this.#waiting ??= setTimeout(() => this.#look(), forwardQuietMs);
  }

  #look(): void {
    this.#waiting = null;
    if (this.#gathering.isOverdue(this.#out.count, performance.now())) this.#send();
    else this.#waiting = setTimeout(() => this.#look(), forwardQuietMs);
  }

  #send(): void {
    this.#waitNoMore();
    if (this.#out.count === 0) return;
    const { courier, metrics, repliesSubject } = this.#parts;
    const number = this.#number++;
    this.#gathering.sent(this.#out.count, performance.now());
    metrics.countForwarded(this.#out.count);
    const message = this.#out.take(number);
    if (!courier.publish(this.#inbox, message, `${repliesSubject}.${number}`)) {
      this.undelivered(number);
    }
  }

  #waitNoMore(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    this.#waiting = null;
  }

  /** A message went nowhere: nothing in it was done. */
  undelivered(number: number): void {
    this.settleEach(code.journalUnavailable, (slot) => this.#numbers[slot] === number);
  }

  /** The connection is gone: nobody knows what became of the messages that went by way of it. */
  lost(): void {
    this.#waitNoMore();
    const unsent = this.#number++;
    this.#out.take(unsent);
    this.#gathering.sent(0, performance.now());
    this.undelivered(unsent);
    this.abandon();
  }

  /** Takes a message of replies; false where it is of another version, or damaged. */
  heard(bytes: Uint8Array): boolean {
    const message = receivedReplies(bytes);
    if (message === null) return false;
    const { words, first, count } = message;
    let offset = first;
    for (let record = 0; record < count; record++) {
      const slot = this.waitingSlot(requestAt(words, offset));
      if (slot >= 0) {
        if (isRedirect(words, offset)) this.redirect(slot, readRedirect(words, offset));
        else this.#answer(slot, readReply(words, offset), message);
      }
      offset += replyLengthAt(words, offset);
    }
    this.ring();
    return true;
  }

  /** The reply to what was done for the merchant waits until the board here shows it. */
  #answer(slot: number, reply: Reply, { reached }: ReceivedReplies): void {
    const { type, item } = this.commandIn(slot);
    const tag = this.tagIn(slot);
    const resolve = this.release(slot, reply);
    const partition = partitionOf(item, this.#parts.partitions);
    const sequence = isDeed(type) ? reached.get(partition) : undefined;
    if (sequence === undefined) resolve(reply, tag);
    else
      this.#parts.held.until(partition, sequence, (isShown) =>
        // What was done is done; but whoever asks for the board to show it is told that it does not.
        resolve(isShown || type !== 'sync' ? reply : refusal(code.outcomeUnknown), tag),
      );
  }
}
