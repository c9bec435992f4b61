/**
 * What journal entries add to the series of sales. An order's later events do not say which promo it was
 * placed under, nor its price: the projector knows that of orders that it has seen placed, and asks SQL of
 * older ones.
 */
import type { Event, Paid, Refunded } from '../../actors/events.ts';
import type { Entry } from '../../actors/journal/codec.ts';
import type { Projection } from '../db/projection.ts';
import { emptyCounts, type OrderTerms, type SeriesRow } from '../db/series.ts';
import { orderKey } from '../order-id.ts';

/** Orders with consecutive numbers that have the same terms. */
interface Run extends OrderTerms {
  first: number;
  last: number;
}

/** Runs that are kept of an item; the orders of older ones are asked of SQL. */
const runsMax = 256;

/**
 * The terms of orders by number. An item sells under one promo at a time, and so thousands of orders are one run.
 */
export class KnownTerms {
  readonly #runs = new Map<number, Run[]>();

  /** Hot: notes the terms of an order that was placed. */
  add(item: number, n: number, promoId: number, unitPrice: number): void {
    let runs = this.#runs.get(item);
    if (runs === undefined) {
      runs = [];
      this.#runs.set(item, runs);
    }
    const run = runs.at(-1);
    const goesOn =
      run !== undefined &&
      n === run.last + 1 &&
      promoId === run.promoId &&
      unitPrice === run.unitPrice;
    if (goesOn) {
      run.last = n;
      return;
    }
    runs.push({ first: n, last: n, promoId, unitPrice });
    if (runs.length > runsMax) runs.shift();
  }

  /** Hot: the terms of an order; null where they are not known. */
  of(item: number, n: number): OrderTerms | null {
    const runs = this.#runs.get(item);
    for (let index = (runs?.length ?? 0) - 1; index >= 0; index--) {
      const run = runs![index]!;
      if (n >= run.first && n <= run.last) return run;
    }
    return null;
  }
}

/** Events of an order after it was placed. */
type Later = Extract<Event, { n: number; amount: number; placedAt: number }>;

/** One whose order's terms are not known yet. */
interface Waiting {
  key: number;
  event: Later;
  /** Seconds. */
  at: number;
}

/** The counts of consecutive entries of one partition. */
class Tally {
  readonly #rows = new Map<string, SeriesRow>();
  /** By item: the row that was written last. */
  readonly #last = new Map<number, SeriesRow>();
  /** The row of the event before. */
  #before: SeriesRow | null = null;
  readonly waiting: Waiting[] = [];

  constructor(private readonly terms: KnownTerms) {}

  get rows(): SeriesRow[] {
    return [...this.#rows.values()];
  }

  /** Hot: runs once per event. */
  add(event: Event, at: number): void {
    switch (event.type) {
      case 'placed': {
        const { item, n, promo, amount, price } = event;
        this.terms.add(item, n, promo, price);
        const row = this.#row(item, promo, at);
        row.orders++;
        row.units += amount;
        if (event.paid === true) countPaid(row, event, price);
        break;
      }
      case 'paid':
      case 'cancelled':
      case 'expired':
      case 'refunded': {
        const terms = this.terms.of(event.item, event.n);
        if (terms !== null) this.addLater(event, terms, at);
        else this.waiting.push({ key: orderKey(event.item, event.n), event, at });
        break;
      }
      case 'joined':
      case 'admitted':
      case 'lapsed':
        this.#row(event.item, event.promo, at)[event.type]++;
        break;
      case 'opened':
      case 'restocked':
        this.#row(event.item, 0, at).loadedUnits += event.units;
        break;
      case 'unitsWithdrawn':
        this.#row(event.item, 0, at).withdrawnUnits += event.units;
        break;
      case 'refused':
        this.#row(event.item, 0, at).refused += event.count;
        break;
    }
  }

  addLater(event: Later, { promoId, unitPrice }: OrderTerms, at: number): void {
    const row = this.#row(event.item, promoId, at);
    switch (event.type) {
      case 'paid':
        countPaid(row, event, unitPrice);
        break;
      case 'cancelled':
        row.cancelledOrders++;
        row.cancelledUnits += event.amount;
        break;
      case 'expired':
        row.expiredOrders++;
        row.expiredUnits += event.amount;
        break;
      case 'refunded':
        countRefunded(row, event);
        break;
    }
  }

  #row(itemId: number, promoId: number, at: number): SeriesRow {
    const before = this.#before;
    if (before?.itemId === itemId && before.promoId === promoId && before.at === at) return before;
    const last = this.#last.get(itemId);
    if (last !== undefined && last.promoId === promoId && last.at === at) {
      this.#before = last;
      return last;
    }
    const name = `${itemId}:${promoId}:${at}`;
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { itemId, promoId, at, ...emptyCounts() };
      this.#rows.set(name, row);
    }
    this.#last.set(itemId, row);
    this.#before = row;
    return row;
  }
}

function countPaid(row: SeriesRow, event: Pick<Paid, 'amount' | 'late'>, unitPrice: number): void {
  row.paidOrders++;
  row.paidUnits += event.amount;
  row.paidMinor += event.amount * unitPrice;
  if (event.late === true) row.lateUnits += event.amount;
}

function countRefunded(row: SeriesRow, { amount, amountMinor, back }: Refunded): void {
  row.refundedUnits += amount;
  row.refundedMinor += amountMinor;
  if (back) row.backUnits += amount;
}

/**
 * The rows that entries add. An order that SQL has lost is counted nowhere: an audit finds that it is missing.
 * @throws SqlUnavailable
 */
export async function seriesOf(
  entries: readonly Pick<Entry, 'at' | 'events'>[],
  terms: KnownTerms,
  projection: Pick<Projection, 'termsOfOrders'>,
): Promise<SeriesRow[]> {
  const tally = new Tally(terms);
  for (const { at, events } of entries) {
    for (const event of events) tally.add(event, Math.floor((event.at ?? at) / 1000));
  }
  if (tally.waiting.length > 0) {
    const keys = [...new Set(tally.waiting.map(({ key }) => key))];
    const found = await projection.termsOfOrders(keys);
    for (const { key, event, at } of tally.waiting) {
      const known = found.get(key);
      if (known !== undefined) tally.addLater(event, known, at);
    }
  }
  return tally.rows;
}
