/** Lists of open items, page by page. */
import type { CatalogItem } from '../catalog/item.ts';
import {
  decodeListCursor,
  encodeListCursor,
  type ItemSort,
  type ListCursor,
  placesAfter,
} from './item-ranking.ts';
import type { ShopParts } from './parts.ts';

/** Items on one page of a list. */
export const listPageMax = 50;

/** Characters of a search; longer ones find nothing more. */
export const searchCharactersMax = 64;

/** A search finds this many items at most, the newest: who gets more has to be more exact. */
const foundMax = 1_000;

export interface ListQuestion {
  sort: ItemSort;
  /** A part of the title; null for all items. */
  search: string | null;
  /** The `next` of the page before; null for the first. */
  cursor: string | null;
}

export interface ItemPage {
  items: CatalogItem[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
  /** Items of this page that SQL knows and this engine cannot show while SQL is away. */
  hidden: number;
}

type Listing = Pick<ShopParts, 'board' | 'catalog' | 'clock'>;

/**
 * A page of a list; null where the cursor is not one of this list.
 * @throws SqlUnavailable for a search, while SQL is away.
 */
export async function listItems(parts: Listing, question: ListQuestion): Promise<ItemPage | null> {
  const { board, catalog, clock } = parts;
  const cursor = cursorOf(question, clock());
  if (cursor === null) return null;
  const { search } = question;
  const wanted = search === null ? undefined : new Set(await catalog.search(search, foundMax));
  // One more than the page shows tells whether there is a next one.
  const places = placesAfter(board, cursor, listPageMax + 1, wanted);
  const shown = places.slice(0, listPageMax);
  const { items, missing } = await catalog.itemsOf(shown.map(({ id }) => id));
  const more = places.length > shown.length;
  const next = more ? encodeListCursor({ ...cursor, after: shown.at(-1)! }) : null;
  return { items, next, hidden: missing };
}

function cursorOf({ sort, cursor }: ListQuestion, now: number): ListCursor | null {
  if (cursor === null) return { sort, at: now, after: null };
  const read = decodeListCursor(cursor);
  return read?.sort === sort ? read : null;
}
