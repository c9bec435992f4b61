/** What an audit found: each difference with its place in the journal. */
import type { Sequence } from '../../../actors/events.ts';

/** What is checked, by name. */
export const checks = {
  I1: 'no oversell: loaded = sold + held + left, and never less than nothing left',
  I3: 'once: a purchase token bought at most one order',
  I4: 'limit: no user holds or owns more units of a promo than its limit',
  I6: 'replay equals live: the actor takes every event, and arrives at the same books',
  I7: 'SQL is a prefix: its rows equal the journal up to the checkpoint',
  I8: 'tamper-evident: no entry is changed, missing or swapped',
  I9: 'no undersell: no one was refused for stock while units were left',
  I10: 'fair: everyone is let in by their turn and the gate, and the draw follows from its secret',
  redis: 'replica: Redis shows each item as it was after the entry it names',
  state: 'snapshots: each holds the state that the journal comes to at its entry',
  form: 'form: every event has the fields of its type, within their bounds',
  rules: 'rules: every event is one that its item could decide then',
} as const;

export type Check = keyof typeof checks;
export const checkNames = Object.keys(checks) as Check[]; // The keys of the constant above.

export interface Finding {
  check: Check;
  partition: number;
  /** The entry it was found at; 0 where there is none. */
  sequence: Sequence;
  /** Null where it concerns the partition as a whole. */
  item: number | null;
  what: string;
}

/** Findings that are kept and listed; more are only counted. */
export const findingsListedMax = 1_000;

/** Collects findings: all of them, or those about one item. */
export class Findings {
  readonly listed: Finding[] = [];
  readonly counts = new Map<Check, number>();
  count = 0;

  constructor(readonly onlyItem: number | null = null) {}

  add(finding: Finding): void {
    if (this.onlyItem !== null && finding.item !== null && finding.item !== this.onlyItem) return;
    this.count++;
    this.counts.set(finding.check, (this.counts.get(finding.check) ?? 0) + 1);
    if (this.listed.length < findingsListedMax) this.listed.push(finding);
  }
}
