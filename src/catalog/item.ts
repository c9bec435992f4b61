/**
 * An item as the cache keeps it: what merchants wrote, and the JSON of it, made once. What changes
 * while people buy (stock, sales, the sale's status) comes from the board at each reading.
 */
import { type BoardRow, saleStatus } from '../../actors/board.ts';
import type { ItemRow, PromoRow } from '../db/sql.ts';

export type CatalogPromo = Omit<PromoRow, 'publishedAt'> & {
  /** Its fields in an item's JSON, as API.md has them, without the status. */
  fields: string;
};

export type CatalogItem = Omit<ItemRow, 'sales' | 'stock'> & {
  /** Drafts too, by id. */
  promos: CatalogPromo[];
  /** Its fields in JSON, as API.md has them, without `sales`, `stock` and `promo`. */
  fields: string;
};

export function catalogItem(row: ItemRow, promos: readonly PromoRow[]): CatalogItem {
  const { id, title, description, imageUrl, price, createdAt } = row;
  const own = promos.filter(({ itemId }) => itemId === id);
  return {
    id,
    title,
    description,
    imageUrl,
    price,
    createdAt,
    promos: own.map(catalogPromo),
    fields: fieldsOf({ id, title, description, imageUrl, price }),
  };
}

/** The promo that an item was last on sale under; undefined without one. Hot path. */
export function shownPromo({ promos }: CatalogItem, row: BoardRow): CatalogPromo | undefined {
  return promos.find(({ id }) => id === row.promo);
}

/** The JSON of an item as API.md shows it, at a time in milliseconds since 1970 UTC. Hot path. */
export function itemJson(item: CatalogItem, row: BoardRow, now: number): string {
  const promo = shownPromo(item, row);
  const shown =
    promo === undefined ? 'null' : `{${promo.fields},"status":"${saleStatus(row, now)}"}`;
  return `{${item.fields},"sales":${row.sold},"stock":${row.left},"promo":${shown}}`;
}

export function catalogPromo({ publishedAt: _, ...row }: PromoRow): CatalogPromo {
  const { id, name, price, startAt, endAt, limitPerUser } = row;
  const times = { startAt: new Date(startAt), endAt: new Date(endAt) };
  return { ...row, fields: fieldsOf({ id, name, price, ...times, limitPerUser }) };
}

/** An object's JSON without its braces. */
function fieldsOf(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
