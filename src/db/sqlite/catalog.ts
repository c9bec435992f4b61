/** Items and promos in SQLite. */
import { asc, desc, eq, getTableColumns, getTableName, inArray, sql } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { containing } from '../like.ts';
import { itemStocks, items, promos, shownOfPromo } from '../schema.sqlite.ts';
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
import { guarded } from './connect.ts';
import { selectPictures } from './pictures.ts';

const { attempt: _, ...ownColumns } = getTableColumns(items);
const itemColumns = {
  ...ownColumns,
  stock: sql<number>`coalesce(${itemStocks.stock}, 0)`,
};

export class SqliteCatalog implements Catalog {
  constructor(readonly database: BunSQLiteDatabase) {}

  async createItem(draft: ItemDraft, above = 0): Promise<ItemRow> {
    const row = this.#insertAbove(items, above, (transaction) =>
      transaction.insert(items).values(draft).returning(ownColumns).get(),
    );
    return { ...row, stock: 0 };
  }

  async createItemOnce(draft: ItemDraft, above: number, attempt: string): Promise<MadeItem> {
    return this.#insertAbove(items, above, (transaction) => {
      const made = transaction
        .select(itemColumns)
        .from(items)
        .leftJoin(itemStocks, eq(itemStocks.itemId, items.id))
        .where(eq(items.attempt, attempt))
        .get();
      if (made !== undefined) return { row: made, isNew: false };
      const values = { ...draft, attempt };
      const row = transaction.insert(items).values(values).returning(ownColumns).get();
      return { row: { ...row, stock: 0 }, isNew: true };
    });
  }

  async editItem(id: number, changes: ItemChanges): Promise<boolean> {
    const isIt = eq(items.id, id);
    const set = { ...changes, id };
    return guarded(
      () =>
        this.database.update(items).set(set).where(isIt).returning({ id: items.id }).all().length >
        0,
    );
  }

  async hiddenItems(): Promise<number[]> {
    const hidden = guarded(() =>
      this.database.select({ id: items.id }).from(items).where(eq(items.hidden, true)).all(),
    );
    return hidden.map(({ id }) => id);
  }

  async removeItem(id: number): Promise<void> {
    guarded(() => this.database.delete(items).where(eq(items.id, id)).run());
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

  async createPromo(
    draft: PromoDraft,
    above = 0,
    attempt: string | null = null,
  ): Promise<PromoRow> {
    return this.#insertAbove(promos, above, (transaction) => {
      const isIts = attempt === null ? sql`false` : eq(promos.attempt, attempt);
      const made = transaction.select(shownOfPromo).from(promos).where(isIts).get();
      const values = { ...draft, attempt };
      return made ?? transaction.insert(promos).values(values).returning(shownOfPromo).get();
    });
  }

  async promo(id: number): Promise<PromoRow | null> {
    return guarded(
      () => this.database.select(shownOfPromo).from(promos).where(eq(promos.id, id)).get() ?? null,
    );
  }

  async promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]> {
    const ofItems = inArray(promos.itemId, [...itemIds]);
    return guarded(() =>
      this.database.select(shownOfPromo).from(promos).where(ofItems).orderBy(asc(promos.id)).all(),
    );
  }

  async picturesOfItems(itemIds: readonly number[]): Promise<ItemPicture[]> {
    return guarded(() => selectPictures(this.database, itemIds).all());
  }

  async missing(known: Numbers): Promise<Numbers> {
    return guarded(() => ({
      items: without(known.items, this.database.select({ id: items.id }).from(items).all()),
      promos: without(known.promos, this.database.select({ id: promos.id }).from(promos).all()),
    }));
  }

  /** Inserts a row after the table's own count of numbers was moved on, never back. */
  #insertAbove<Row>(
    table: typeof items | typeof promos,
    above: number,
    insert: (transaction: Pick<BunSQLiteDatabase, 'insert' | 'select'>) => Row,
  ): Row {
    const name = getTableName(table);
    const counted = sql`${name} in (select name from sqlite_sequence)`;
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          transaction.run(
            sql`insert into sqlite_sequence (name, seq) select ${name}, 0 where not ${counted}`,
          );
          transaction.run(
            sql`update sqlite_sequence set seq = max(seq, ${above}) where name = ${name}`,
          );
          return insert(transaction);
        },
        { behavior: 'immediate' },
      ),
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
