/** Orders as SQL has them, by filters, with what their rows do not say. */
import { payWindowDefaultMs } from '../../../actors/limits.ts';
import { type OrderFilter, placeOf } from '../../db/order-walk/order-walk.ts';
import type { OrderCursor, OrderRow, Sql } from '../../db/sql.ts';

export interface FoundOrder extends OrderRow {
  payBy: number;
  /** Minor units that are due back to its buyer. */
  toRefund: number;
  /** Null where the catalogue does not have it. */
  itemTitle: string | null;
  /** Null for the normal price, and where the catalogue does not have it. */
  promoName: string | null;
}

export interface FoundPage {
  orders: FoundOrder[];
  /** Where the next page begins; null where this is the last. A page may be short of orders, and have a next. */
  next: OrderCursor | null;
}

/** How long a page is looked for. A million rows that do not fit take about a third of that. */
const pageMs = 1_000;

/** Rows of an export that are read at once. */
const exportRows = 500;

export type FoundSql = Pick<Sql, 'orders' | 'catalog' | 'refundsDue'>;

/** One page, newest first. */
export async function foundPage(
  sql: FoundSql,
  filter: OrderFilter,
  after: OrderCursor | null,
  limit: number,
): Promise<FoundPage> {
  const walk = await sql.orders.walk(filter, after);
  const rows: OrderRow[] = [];
  let next: OrderCursor | null = after;
  // One more than is wanted tells whether there is a next page.
  for (const end = performance.now() + pageMs; rows.length <= limit && performance.now() < end; ) {
    const step = await walk.step(limit + 1 - rows.length);
    rows.push(...step.rows);
    next = step.next;
    if (next === null) break;
    await others();
  }
  const isMore = rows.length > limit;
  const shown = rows.slice(0, limit);
  const orders = await new Details(sql).of(shown);
  return { orders, next: isMore ? placeOf(shown.at(-1)!) : next };
}

/** All of them, newest first, in parts that may be empty. Nothing stays open between them. */
export async function* exportedOrders(
  sql: FoundSql,
  filter: OrderFilter,
): AsyncGenerator<FoundOrder[], void> {
  const walk = await sql.orders.walk(filter, null);
  const details = new Details(sql);
  for (;;) {
    const { rows, next } = await walk.step(exportRows);
    yield await details.of(rows);
    if (next === null) return;
  }
}

/** Lets whatever else this thread was asked have its turn. */
function others(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is told of items and promos once, for all of their orders. */
class Details {
  readonly #titles = new Map<number, string | null>();
  readonly #promos = new Map<number, { name: string | null; payWindowMs: number }>([
    [0, { name: null, payWindowMs: payWindowDefaultMs }],
  ]);

  constructor(private readonly sql: FoundSql) {}

  async of(rows: readonly OrderRow[]): Promise<FoundOrder[]> {
    if (rows.length === 0) return [];
    await this.#learnItems(rows);
    await this.#learnPromos(rows);
    const owed = await this.sql.refundsDue.owed(rows.map(({ id }) => id));
    return rows.map((row) => {
      const { name, payWindowMs } = this.#promos.get(row.promoId)!;
      return {
        ...row,
        payBy: row.createdAt + payWindowMs,
        toRefund: owed.get(row.id) ?? 0,
        itemTitle: this.#titles.get(row.itemId)!,
        promoName: name,
      };
    });
  }

  async #learnItems(rows: readonly OrderRow[]): Promise<void> {
    const ids = new Set(rows.map(({ itemId }) => itemId));
    const unknown = [...ids].filter((id) => !this.#titles.has(id));
    if (unknown.length === 0) return;
    for (const id of unknown) this.#titles.set(id, null);
    for (const { id, title } of await this.sql.catalog.itemsOf(unknown))
      this.#titles.set(id, title);
  }

  async #learnPromos(rows: readonly OrderRow[]): Promise<void> {
    for (const { promoId } of rows) {
      if (this.#promos.has(promoId)) continue;
      const promo = await this.sql.catalog.promo(promoId);
      const payWindowMs = promo === null ? payWindowDefaultMs : promo.payWindowS * 1_000;
      this.#promos.set(promoId, { name: promo?.name ?? null, payWindowMs });
    }
  }
}
