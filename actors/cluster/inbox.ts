/**
 * An actor thread's mailbox for the other engines: messages of commands come in by its courier, and wait as they
 * are until the loop drains them; the replies of one turn go back in one message to each sender. A sender
 * is a lane of an HTTP thread elsewhere, known by its subject; to partitions it is the number of a mailbox
 * above those of this engine's own HTTP threads.
 *
 * A sender that is gone is not told from a silent one: replies to it go nowhere.
 */
import { drainRecordsMax, inboxRecordsMax, inboxSendersMax, itemIdMax } from '../limits.ts';
import type { Doorbell } from '../memory/mailbox.ts';
import type { Positions } from '../memory/positions.ts';
import { commandLengthAt, isDeed, readCommand, requestAt } from '../memory/record.ts';
import { type Command, code, partitionOf, type Reply, refusal } from '../protocol.ts';
import type { Courier, Letter } from './courier.ts';
import { NumbersSeen } from './numbers-seen.ts';
import type { Owner } from './owners.ts';
import { inboxSubject, type ReceivedCommands, RepliesToSend, receivedCommands } from './wire.ts';

export interface InboxWorld {
  courier: Pick<Courier, 'isConnected' | 'publish' | 'subscribe'>;
  /** Id of this engine's run. */
  engine: string;
  thread: number;
  actorThreads: number;
  partitions: number;
  /** HTTP threads of this engine: their mailboxes have the numbers below. */
  httpThreads: number;
  positions: Pick<Positions, 'get' | 'countForwarded'>;
  /** The doorbell of this thread: it rings when commands have come. */
  bell: Pick<Doorbell, 'ring'>;
  /** Steps 5 and 6 of a command; `mailbox` and `request` are what its reply is to name. */
  submit(mailbox: number, request: number, command: Command, now: number): void;
  /** Told of what is refused, in words. */
  report(what: string): void;
}

interface Sender {
  mailbox: number;
  /** Where it takes replies. */
  subject: string;
  numbers: NumbersSeen;
  replies: RepliesToSend;
  /** By request for which the sender waits until its board shows what was done: the partition. */
  deeds: Map<number, number>;
}

interface Waiting extends ReceivedCommands {
  sender: Sender;
}

/**
 * For `worker.ts`: `drain` stands beside the mailboxes of the HTTP threads, `reply` and `redirect` take every
 * mailbox that `isElsewhere`, and each turn of the loop ends with `flush`.
 */
export class Inbox {
  readonly #world: InboxWorld;
  /** The longest silent first. */
  readonly #bySubject = new Map<string, Sender>();
  readonly #byMailbox = new Map<number, Sender>();
  readonly #replying = new Set<Sender>();
  #waiting: Waiting[] = [];
  #depth = 0;
  #nextMailbox: number;
  #flushing = false;
  readonly #reported = new Set<string>();

