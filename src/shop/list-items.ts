/** Lists of open items, page by page. */
import { LRUCache } from 'lru-cache';
import type { CatalogItem } from '../catalog/item.ts';
import {
  decodeListCursor,
  encodeListCursor,
  type ItemSort,
  type ListCursor,
  type Place,
  placesAfter,
} from './item-ranking.ts';
import { type Census, census, type ItemSection, type Selection } from './item-sections.ts';
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
  /** The items of this section alone; all where it is not given. */
  section?: ItemSection | null;
  /** Also those items that the merchant hides from lists. */
  withHidden?: boolean;
}

export interface ItemPage {
  items: CatalogItem[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
  /** Items of this page that SQL knows and this engine cannot show while SQL is away. */
  hidden: number;
}

/** What the board shows of all items is found anew after this time, or when an item was opened. */
const placesTtlMs = 1_000;
const listsMax = 100;

/** The lists of one thread: a crowd that looks at one page has it put in order once a second. */
export class ItemLists {
  readonly #parts: Pick<ShopParts, 'board' | 'catalog' | 'clock'>;
  readonly #places = new LRUCache<string, Ordered>({ max: listsMax, ttl: placesTtlMs });
  readonly #censuses = new LRUCache<string, Census>({ max: listsMax, ttl: placesTtlMs });

  constructor(parts: Pick<ShopParts, 'board' | 'catalog' | 'clock'>) {
    this.#parts = parts;
  }

  /**
   * A page of a list; null where the cursor is not one of this list.
   * @throws SqlUnavailable for a search, while SQL is away.
   */
  async page(question: ListQuestion): Promise<ItemPage | null> {
    const asked = cursorOf(question, this.#parts.clock());
    if (asked === null) return null;
    const { cursor, places } = await this.#order(question, asked);
    const shown = places.slice(0, listPageMax);
    const { items: all, missing } = await this.#parts.catalog.itemsOf(shown.map(({ id }) => id));
    // The order may be older than what was hidden just now.
    const items = question.withHidden ? all : all.filter(({ hidden }) => !hidden);
    const more = places.length > shown.length;
    const next = more ? encodeListCursor({ ...cursor, after: shown.at(-1)! }) : null;
    return { items, next, hidden: missing };
  }

  /**
   * How many items that lists show are in each section now, of all or of those that a search finds.
   * @throws SqlUnavailable for a search, while SQL is away.
   */
  async census(search: string | null): Promise<Census> {
    const { board, clock } = this.#parts;
    const key = JSON.stringify([search, board.opened]);
    const known = this.#censuses.get(key);
    if (known !== undefined) return known;
    const counted = census(board, clock(), await this.#selection({ search }));
    this.#censuses.set(key, counted);
    return counted;
  }

  async #order(question: ListQuestion, cursor: ListCursor): Promise<Ordered> {
    const { board } = this.#parts;
    const key = JSON.stringify([question, board.opened]);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const { section = null } = question;
    const listed = { ...(await this.#selection(question)), section };
    // One more than the page shows tells whether there is a next one.
    const ordered = { cursor, places: placesAfter(board, cursor, listPageMax + 1, listed) };
    this.#places.set(key, ordered);
    return ordered;
  }

  async #selection({
    search,
    withHidden = false,
  }: Pick<ListQuestion, 'search' | 'withHidden'>): Promise<Selection> {
    const { catalog } = this.#parts;
    const unwanted = withHidden ? undefined : await catalog.hiddenItems();
    const wanted = search === null ? undefined : new Set(await catalog.search(search, foundMax));
    return { wanted, unwanted };
  }
}

/** What a page shows, and as of when. */
interface Ordered {
  cursor: ListCursor;
  places: Place[];
}

function cursorOf({ sort, cursor }: ListQuestion, now: number): ListCursor | null {
  if (cursor === null) return { sort, at: now, after: null };
  const read = decodeListCursor(cursor);
  return read?.sort === sort ? read : null;
}
