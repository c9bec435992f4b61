/** What a partition decides while the journal is busy: the events of one entry to be. */
import type { Rows } from './board-rows.ts';
import { EventBuffer } from './journal/event-buffer.ts';
import { entryBytesMax, entryEventsMax, entryHeadBytesMax, eventBytesMax } from './limits.ts';
import type { Event, Reply } from './protocol.ts';

/** From here on the longest event might not fit any more. */
const eventBytesFull = entryBytesMax - entryHeadBytesMax - eventBytesMax;

export class Batch {
  readonly events = new EventBuffer();
  /** Items whose row on the board this batch changes. */
  readonly touched = new Set<number>();
  /** What the board will show after this batch; set when it is sealed, and no event joins it after that. */
  rows: Rows | null = null;

  /** `at` is the time of its first event, and so the entry's. */
  constructor(readonly at: number) {}

  get full(): boolean {
    return this.events.count >= entryEventsMax || this.events.length >= eventBytesFull;
  }

  add(event: Event, at: number): void {
    this.events.add(event, at, this.at);
    this.touched.add(event.item);
  }
}

/** A reply that is kept back until the event numbered `mark` in its partition is durable (I2). */
interface Waiting {
  mark: number;
  mailbox: number;
  request: number;
  reply: Reply;
}

/** Replies in the order they were decided; marks never fall, so the durable ones are in front. */
export class WaitingReplies {
  #replies: Waiting[] = [];
  #head = 0;

  add(mark: number, mailbox: number, request: number, reply: Reply): void {
    this.#replies.push({ mark, mailbox, request, reply });
  }

  /** Takes, one by one, the replies that rest on no event after number `mark`. */
  *upTo(mark: number): Generator<Waiting> {
    while (this.#head < this.#replies.length && this.#replies[this.#head]!.mark <= mark) {
      yield this.#replies[this.#head++]!;
    }
    if (this.#head === this.#replies.length) {
      this.#replies = [];
      this.#head = 0;
    }
  }
}
