/** What a partition decides while the journal is busy: the events of a future entry. */

import type { Event } from '../events.ts';
import type { EventBuffer } from '../journal/event-buffer.ts';
import { entryBytesMax, entryEventsMax, entryHeadBytesMax, eventBytesMax } from '../limits.ts';
import type { Rows } from './board-rows.ts';

/** From here on the longest event might not fit any more. */
const eventBytesFull = entryBytesMax - entryHeadBytesMax - eventBytesMax;

export class Batch {
  /** Items whose row on the board this batch changes. */
  readonly touched = new Set<number>();
  #lastTouched = 0;
  /** 1 where the entry is to prove, with or without events, that the partition is still this engine's. */
  proofs = 0;
  /** Users that were let in. */
  admissions = 0;
  /** Items and users of the orders placed, alternating. */
  readonly buyers: number[] = [];
  /**
   * What the board will show after this batch; set when it is sealed, after which no event joins it.
   */
  rows: Rows | null = null;

  /** `at` is the time of its first event, and so of the entry; `events` is empty. */
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
    else if (event.type === 'admitted') this.admissions++;
    if (event.item === this.#lastTouched) return;
    this.#lastTouched = event.item;
    this.touched.add(event.item);
  }
}
