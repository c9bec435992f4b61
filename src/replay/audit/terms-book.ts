/**
 * An audit's own record of the terms an item was on sale under: its normal price, and its promos with what
 * the merchant did to them.
 */

import type { BaseTerms, Edited, Opened, Published, Sequence } from '../../../actors/events.ts';
import {
  gateFactorMax,
  loadedUnitsMax,
  payWindowDefaultMs,
  termsMax,
  timeMsMax,
} from '../../../actors/limits.ts';
import { QueueBook } from './queue-book.ts';
import type { Standings } from './standings.ts';

export interface KnownTerms extends BaseTerms {
  publishedAt: number;
  publishedSeq: Sequence;
  /** Users admitted under them. */
  admitted: number;
  /** Orders placed under them that are not archived. */
  kept: number;
  /** With a draw: from here on users may join. */
  queueOpenAt: number;
  /** The merchant ended it, or took it back before its start: null while neither is so. */
  over: 'ended' | 'withdrawn' | null;
  /** The gate, and who waits for it. */
  queue: QueueBook;
}

/** What the merchant may do to a promo. */
export type Control = 'paused' | 'resumed' | 'ended' | 'promoWithdrawn';

/** Methods that take an event return what breaks the rules in it, or null. */
export class TermsBook {
  /** Whether the item is sold at its normal price while it has no promo. */
  normalSale = true;
  /** The item is sold under promos alone before this; promos from before 0.4.0 do not count. */
  promosEndAt = 0;
  /** Index of the promo that is on, or the next; 0 without any. */
  current = 0;

  /** The first terms are the normal price. */
  readonly #known: KnownTerms[] = [];
  /** Indexes of promos that are not over. */
  readonly #open = new Set<number>();

  constructor(private readonly standings: Standings) {}

  get count(): number {
    return this.#known.length;
  }

  /** Hot: how many wait in the queue of the promo that is on. */
  get queueNow(): number {
    return this.current === 0 ? 0 : this.at(this.current).queue.waiting.count;
  }

  /** Every promo, in the order they were published. */
  promos(): KnownTerms[] {
    return this.#known.slice(1);
  }

  /** `index` must have come from `indexOf`. */
  at(index: number): KnownTerms {
    return this.#known[index]!;
  }

