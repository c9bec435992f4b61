/** What SQL tells of the orders that events are about. */
import type { OrderRow } from '../db/rows.ts';
import type { Sql } from '../db/sql.ts';
import { askedOrder, type OrderFacts, type ToldEntry } from './messages.ts';

/** SQL does not have an order yet: its tables are being filled again. */
export class RowsMissing extends Error {
  override readonly name = 'RowsMissing';
}

/** Keys of one statement. */
const keysMax = 500;
/** Promos whose terms are kept at hand. */
const promosMax = 10_000;

export class Facts {
  readonly #payWindowsMs = new Map<number, number>();

  constructor(private readonly sql: Pick<Sql, 'orders' | 'catalog'>) {}

  /** What the messages of some entries need. @throws RowsMissing, SqlUnavailable */
  async of(entries: readonly ToldEntry[]): Promise<OrderFacts> {
    const asked = new Set<number>();
    const promos = new Set<number>();
    for (const { events } of entries) {
      for (const event of events) {
        const key = askedOrder(event);
        if (key !== null) asked.add(key);
        if (event.type === 'placed') promos.add(event.promo);
      }
    }
    const orders = await this.#orders([...asked]);
    for (const { promoId } of orders.values()) promos.add(promoId);
    await this.#learnPromos(promos);
    return { orders, payWindowsMs: this.#payWindowsMs };
  }

  async #orders(keys: readonly number[]): Promise<Map<number, OrderRow>> {
    const orders = new Map<number, OrderRow>();
    for (let from = 0; from < keys.length; from += keysMax) {
      const some = keys.slice(from, from + keysMax);
      for (const row of await this.sql.orders.byKeys(some)) orders.set(row.key, row);
    }
    const missing = keys.find((key) => !orders.has(key));
    if (missing !== undefined) throw new RowsMissing(`SQL does not have order ${missing} yet`);
    return orders;
  }

  async #learnPromos(promos: ReadonlySet<number>): Promise<void> {
    if (this.#payWindowsMs.size > promosMax) this.#payWindowsMs.clear();
    for (const id of promos) {
      if (id === 0 || this.#payWindowsMs.has(id)) continue;
      const promo = await this.sql.catalog.promo(id);
      // Without a row it is told as the API tells it then.
      if (promo !== null) this.#payWindowsMs.set(id, promo.payWindowS * 1_000);
    }
  }
}
