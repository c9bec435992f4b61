/**
 * Refusals for stock change nothing, so they are not journaled one by one; but an audit must be able to
 * see that no one was refused while units were left (I9). So they are tallied, and a tally is journaled
 * before anything changes how many units are left, or after `tallyMs`.
 */

import type { Event } from '../events.ts';
import { tallyMs } from '../limits.ts';

interface Tally {
  count: number;
  /** The fewest units that a refused order asked for. */
  amount: number;
  since: number;
}

export class Tallies {
  readonly #open = new Map<number, Tally>();

  get size(): number {
    return this.#open.size;
  }

  /** Adds a refusal; returns when the item's tally will be due. */
  add(item: number, amount: number, at: number): number {
    let tally = this.#open.get(item);
    if (tally === undefined) {
      tally = { count: 0, amount, since: at };
      this.#open.set(item, tally);
    }
    tally.count++;
    tally.amount = Math.min(tally.amount, amount);
    return tally.since + tallyMs;
  }

  /** Takes the event that an item's tally amounts to, or null where no one was refused. */
  take(item: number): Event | null {
    const tally = this.#open.get(item);
    if (tally === undefined) return null;
    this.#open.delete(item);
    return { type: 'refused', item, count: tally.count, amount: tally.amount };
  }

  /** Items whose tally is due at a time; all of them at Infinity. */
  due(at: number): number[] {
    return [...this.#open].filter(([, tally]) => tally.since + tallyMs <= at).map(([item]) => item);
  }

  /** When the next tally is due; Infinity without one. */
  dueAt(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const tally of this.#open.values()) first = Math.min(first, tally.since + tallyMs);
    return first;
  }
}

/** Whether an event changes how many units are left. */
export function changesLeft(event: Event): boolean {
  switch (event.type) {
    case 'placed':
    case 'cancelled':
    case 'expired':
    case 'restocked':
    case 'unitsWithdrawn':
      return true;
    case 'refunded':
      return event.back;
    case 'paid':
      return event.late === true;
    default:
      return false;
  }
}