  /** Hot: the index of a promo's terms, or -1. */
  indexOf(promo: number): number {
    for (let index = this.#known.length - 1; index >= 0; index--) {
      if (this.#known[index]!.promo === promo) return index;
    }
    return -1;
  }

  open(event: Opened, at: number, seq: Sequence): void {
    const { price, limit = loadedUnitsMax } = event;
    this.normalSale = event.normalSale ?? true;
    const times = { startAt: 0, endAt: timeMsMax, queueOpenAt: 0 };
    const terms = { promo: 0, price, limit, payWindowMs: payWindowDefaultMs, ...times };
    const queue = new QueueBook(0, null, gateFactorMax, timeMsMax, '', this.standings);
    const known = { publishedAt: at, publishedSeq: seq, admitted: 0, kept: 0, over: null, queue };
    this.#known.push({ ...terms, gateFactor: gateFactorMax, ...known });
  }

  edit({ price, limit, normalSale, texts }: Edited): string | null {
    const normal = this.at(0);
    if (price !== undefined) normal.price = price;
    if (limit !== undefined) normal.limit = limit;
    if (normalSale !== undefined) this.normalSale = normalSale;
    const nothing = [price, limit, normalSale, texts].every((each) => each === undefined);
    return nothing ? 'edited, and nothing changed' : null;
  }

  publish(event: Published, at: number, seq: Sequence): string | null {
    const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = event;
    const { queue: mode = null, admitMs = timeMsMax, queueOpenAt = startAt, secret = '' } = event;
    if (this.count > termsMax) return `promo ${promo}: one too many`;
    const fault = this.#publishFault(event, at);
    const queue = new QueueBook(promo, mode, gateFactor, admitMs, secret, this.standings);
    const terms = { promo, price, startAt, endAt, limit, gateFactor, payWindowMs, queueOpenAt };
    const known = { publishedAt: at, publishedSeq: seq, admitted: 0, kept: 0, over: null, queue };
    this.#open.add(this.#known.push({ ...terms, ...known }) - 1);
    this.#look();
    return fault;
  }

  /** Time has ended a promo. */
  close(promo: number, at: number): string | null {
    const index = this.indexOf(promo);
    if (!this.#open.has(index)) return `promo ${promo} closed, which was not open`;
    const { endAt } = this.at(index);
    this.#close(index);
    return at < endAt ? `promo ${promo} closed at ${at}, before its end ${endAt}` : null;
  }

  /** The merchant does something to a promo. */
  control(type: Control, promo: number, at: number): string | null {
    const index = promo === 0 ? -1 : this.indexOf(promo);
    if (index < 0) return `promo ${promo} ${type}, which was never published`;
    const fault = this.#controlFault(type, this.at(index), at);
    this.#carryOut(type, index, at);
    return fault === null ? null : `promo ${promo} ${type} ${fault}`;
  }

  extend(promo: number, endAt: number, at: number): string | null {
    const index = promo === 0 ? -1 : this.indexOf(promo);
    if (index < 0) return `promo ${promo} extended, which was never published`;
    const terms = this.at(index);
    const fault = this.#extendFault(index, endAt, at);
    terms.endAt = endAt;
    this.#look();
    return fault === null ? null : `promo ${promo} extended ${fault}`;
  }

  #carryOut(type: Control, index: number, at: number): void {
    const terms = this.at(index);
    switch (type) {
      case 'paused':
        terms.queue.paused = true;
        break;
      case 'resumed':
        terms.queue.resume(at);
        break;
      case 'ended':
        terms.endAt = at;
        terms.over = 'ended';
        this.#close(index);
        break;
      case 'promoWithdrawn':
        terms.over = 'withdrawn';
        this.#close(index);
        break;
    }
  }

  /** A promo that the clock had closed is on again, where the time was set back since. */
  reopen(index: number): void {
    if (this.#open.has(index)) return;
    this.#open.add(index);
    this.#look();
  }

  #close(index: number): void {
    const { queue } = this.at(index);
    queue.sendHome();
    queue.paused = false;
    this.#open.delete(index);
    this.#look();
  }

  #publishFault({ promo, startAt, endAt, queue, secret }: Published, at: number): string | null {
    if (this.indexOf(promo) >= 0) return `promo ${promo} published once more`;
    if (endAt <= at) return `promo ${promo} published at ${at}, after its end ${endAt}`;
    if (queue === 'draw' && secret === undefined)
      return `promo ${promo} published with a draw, and without a secret`;
    const other = this.#overlapping(startAt, endAt, at, 0);
    return other === null ? null : `promo ${promo} published over promo ${other.promo}`;
  }

  #controlFault(type: Control, terms: KnownTerms, at: number): string | null {
    const { startAt, queue } = terms;
    const over = overFault(terms, at);
    if (over !== null) return over;
    switch (type) {
      case 'paused':
        return queue.paused ? 'while paused' : null;
      case 'resumed':
        return queue.paused ? null : 'while not paused';
      case 'ended':
        return at < startAt ? `at ${at}, before its start ${startAt}` : null;
      case 'promoWithdrawn':
        return at < startAt ? null : `at ${at}, after its start ${startAt}`;
    }
  }

  #extendFault(index: number, endAt: number, at: number): string | null {
    const terms = this.at(index);
    const over = overFault(terms, at);
    if (over !== null) return over;
    if (endAt <= at || endAt <= terms.startAt) return `at ${at}, to an end in the past: ${endAt}`;
    const other = this.#overlapping(terms.startAt, endAt, at, index);
    return other === null ? null : `to ${endAt}, over promo ${other.promo}`;
  }

  /** A promo that is not over and has a moment in common with these times. */
  #overlapping(startAt: number, endAt: number, at: number, except: number): KnownTerms | null {
    const other = this.#known.find(
      (each, index) =>
        index !== 0 &&
        index !== except &&
        each.over === null &&
        each.endAt > at &&
        startAt < each.endAt &&
        each.startAt < endAt,
    );
    return other ?? null;
  }

  /** Finds anew which promo is on, and until when the item is sold under promos alone. */
  #look(): void {
    this.current = 0;
    for (const index of this.#open) {
      if (this.current === 0 || this.at(index).startAt < this.at(this.current).startAt) {
        this.current = index;
      }
    }
    this.promosEndAt = 0;
    for (const { queue, over, endAt } of this.promos()) {
      if (queue.mode !== null && over === null)
        this.promosEndAt = Math.max(this.promosEndAt, endAt);
    }
  }
}

/** Why nothing can happen to a promo any more, or null. */
export function overFault({ over, endAt }: KnownTerms, at: number): string | null {
  if (over !== null) return `after it was ${over}`;
  return at >= endAt ? `at ${at}, after its end ${endAt}` : null;
}
