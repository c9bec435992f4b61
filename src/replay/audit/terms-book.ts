/** An audit's own record of the terms an item was on sale under, and of its gate. */

import type { BaseTerms, Published, Sequence } from '../../../actors/events.ts';
import {
  gateFactorMax,
  loadedUnitsMax,
  payWindowDefaultMs,
  termsMax,
  timeMsMax,
} from '../../../actors/limits.ts';

export interface KnownTerms extends BaseTerms {
  publishedAt: number;
  publishedSeq: Sequence;
  /** Users admitted under them. */
  admitted: number;
}

/** Methods that take an event return what breaks the rules in it, or null. */
export class TermsBook {
  /** The first terms are the normal price. */
  readonly #known: KnownTerms[] = [];
  /** Index of the terms that are pending or running; 0 without any. */
  #current = 0;

  get count(): number {
    return this.#known.length;
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

  open(price: number, at: number, seq: Sequence): void {
    this.#known.push({
      promo: 0,
      price,
      startAt: 0,
      endAt: timeMsMax,
      limit: loadedUnitsMax,
      gateFactor: gateFactorMax,
      payWindowMs: payWindowDefaultMs,
      publishedAt: at,
      publishedSeq: seq,
      admitted: 0,
    });
  }

  publish(event: Published, at: number, seq: Sequence): string | null {
    const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = event;
    const terms = { promo, price, startAt, endAt, limit, gateFactor, payWindowMs };
    if (this.count > termsMax) return `promo ${promo}: one too many`;
    const fault = this.#publishFault(promo, endAt, at);
    this.#known.push({ ...terms, publishedAt: at, publishedSeq: seq, admitted: 0 });
    this.#current = this.count - 1;
    return fault;
  }

  close(promo: number, at: number): string | null {
    const { promo: current, endAt } = this.at(this.#current);
    this.#current = 0;
    if (current !== promo) return `promo ${promo} closed, which was not open`;
    return at < endAt ? `promo ${promo} closed at ${at}, before its end ${endAt}` : null;
  }

  /** `before`: whether the user had been admitted before. */
  admit(index: number, before: boolean, loaded: number, at: number): string | null {
    const terms = this.at(index);
    if (before) return index === 0 ? null : 'once more';
    terms.admitted++;
    if (at < terms.startAt || at >= terms.endAt) return `at ${at}, outside the sale`;
    const closed = index !== 0 && terms.admitted > terms.gateFactor * loaded;
    return closed ? 'through a closed gate' : null;
  }

  #publishFault(promo: number, endAt: number, at: number): string | null {
    if (this.indexOf(promo) >= 0) return `promo ${promo} published once more`;
    if (this.#current !== 0) return `promo ${promo} published while another was open`;
    const last = this.#known.at(-1)!;
    // Where time was set back, a promo that was closed goes on to its end.
    if (last.promo !== 0 && last.endAt > at)
      return `promo ${promo} published before the end of promo ${last.promo}`;
    return endAt <= at ? `promo ${promo} published at ${at}, after its end ${endAt}` : null;
  }
}
