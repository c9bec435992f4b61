/**
 * Commands that wait for a partition to change hands: for this engine to take it, or for word of who has.
 * They wait for `takeOverHoldMs` at most.
 */
import { takeOverHoldMs } from '../limits.ts';
import type { Command } from '../protocol.ts';

interface Held {
  mailbox: number;
  request: number;
  command: Command;
  /** By the steady clock, in milliseconds. */
  heldAt: number;
}

export class HeldCommands {
  #held: Held[] = [];

  get size(): number {
    return this.#held.length;
  }

  add(mailbox: number, request: number, command: Command, now: number): void {
    this.#held.push({ mailbox, request, command, heldAt: now });
  }

  /** Takes all of them, in the order in which they came. */
  takeAll(): Held[] {
    const all = this.#held;
    this.#held = [];
    return all;
  }

  /** Takes those that have waited too long at `now`, by the steady clock. */
  takeLate(now: number): Held[] {
    const firstKept = this.#held.findIndex(({ heldAt }) => now - heldAt < takeOverHoldMs);
    return this.#held.splice(0, firstKept < 0 ? this.#held.length : firstKept);
  }
}