  constructor(world: InboxWorld) {
    this.#world = world;
    this.#nextMailbox = world.httpThreads;
    const subject = inboxSubject(world.engine, world.thread);
    world.courier.subscribe(subject, (letter) => this.#heard(letter));
  }

  /** Commands that wait to be drained. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether a mailbox's number stands for a sender in another engine. */
  isElsewhere(mailbox: number): boolean {
    return mailbox >= this.#world.httpThreads;
  }

  /** Hot path: submits what waits, up to a bound; returns whether nothing is left. */
  drain(now: number): boolean {
    let taken = 0;
    let messages = 0;
    for (const message of this.#waiting) {
      if (taken >= drainRecordsMax) break;
      messages++;
      taken += message.count;
      this.#submit(message, now);
    }
    if (messages > 0) this.#waiting = this.#waiting.slice(messages);
    this.#depth -= taken;
    return this.#waiting.length === 0;
  }

  /** Step 8, its end: a reply that may be sent goes into this turn's message to its sender. */
  reply(mailbox: number, request: number, reply: Reply): void {
    const sender = this.#replyingTo(mailbox);
    if (sender === null) return;
    sender.replies.add(request, reply);
    const partition = sender.deeds.size === 0 ? undefined : sender.deeds.get(request);
    if (partition === undefined) return;
    sender.deeds.delete(request);
    sender.replies.reached(partition, this.#world.positions.get(partition, 'journalSeq'));
  }

  /** Answers that a command was not carried out, and is another engine's; null: nobody knows whose. */
  redirect(mailbox: number, request: number, owner: Owner | null): void {
    const sender = this.#replyingTo(mailbox);
    if (sender === null) return;
    sender.replies.addRedirect(request, owner);
    sender.deeds.delete(request);
  }

  /**
   * Sends the replies that have gathered, which also happens by itself when the turn that replied is over;
   * without a connection they are kept for the next call.
   */
  flush(): void {
    const { courier } = this.#world;
    this.#flushing = false;
    if (!courier.isConnected) return;
    for (const { subject, replies } of this.#replying) {
      if (replies.count > 0) courier.publish(subject, replies.take());
    }
    this.#replying.clear();
  }

  /** The sender behind a mailbox, with room for one more reply; null where it was forgotten. */
  #replyingTo(mailbox: number): Sender | null {
    const sender = this.#byMailbox.get(mailbox);
    if (sender === undefined) return null;
    // Where there is no connection these are lost: a sender waits for no more than it gets here.
    if (sender.replies.isFull) this.#world.courier.publish(sender.subject, sender.replies.take());
    this.#replying.add(sender);
    if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.flush());
    }
    return sender;
  }

  #heard({ replySubject, bytes }: Letter): void {
    const message = receivedCommands(bytes);
    if (message === null || replySubject === '') {
      this.#reportOnce('refused a message of commands that is of another version, or damaged');
      return;
    }
    const sender = this.#senderOf(replySubject.slice(0, replySubject.lastIndexOf('.')));
    if (!sender.numbers.isNew(message.number)) return;
    if (this.#depth + message.count > inboxRecordsMax) {
      this.#reportOnce('refused commands of other engines: too many wait');
      this.#eachRecord(message, (request) =>
        this.reply(sender.mailbox, request, refusal(code.tooBusy)),
      );
      return;
    }
    this.#waiting.push({ ...message, sender });
    this.#depth += message.count;
    this.#world.bell.ring();
  }

  #senderOf(subject: string): Sender {
    const known = this.#bySubject.get(subject);
    this.#bySubject.delete(subject);
    const sender = known ?? {
      subject,
      mailbox: this.#nextMailbox++,
      numbers: new NumbersSeen(),
      replies: new RepliesToSend(),
      deeds: new Map(),
    };
    this.#bySubject.set(subject, sender);
    if (known === undefined) this.#byMailbox.set(sender.mailbox, sender);
    if (this.#bySubject.size > inboxSendersMax)
      this.#forget(this.#bySubject.values().next().value!);
    return sender;
  }

  #forget(sender: Sender): void {
    this.#bySubject.delete(sender.subject);
    this.#byMailbox.delete(sender.mailbox);
    this.#replying.delete(sender);
  }

  #submit(message: Waiting, now: number): void {
    const { mailbox, deeds } = message.sender;
    this.#eachRecord(message, (request, offset) => {
      const command = this.#commandAt(message.words, offset);
      if (command === null) {
        this.reply(mailbox, request, refusal(code.journalUnavailable));
        return;
      }
      const partition = partitionOf(command.item, this.#world.partitions);
      this.#world.positions.countForwarded(partition);
      if (isDeed(command.type)) deeds.set(request, partition);
      this.#world.submit(mailbox, request, command, now);
    });
  }

  #eachRecord(
    { words, first, count }: ReceivedCommands,
    take: (request: number, offset: number) => void,
  ): void {
    let offset = first;
    for (let record = 0; record < count; record++) {
      take(requestAt(words, offset), offset);
      offset += commandLengthAt(words, offset);
    }
  }

  /** Null where it is none for this thread: the sender counts partitions or threads otherwise. */
  #commandAt(words: Float64Array, offset: number): Command | null {
    try {
      const command = readCommand(words, offset);
      if (this.#isOwn(command.item)) return command;
      this.#reportOnce(`refused a command for item ${command.item}, which is not for this thread`);
    } catch (error) {
      this.#reportOnce(`refused a command that cannot be read: ${error}`);
    }
    return null;
  }

  #isOwn(item: number): boolean {
    const { thread, actorThreads, partitions } = this.#world;
    if (!(item >= 1 && item <= itemIdMax)) return false;
    return partitionOf(item, partitions) % actorThreads === thread;
  }

  #reportOnce(what: string): void {
    const kind = what.replace(/\d+/g, '');
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#world.report(what);
  }
}
