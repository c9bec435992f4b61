/** An audit's own record of the money that came for an item and no order could take. */
import type { RefundDue } from '../../../actors/events.ts';

export interface Due {
  n: number;
  amountMinor: number;
  reason: RefundDue['reason'];
  reference: string | null;
  at: number;
  /** When it was paid back; null while it is due. */
  settledAt: number | null;
}

export class RefundBook {
  /** By number, from 1. */
  readonly dues: Due[] = [];
  /** Minor units that are still due. */
  dueMinor = 0;
  readonly #payments = new Set<string>();

  /** Whether a payment for an order is among what was due back. */
  has(n: number, reference = ''): boolean {
    return this.#payments.has(`${n}:${reference}`);
  }

  /** Returns what breaks the rules, or null. */
  add({ due, n, amountMinor, reason, reference }: RefundDue, at: number): string | null {
    const next = this.dues.length + 1;
    const twice = this.has(n, reference);
    this.dues.push({ n, amountMinor, reason, reference: reference ?? null, at, settledAt: null });
    this.#payments.add(`${n}:${reference ?? ''}`);
    this.dueMinor += amountMinor;
    if (due !== next) return `refund due ${due}: the next number is ${next}`;
    return twice ? `refund due ${due}: the same payment for order ${n} was noted before` : null;
  }

  /** Returns what breaks the rules, or null. */
  settle(due: number, at: number): string | null {
    // A wrong number has been reported; the number of a place is what the actor goes by.
    const known = this.dues[due - 1];
    if (known === undefined) return `refund due ${due}: settled, but was never due`;
    if (known.settledAt !== null) return `refund due ${due}: settled once more`;
    known.settledAt = at;
    this.dueMinor -= known.amountMinor;
    return null;
  }
}
