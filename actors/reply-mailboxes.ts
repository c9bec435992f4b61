/** An actor thread's way back to the HTTP threads of its engine: a mailbox to each, and a ring for all that leaves at once. */
import type { Owner } from './cluster/owners.ts';
import { Doorbell, Mailbox } from './memory/mailbox.ts';
import { writeRedirect, writeReply } from './memory/reply-record.ts';
import type { Reply } from './protocol.ts';
import type { SharedMemory } from './shared.ts';

export class ReplyMailboxes {
  readonly #mailboxes: Mailbox[];
  readonly #bells: Doorbell[];
  /** HTTP threads for which replies are written that have not been published. */
  readonly #unrung = new Set<number>();
  /** What found its mailbox full: its HTTP thread died with many in flight. */
  #stalled: (() => void)[] = [];

  constructor(memory: Pick<SharedMemory, 'replies' | 'httpBells'>, thread: number) {
    this.#mailboxes = memory.replies.map((byActor) => new Mailbox(byActor[thread]!));
    this.#bells = memory.httpBells.map((bell) => new Doorbell(bell));
  }

  /** Whether commands with this number came from an HTTP thread of this engine. */
  has(mailbox: number): boolean {
    return mailbox < this.#mailboxes.length;
  }

  /** Hot path. */
  reply(mailbox: number, request: number, reply: Reply): void {
    const ring = this.#mailboxes[mailbox]!;
    const offset = ring.reserve();
    if (offset < 0) {
      this.#stalled.push(() => this.reply(mailbox, request, reply));
      return;
    }
    writeReply(ring.words, offset, request, reply);
    ring.written();
    this.#ringLater(mailbox);
  }

  /** Answers a command with the engine that it is to be sent to. */
  redirect(mailbox: number, request: number, owner: Owner | null): void {
    const ring = this.#mailboxes[mailbox]!;
    const offset = ring.reserve();
    if (offset < 0) {
      this.#stalled.push(() => this.redirect(mailbox, request, owner));
      return;
    }
    writeRedirect(ring.words, offset, request, owner);
    ring.written();
    this.#ringLater(mailbox);
  }

  /** Hands over what has been written. Returns false while anything waits for room in a mailbox. */
  flush(): boolean {
    const stalled = this.#stalled;
    this.#stalled = [];
    for (const write of stalled) write();
    for (const mailbox of this.#unrung) {
      this.#mailboxes[mailbox]!.publish();
      this.#bells[mailbox]!.ring();
    }
    this.#unrung.clear();
    return this.#stalled.length === 0;
  }

  /** One ring for all the replies that leave together. */
  #ringLater(mailbox: number): void {
    if (this.#unrung.size === 0) queueMicrotask(() => this.flush());
    this.#unrung.add(mailbox);
  }
}
