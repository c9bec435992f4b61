/** Items and promos in Postgres. */
import { asc, desc, eq, getTableColumns, getTableName, ilike, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { containing } from '../like.ts';
import { itemStocks, items, promos, shownOfPromo } from '../schema.postgres.ts';
import {
  type Catalog,
  type ItemChanges,
  type ItemDraft,
  type ItemPicture,
  type ItemRow,
  type MadeItem,
  type Numbers,
  type PromoDraft,
  type PromoRow,
  without,
} from '../sql.ts';
import type { Connections } from './connections.ts';
import { selectPictures } from './pictures.ts';

const { attempt: _, ...ownColumns } = getTableColumns(items);
const itemColumns = {
  ...ownColumns,
  stock: sql`coalesce(${itemStocks.stock}, 0)`.mapWith(Number),
};

export class PostgresCatalog implements Catalog {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async createItem(draft: ItemDraft, above = 0): Promise<ItemRow> {
    const row = await this.#insertAbove(items, above, async (database) => {
      const [made] = await database.insert(items).values(draft).returning(ownColumns);
      return made!;
    });
    return { ...row, stock: 0 };
  }

  createItemOnce(draft: ItemDraft, above: number, attempt: string): Promise<MadeItem> {
    return this.#insertAbove(items, above, async (database) => {
      const [made] = await selectItems(database).where(eq(items.attempt, attempt));
      if (made !== undefined) return { row: made, isNew: false };
      const values = { ...draft, attempt };
      const [row] = await database.insert(items).values(values).returning(ownColumns);
      return { row: { ...row!, stock: 0 }, isNew: true };
    });
  }

  async editItem(id: number, changes: ItemChanges): Promise<boolean> {
    const set = { ...changes, id };
    const edited = await this.#connections.run((client) =>
      drizzle(client).update(items).set(set).where(eq(items.id, id)).returning({ id: items.id }),
    );
    return edited.length > 0;
  }

  async hiddenItems(): Promise<number[]> {
    const hidden = await this.#connections.run((client) =>
      drizzle(client).select({ id: items.id }).from(items).where(eq(items.hidden, true)),
    );
    return hidden.map(({ id }) => id);
  }

  async removeItem(id: number): Promise<void> {
    await this.#connections.run((client) => drizzle(client).delete(items).where(eq(items.id, id)));
  }

  async item(id: number): Promise<ItemRow | null> {
    const [row] = await this.#connections.run((client) =>
      selectItems(drizzle(client)).where(eq(items.id, id)),
    );
    return row ?? null;
  }

  async itemsOf(ids: readonly number[]): Promise<ItemRow[]> {
    return this.#connections.run((client) =>
      selectItems(drizzle(client)).where(inArray(items.id, [...ids])),
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

  async createPromo(
    draft: PromoDraft,
    above = 0,
    attempt: string | null = null,
  ): Promise<PromoRow> {
    return this.#insertAbove(promos, above, async (database) => {
      const isIts = attempt === null ? sql`false` : eq(promos.attempt, attempt);
      const [before] = await database.select(shownOfPromo).from(promos).where(isIts);
      if (before !== undefined) return before;
      const values = { ...draft, attempt };
      const [made] = await database.insert(promos).values(values).returning(shownOfPromo);
      return made!;
    });
  }

  async promo(id: number): Promise<PromoRow | null> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select(shownOfPromo).from(promos).where(eq(promos.id, id)),
    );
    return row ?? null;
  }

  async promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]> {
    const ofItems = inArray(promos.itemId, [...itemIds]);
    return this.#connections.run((client) =>
      drizzle(client).select(shownOfPromo).from(promos).where(ofItems).orderBy(asc(promos.id)),
    );
  }

  async picturesOfItems(itemIds: readonly number[]): Promise<ItemPicture[]> {
    return this.#connections.run((client) => selectPictures(drizzle(client), itemIds));
  }

  async missing(known: Numbers): Promise<Numbers> {
    const [itemRows, promoRows] = await this.#connections.run((client) => {
      const database = drizzle(client);
      return Promise.all([
        database.select({ id: items.id }).from(items),
        database.select({ id: promos.id }).from(promos),
      ]);
    });
    return { items: without(known.items, itemRows), promos: without(known.promos, promoRows) };
  }

  /**
   * Inserts a row after the table's sequence was moved on. Under the lock no one moves it back, and
   * the rows count as well: a database may have been restored without its sequences.
   */
  #insertAbove<Row>(
    table: typeof items | typeof promos,
    above: number,
    insert: (database: ReturnType<typeof drizzle>) => Promise<Row>,
  ): Promise<Row> {
    const name = getTableName(table);
    const sequence = sql`pg_get_serial_sequence(${name}, ${table.id.name})`;
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      await database.execute(sql`select pg_advisory_xact_lock(${numbersLock})`);
      const given = sql`coalesce(pg_sequence_last_value(${sequence}::regclass), 0)`;
      const least = sql`greatest(${above}, coalesce(max(${table.id}), 0))`;
      await database.execute(
        sql`select setval(${sequence}, ${least}) from ${table} having ${least} > ${given}`,
      );
      return insert(database);
    });
  }
}

/** Any number that nothing else locks in this database. */
const numbersLock = 7_301_403;

function selectItems(database: ReturnType<typeof drizzle>) {
  return database
    .select(itemColumns)
    .from(items)
    .leftJoin(itemStocks, eq(itemStocks.itemId, items.id))
    .$dynamic();
}
