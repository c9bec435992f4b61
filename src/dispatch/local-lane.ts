/** The way to an actor thread of this engine: a mailbox there, and one back. */
import type { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { requestAt, writeCommand } from '../../actors/memory/record.ts';
import { isRedirect, readRedirect, readReply } from '../../actors/memory/reply-record.ts';
import { type Code, type Command, code } from '../../actors/protocol.ts';
import { Lane, type LaneWorld, type Resolve } from './lane.ts';

export interface LocalLaneParts {
  commands: Mailbox;
  replies: Mailbox;
  /** The actor thread's. */
  bell: Doorbell;
}

export class LocalLane extends Lane {
  readonly #commands: Mailbox;
  readonly #replies: Mailbox;
  readonly #bell: Doorbell;

  constructor({ commands, replies, bell }: LocalLaneParts, world: LaneWorld, life: number) {
    super(world, life);
    this.#commands = commands;
    this.#replies = replies;
    this.#bell = bell;
  }

  override post(command: Command, resolve: Resolve, tag: number, redirects: number): Code {
    const offset = this.#commands.reserve();
    if (offset < 0 || this.isFull) return code.tooBusy;
    const request = this.register(command, resolve, tag, redirects);
    writeCommand(this.#commands.words, offset, request, command);
    this.#commands.written();
    return code.ok;
  }

  /** Hands over what was posted: an actor that is awake does not take it piece by piece. */
  override ring(): void {
    this.#commands.publish();
    this.#bell.ring();
  }

  /** Takes the replies that have come. */
  empty(): void {
    const replies = this.#replies;
    const { words } = replies;
    for (let offset = replies.take(); offset >= 0; offset = replies.take()) {
      const slot = this.waitingSlot(requestAt(words, offset));
      if (slot >= 0) {
        if (isRedirect(words, offset)) this.redirect(slot, readRedirect(words, offset));
        else this.settle(slot, readReply(words, offset));
      }
      replies.release();
    }
  }
}
