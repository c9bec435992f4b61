/** The books that an audit keeps of one item, and where it reports what is wrong with an event. */
import type { Sequence } from '../../../actors/events.ts';
import { BooksOverTime, type Units } from './books-over-time.ts';
import type { Check, Findings } from './findings.ts';
import { Holders } from './holders.ts';
import { OrderBook } from './order-book.ts';
import { RefundBook } from './refund-book.ts';
import { Standings } from './standings.ts';
import { type KnownTerms, TermsBook } from './terms-book.ts';

export class ItemBooks implements Units {
  /** Units put on sale, less those taken off again. */
  loaded = 0;
  held = 0;
  sold = 0;
  /** Counted for itself, and compared with what the others leave at the end. */
  left = 0;
  /** Units taken off sale: unsold ones, and those of orders whose money went back without them. */
  withdrawn = 0;
  /** Money of all orders that were ever paid, and what of it went back; minor units. */
  takingsMinor = 0;
  refundedMinor = 0;
  readonly standings = new Standings();
  readonly terms = new TermsBook(this.standings);
  readonly orders = new OrderBook();
  readonly holders = new Holders();
  readonly refunds = new RefundBook();
  readonly history = new BooksOverTime();
  /** Orders up to this number are archived. */
  archived = 0;
  /** By number: when purchase tokens end that live longer than most. */
  readonly longTokens = new Map<number, number>();

  /** Of the event that is being entered. */
  protected seq: Sequence = 0;
  at = 0;

  constructor(
    readonly item: number,
    readonly partition: number,
    private readonly findings: Findings,
  ) {}

  /** Reports something that is wrong with the event that is being entered. */
  found(check: Check, what: string): void {
    const { partition, item } = this;
    this.findings.add({ check, partition, sequence: this.seq, item, what });
  }

  /** Reports what breaks the rules, if anything. */
  obey(fault: string | null): void {
    if (fault !== null) this.found('rules', fault);
  }

  /** The terms that a holder's orders are under. */
  termsOf(holder: number): KnownTerms {
    return this.terms.at(this.holders.termsOf(holder));
  }

  get sequence(): Sequence {
    return this.seq;
  }
}
