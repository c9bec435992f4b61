/**
 * Refusals for stock that this thread answered from the board, on their way to the journal: an audit
 * must be able to see that no one was refused while units were left (I9). There is one tally for each
 * item and state of its stock; it is sent when the stock has changed, and at the latest after
 * `tallyMs`.
 */

import type { Sequence } from '../../actors/events.ts';
import { tallyMs } from '../../actors/limits.ts';
import type { Command, Tally } from '../../actors/protocol.ts';

export class RefusalTally {
  readonly #open = new Map<number, Tally>();
  readonly #timer: Timer;

  constructor(private readonly send: (command: Command) => unknown) {
    this.#timer = setInterval(() => this.flush(), tallyMs);
  }

  /** Hot path: notes that a board which showed `seen` refused an order for `amount` units. */
  add(item: number, amount: number, seen: Sequence): void {
    const tally = this.#open.get(item);
    if (tally !== undefined && tally.seen === seen) {
      tally.count++;
      if (amount < tally.amount) tally.amount = amount;
      return;
    }
    if (tally !== undefined) this.send(tally);
    this.#open.set(item, { type: 'tally', item, seen, count: 1, amount });
  }

  flush(): void {
    for (const tally of this.#open.values()) this.send(tally);
    this.#open.clear();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}
