/** The actor of one item beside the audit's books: fed with the same events, it must agree with them. */

import type { Event } from '../../../actors/events.ts';
import { apply, type Item } from '../../../actors/item/item.ts';
import type { ItemBooks } from './item-books.ts';

export class ActorCopy {
  #item: Item | undefined;
  #lost = false;

  /**
   * Hot: applies an event. Returns the actor's complaint, or null; after its first complaint its state
   * means nothing, because a recovery would end there, and it gets no more events.
   */
  apply(event: Event, at: number): string | null {
    if (this.#lost) return null;
    try {
      this.#item = apply(this.#item, event, at);
      return null;
    } catch (complaint) {
      this.#lost = true;
      return complaint instanceof Error ? complaint.message : String(complaint);
    }
  }

  /** The actor's state; undefined before the first event, and null where it means nothing. */
  get state(): Item | undefined | null {
    return this.#lost ? null : this.#item;
  }

  /** Where the actor's books differ from the audit's. */
  *differences(books: ItemBooks): Generator<string> {
    const item = this.#item;
    if (item === undefined || this.#lost) return;
    const { loaded, held, sold, orders } = books;
    const same = item.loaded === loaded && item.held === held && item.sold === sold;
    if (!same) yield `the actor has ${item.loaded} loaded, ${item.sold} sold, ${item.held} held`;
    if (item.orders.count !== orders.count) yield `the actor has ${item.orders.count} orders`;
    const rows = Math.min(item.orders.count, orders.count);
    if (item.orders.archived !== books.archived)
      yield `the actor has archived orders up to ${item.orders.archived}, not ${books.archived}`;
    for (let row = item.orders.archived; row < rows; row++) {
      if (item.orders.statusOf(row + 1) === orders.statusOf(row)) continue;
      yield `the actor has another status for order ${orders.numberOf(row)}`;
    }
    const dues = item.dues.filter((due) => !due.settled);
    const owed = dues.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    if (item.dues.length !== books.refunds.dues.length || owed !== books.refunds.dueMinor) {
      yield `the actor has ${item.dues.length} refunds due, of which ${owed} minor units are to be paid`;
    }
    for (const [index, { promo, queue }] of books.terms.promos().entries()) {
      const sale = item.sales[index + 1];
      const same =
        sale?.people === queue.people && sale.admissions.count === queue.admissions.count;
      if (same) continue;
      const counts = `${sale?.people} who wait for promo ${promo}, and ${sale?.admissions.count} let in`;
      yield `the actor has ${counts}, the books ${queue.people} and ${queue.admissions.count}`;
    }
  }
}
