/**
 * An item as the cache keeps it: what merchants wrote, and the JSON of it, made once. What changes
 * while people buy (stock, sales, the sale's status) comes from the board at each read.
 */
import { queueModes } from '../../actors/events.ts';
import { type Board, type BoardRow, saleStatus } from '../../actors/memory/board.ts';
import type { ItemPicture, ItemRow, PromoRow, StoredPicture } from '../db/sql.ts';
import { picturePath } from '../pictures/address.ts';

export type CatalogPromo = Omit<PromoRow, 'publishedAt'> & {
  /** Its fields in an item's JSON, as the API reference shows them, without what the board knows. */
  fields: string;
};

export type CatalogItem = Omit<ItemRow, 'sales' | 'stock'> & {
  /** In the order in which they are shown. */
  pictures: ItemPicture[];
  /** Drafts too, by id. */
  promos: CatalogPromo[];
  /** Its fields in JSON, as the API reference shows them, without what the board knows. */
  fields: string;
};

export function catalogItem(
  row: ItemRow,
  promos: readonly PromoRow[],
  pictures: readonly ItemPicture[],
): CatalogItem {
  const { id, title, description, imageUrl, price, createdAt } = row;
  const { normalSale, limitPerUser, hidden } = row;
  const own = promos.filter(({ itemId }) => itemId === id);
  const shown = pictures.filter(({ itemId }) => itemId === id);
  return {
    id,
    title,
    description,
    imageUrl,
    price,
    createdAt,
    normalSale,
    limitPerUser,
    hidden,
    pictures: shown,
    promos: own.map(catalogPromo),
    fields: fieldsOf({
      ...{ id, title, description, imageUrl, limitPerUser, hidden },
      pictures: shown.map(pictureData),
    }),
  };
}

/**
 * The promo that an item is on sale under, else the next, else the last; undefined without one. Its
 * price and times are the board's, which hears of a change first.
 */
export function shownPromo({ promos }: CatalogItem, row: BoardRow): CatalogPromo | undefined {
  const promo = promos.find(({ id }) => id === row.promo);
  if (promo === undefined) return undefined;
  return { ...promo, price: row.promoPrice, startAt: row.startAt, endAt: row.endAt };
}

export interface Shown {
  /** Of the item's row on the board. */
  version: number;
  /** When the sale's status changes, in milliseconds since 1970 UTC. */
  until: number;
  json: string;
  /** The answer it was last sent in, kept here by the sender. */
  answer: string | null;
}

/** What was last shown of an item: valid until its row or its sale's status changes. */
const lastShown = new WeakMap<CatalogItem, Shown>();

/** An item, which must be open, as the API reference shows it; `now` never goes back. Hot path. */
export function shown(item: CatalogItem, board: Board, now: number): Shown {
  const last = lastShown.get(item);
  const version = board.version(item.id);
  if (last !== undefined && last.version === version && now < last.until) return last;
  const row = board.read(item.id)!;
  const json = itemJson(item, row, now);
  const until = [row.startAt, row.endAt].find((at) => now < at) ?? Number.POSITIVE_INFINITY;
  const next = { version, until, json, answer: null };
  lastShown.set(item, next);
  return next;
}

/** The JSON of an item with a row, at a time in milliseconds since 1970 UTC. */
export function itemJson(item: CatalogItem, row: BoardRow, now: number): string {
  const promo = shownPromo(item, row);
  const shown = promo === undefined ? 'null' : promoJson(promo, row, now);
  const { price, normalSale, sold, left, held } = row;
  const sale = `"price":${price},"normalSale":${normalSale === 1}`;
  return `{${item.fields},${sale},"sales":${sold},"stock":${left},"held":${held},"promo":${shown}}`;
}

function promoJson({ fields, price, startAt, endAt }: CatalogPromo, row: BoardRow, now: number) {
  const queue = queueModes[row.queue]!;
  const changing = {
    price,
    startAt: new Date(startAt),
    endAt: new Date(endAt),
    status: saleStatus(row, now),
    queue,
    queueOpenAt: queue === 'draw' ? new Date(row.queueOpenAt) : null,
  };
  return `{${fields},${fieldsOf(changing)}}`;
}

export function catalogPromo({ publishedAt: _, ...row }: PromoRow): CatalogPromo {
  const { id, name, limitPerUser, drawCommitment } = row;
  return { ...row, fields: fieldsOf({ id, name, limitPerUser, drawCommitment }) };
}

/** A picture of an item as the API shows it. */
export function pictureData({ id, alt, small, ...picture }: ItemPicture) {
  return { id, ...sized({ id, ...picture }), alt, small: sized(small) };
}

function sized(picture: StoredPicture) {
  const { width, height } = picture;
  return { url: picturePath(picture), width, height };
}

/** An object's JSON without its braces. */
function fieldsOf(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
