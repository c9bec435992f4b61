/** What a partition decides while the journal is busy: the events of one entry to be. */

import type { EventBuffer } from '../journal/event-buffer.ts';
import { entryBytesMax, entryEventsMax, entryHeadBytesMax, eventBytesMax } from '../limits.ts';
import type { Event, Reply } from '../protocol.ts';
import type { Rows } from './board-rows.ts';

/** From here on the longest event might not fit any more. */
const eventBytesFull = entryBytesMax - entryHeadBytesMax - eventBytesMax;

export class Batch {
  /** Items whose row on the board this batch changes. */
  readonly touched = new Set<number>();
  #lastTouched = 0;
  /** Items and users of the orders placed, in turn. */
  readonly buyers: number[] = [];
  /** What the board will show after this batch; set when it is sealed, and no event joins it after that. */
  rows: Rows | null = null;

  /** `at` is the time of its first event, and so the entry's; `events` is empty. */
  constructor(
    readonly at: number,
    readonly events: EventBuffer,
  ) {}

  get full(): boolean {
    return this.events.count >= entryEventsMax || this.events.length >= eventBytesFull;
  }

  add(event: Event, at: number): void {
    this.events.add(event, at, this.at);
    if (event.type === 'placed') this.buyers.push(event.item, event.user);
    if (event.item === this.#lastTouched) return;
    this.#lastTouched = event.item;
    this.touched.add(event.item);
  }
}

/**
 * Replies that are kept back, each until the event numbered `mark` in its partition is durable (I2).
 * They are in the order they were decided; marks never fall, so the durable ones are in front. Hot
 * path: in columns, which are used again once nobody waits.
 */
export class WaitingReplies {
  readonly #marks: number[] = [];
  readonly #mailboxes: number[] = [];
  readonly #requests: number[] = [];
  readonly #replies: (Reply | null)[] = [];
  #head = 0;
  #end = 0;

  add(mark: number, mailbox: number, request: number, reply: Reply): void {
    const row = this.#end++;
    this.#marks[row] = mark;
    this.#mailboxes[row] = mailbox;
    this.#requests[row] = request;
    this.#replies[row] = reply;
  }

  /** Takes, one by one, the replies that rest on no event after number `mark`. */
  release(mark: number, tell: (mailbox: number, request: number, reply: Reply) => void): void {
    while (this.#head < this.#end && this.#marks[this.#head]! <= mark) {
      const row = this.#head++;
      const reply = this.#replies[row]!;
      this.#replies[row] = null;
      tell(this.#mailboxes[row]!, this.#requests[row]!, reply);
    }
    if (this.#head === this.#end) this.#head = this.#end = 0;
    else if (this.#head > this.#end / 2) this.#moveUp();
  }

  /** Under load that never rests somebody always waits: room is made where nobody waits any more. */
  #moveUp(): void {
    const columns = [this.#marks, this.#mailboxes, this.#requests, this.#replies];
    for (const column of columns) column.splice(0, this.#head);
    this.#end -= this.#head;
    this.#head = 0;
  }
}
