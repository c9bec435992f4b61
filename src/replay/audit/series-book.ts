/**
 * An audit's own sums of what happened to an item under each promo, for the rows of the series of sales. Those are
 * compared as of an entry, and sums say nothing of the past: what came after it is counted again, and taken off.
 */
import type { Event } from '../../../actors/events.ts';
import { emptyCounts, type SeriesCount, type SeriesCounts } from '../../db/series.ts';
import type { ItemBooks } from './item-books.ts';

type Books = Pick<ItemBooks, 'orders' | 'termsOf'>;

export class SeriesBook {
  /** By promo. */
  readonly sums = new Map<number, SeriesCounts>();

  /** Hot: counts an event, whose order the books know. */
  note(event: Event, books: Books): void {
    switch (event.type) {
      case 'placed':
        this.#add(event.promo, 'orders', 1);
        this.#add(event.promo, 'units', event.amount);
        if (event.paid === true) this.#pay(event.promo, event.amount, event.amount * event.price);
        return;
      case 'joined':
      case 'admitted':
      case 'lapsed':
        this.#add(event.promo, event.type, 1);
        return;
      case 'opened':
      case 'restocked':
        this.#add(0, 'loadedUnits', event.units);
        return;
      case 'unitsWithdrawn':
        this.#add(0, 'withdrawnUnits', event.units);
        return;
      case 'refused':
        this.#add(0, 'refused', event.count);
        return;
      case 'paid':
      case 'cancelled':
      case 'expired':
      case 'refunded':
        this.#noteOrder(event, books);
    }
  }

  #noteOrder(
    event: Extract<Event, { type: 'paid' | 'cancelled' | 'expired' | 'refunded' }>,
    books: Books,
  ): void {
    const { orders } = books;
    const row = orders.rowOf(event.n);
    if (row === -1) return;
    const { promo } = books.termsOf(orders.holderOf(row));
    const { amount } = event;
    if (event.type === 'paid') {
      this.#pay(promo, amount, amount * orders.priceOf(row));
      if (event.late === true) this.#add(promo, 'lateUnits', amount);
    } else if (event.type === 'refunded') {
      this.#add(promo, 'refundedUnits', amount);
      this.#add(promo, 'refundedMinor', event.amountMinor);
      if (event.back) this.#add(promo, 'backUnits', amount);
    } else {
      this.#add(promo, `${event.type}Orders`, 1);
      this.#add(promo, `${event.type}Units`, amount);
    }
  }

  #pay(promo: number, units: number, minor: number): void {
    this.#add(promo, 'paidOrders', 1);
    this.#add(promo, 'paidUnits', units);
    this.#add(promo, 'paidMinor', minor);
  }

  #add(promo: number, count: SeriesCount, value: number): void {
    let sums = this.sums.get(promo);
    if (sums === undefined) {
      sums = emptyCounts();
      this.sums.set(promo, sums);
    }
    sums[count] += value;
  }
}
