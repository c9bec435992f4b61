/** Items and promos in SQLite. */
import { asc, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { containing } from '../like.ts';
import { itemStocks, items, promos } from '../schema.sqlite.ts';
import type { Catalog, ItemDraft, ItemRow, PromoDraft, PromoRow } from '../sql.ts';
import { guarded } from './connect.ts';

const itemColumns = {
  ...getTableColumns(items),
  stock: sql<number>`coalesce(${itemStocks.stock}, 0)`,
};

export class SqliteCatalog implements Catalog {
  constructor(readonly database: BunSQLiteDatabase) {}

  async createItem(draft: ItemDraft): Promise<ItemRow> {
    return guarded(() => ({
      ...this.database.insert(items).values(draft).returning().get(),
      stock: 0,
    }));
  }

  async item(id: number): Promise<ItemRow | null> {
    return guarded(() => this.#items().where(eq(items.id, id)).get() ?? null);
  }

  async itemsOf(ids: readonly number[]): Promise<ItemRow[]> {
    return guarded(() =>
      this.#items()
        .where(inArray(items.id, [...ids]))
        .all(),
    );
  }

  async search(text: string, limit: number): Promise<number[]> {
    const within = sql`${items.title} like ${containing(text)} escape '\\'`;
    const found = guarded(() =>
      this.database
        .select({ id: items.id })
        .from(items)
        .where(within)
        .orderBy(desc(items.id))
        .limit(limit)
        .all(),
    );
    return found.map(({ id }) => id);
  }

  async createPromo(draft: PromoDraft): Promise<PromoRow> {
    return guarded(() => this.database.insert(promos).values(draft).returning().get());
  }

  async promo(id: number): Promise<PromoRow | null> {
    return guarded(
      () => this.database.select().from(promos).where(eq(promos.id, id)).get() ?? null,
    );
  }

  async promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]> {
    const ofItems = inArray(promos.itemId, [...itemIds]);
    return guarded(() =>
      this.database.select().from(promos).where(ofItems).orderBy(asc(promos.id)).all(),
    );
  }

  #items() {
    return this.database
      .select(itemColumns)
      .from(items)
      .leftJoin(itemStocks, eq(itemStocks.itemId, items.id))
      .$dynamic();
  }
}
