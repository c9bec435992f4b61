/** Items and promos in Postgres. */
import type { SQL as Client } from 'bun';
import { asc, desc, eq, getTableColumns, ilike, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { containing } from '../like.ts';
import { itemStocks, items, promos } from '../schema.postgres.ts';
import type { Catalog, ItemDraft, ItemRow, PromoDraft, PromoRow } from '../sql.ts';
import type { Connections } from './connections.ts';

const itemColumns = {
  ...getTableColumns(items),
  stock: sql`coalesce(${itemStocks.stock}, 0)`.mapWith(Number),
};

export class PostgresCatalog implements Catalog {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async createItem(draft: ItemDraft): Promise<ItemRow> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).insert(items).values(draft).returning(),
    );
    return { ...row!, stock: 0 };
  }

  async item(id: number): Promise<ItemRow | null> {
    const [row] = await this.#connections.run((client) =>
      selectItems(client).where(eq(items.id, id)),
    );
    return row ?? null;
  }

  async itemsOf(ids: readonly number[]): Promise<ItemRow[]> {
    return this.#connections.run((client) =>
      selectItems(client).where(inArray(items.id, [...ids])),
    );
  }

  async search(text: string, limit: number): Promise<number[]> {
    const found = await this.#connections.run((client) =>
      drizzle(client)
        .select({ id: items.id })
        .from(items)
        .where(ilike(items.title, containing(text)))
        .orderBy(desc(items.id))
        .limit(limit),
    );
    return found.map(({ id }) => id);
  }

  async createPromo(draft: PromoDraft): Promise<PromoRow> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).insert(promos).values(draft).returning(),
    );
    return row!;
  }

  async promo(id: number): Promise<PromoRow | null> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select().from(promos).where(eq(promos.id, id)),
    );
    return row ?? null;
  }

  async promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]> {
    const ofItems = inArray(promos.itemId, [...itemIds]);
    return this.#connections.run((client) =>
      drizzle(client).select().from(promos).where(ofItems).orderBy(asc(promos.id)),
    );
  }
}

function selectItems(client: Client) {
  return drizzle(client)
    .select(itemColumns)
    .from(items)
    .leftJoin(itemStocks, eq(itemStocks.itemId, items.id))
    .$dynamic();
}
