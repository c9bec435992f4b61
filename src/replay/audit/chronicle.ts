/**
 * The chronicle of one item: a timeline of its whole life, one of its largest rush, and a few facts.
 * It is kept while the journal is read, in bounded memory.
 */
import type { Event } from '../../../actors/events.ts';
import type { Units } from './books-over-time.ts';
import { type Counted, isCounted, Timeline } from './timeline.ts';

/** The opening of a promo: from its first admission or order until a little after it was sold out. */
export interface Rush {
  promo: number;
  timeline: Timeline;
  orders: number;
  /** When no unit was left for the first time; null while some are. */
  soldOutAt: number | null;
}

/** What a merchant did that a chart marks, with the units that came or went. */
export interface Turn {
  at: number;
  what: 'restocked' | 'unitsWithdrawn' | 'paused' | 'resumed' | 'ended';
  units: number;
}

/** Turns that are kept with their time; of further ones only the restocks are counted, in the timelines. */
const turnsListedMax = 40;

/**
 * A rush goes on after the last unit for this share of the time it took, so that its end is visible.
 */
const aftermath = 0.35;

export class Chronicle {
  /** The whole life; null before the first event. */
  whole: Timeline | null = null;
  /** The rush with the most orders so far; null where no promo had one. */
  rush: Rush | null = null;
  readonly turns: Turn[] = [];
  latePayments = 0;
  /** The most orders in one second of the clock. */
  peakOrdersPerSecond = 0;

  /** The rush under way; `#rushEndsAt` is known once the item is sold out. */
  #current: Rush | null = null;
  #rushEndsAt = Number.POSITIVE_INFINITY;
  #second = 0;
  #ordersInSecond = 0;

  /** Hot: notes an event, and the units after it. */
  note(event: Event, units: Units, at: number): void {
    // A month after the last order it would make a chart of nothing.
    if (event.type === 'archived') return;
    const what = countedAs(event);
    const count = countOf(event);
    this.whole ??= new Timeline(at, { loaded: 0, held: 0, sold: 0, left: 0 });
    this.whole.note(what, count, units, at);
    if (event.type === 'placed') this.#countOrder(at);
    if (event.type === 'paid' && event.late === true) this.latePayments++;
    this.#noteTurn(event, at);
    this.#noteRush(event, what, count, units, at);
  }

  #noteTurn(event: Event, at: number): void {
    switch (event.type) {
      case 'restocked':
      case 'unitsWithdrawn':
      case 'paused':
      case 'resumed':
      case 'ended': {
        if (this.turns.length === turnsListedMax) return;
        this.turns.push({ at, what: event.type, units: 'units' in event ? event.units : 0 });
      }
    }
  }

  #countOrder(at: number): void {
    const second = Math.floor(at / 1_000);
    this.#ordersInSecond = second === this.#second ? this.#ordersInSecond + 1 : 1;
    this.#second = second;
    this.peakOrdersPerSecond = Math.max(this.peakOrdersPerSecond, this.#ordersInSecond);
  }

  #noteRush(event: Event, what: Counted | null, count: number, units: Units, at: number): void {
    const begins = (event.type === 'placed' || event.type === 'admitted') && event.promo !== 0;
    if (begins && event.promo !== this.#current?.promo) this.#begin(event, units, at);
    const rush = this.#current;
    if (rush === null || at > this.#rushEndsAt) return;
    rush.timeline.note(what, count, units, at);
    if (event.type === 'placed') rush.orders++;
    if (units.left === 0 && rush.soldOutAt === null) {
      rush.soldOutAt = at;
      this.#rushEndsAt = at + Math.max(1_000, (at - rush.timeline.startAt) * aftermath);
    }
    if (event.type === 'closed' || event.type === 'ended') this.#rushEndsAt = at;
    if (this.rush === null || rush.orders > this.rush.orders) this.rush = rush;
  }

  #begin(event: Event & { promo: number }, { loaded, held, sold, left }: Units, at: number): void {
    const taken = event.type === 'placed' ? event.amount : 0;
    const atOnce = event.type === 'placed' && event.paid === true ? taken : 0;
    const before = { loaded, held: held - taken + atOnce, sold: sold - atOnce, left: left + taken };
    const timeline = new Timeline(at, before);
    this.#current = { promo: event.promo, timeline, orders: 0, soldOutAt: null };
    this.#rushEndsAt = Number.POSITIVE_INFINITY;
  }
}

/** What an event counts as in a timeline; null where it only changes the units. */
function countedAs({ type }: Event): Counted | null {
  return isCounted(type) ? type : null;
}

function countOf(event: Event): number {
  if (event.type === 'refused') return event.count;
  return event.type === 'restocked' ? event.units : 1;
}
