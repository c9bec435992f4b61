/**
 * The order of open items in lists, from the board alone: it knows sales and promos before SQL does,
 * and also while SQL is away. Pages are found by keyset: a page begins behind the place where the last
 * one ended, whatever has been opened or sold meanwhile.
 */
import * as v from 'valibot';
import type { Board } from '../../actors/memory/board.ts';
import { saleStatus } from '../../actors/memory/board.ts';

/**
 * `running`: what can be bought now under a promo, then what is paused or opens soonest, then the newest.
 */
export const itemSorts = ['running', 'sales', 'newest'] as const;
export type ItemSort = (typeof itemSorts)[number];

/** Where an item stands in a list: less comes first, of equals the higher id. */
export interface Place {
  id: number;
  /** Compared in turn. */
  keys: readonly [number, number];
}

/** A list's page begins behind a place, and `running` is judged as of one moment on all pages. */
export interface ListCursor {
  sort: ItemSort;
  /** Milliseconds since 1970 UTC: when the first page was made. */
  at: number;
  after: Place | null;
}

/** Which items a list is of: of those that are wanted, or of all, the ones that are not unwanted. */
export interface Selection {
  wanted?: ReadonlySet<number> | undefined;
  unwanted?: ReadonlySet<number>;
}

/**
 * The first places behind `cursor`, at most `limit`. One pass over the board that keeps only what the
 * page shows.
 */
export function placesAfter(
  board: Board,
  { sort, at, after }: ListCursor,
  limit: number,
  { wanted, unwanted }: Selection = {},
): Place[] {
  const page: Place[] = [];
  for (const id of wanted ?? board.items()) {
    if (unwanted?.has(id)) continue;
    const place = placeOf(board, id, sort, at);
    if (place === null || (after !== null && compare(place, after) <= 0)) continue;
    if (page.length === limit && compare(place, page.at(-1)!) > 0) continue;
    const index = page.findIndex((each) => compare(place, each) < 0);
    page.splice(index < 0 ? page.length : index, 0, place);
    if (page.length > limit) page.pop();
  }
  return page;
}

function placeOf(board: Board, id: number, sort: ItemSort, at: number): Place | null {
  if (sort === 'newest') return board.has(id) ? { id, keys: [0, 0] } : null;
  const row = board.read(id);
  if (row === null) return null;
  if (sort === 'sales') return { id, keys: [-row.sold, 0] };
  const status = saleStatus(row, at);
  if (status === 'running') return { id, keys: [0, 0] };
  // What is paused has begun: it comes before all that has not.
  const isComing = status === 'paused' || status === 'pending';
  return { id, keys: isComing ? [1, row.startAt] : [2, 0] };
}

function compare(a: Place, b: Place): number {
  return a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || b.id - a.id;
}

export function encodeListCursor({ sort, at, after }: ListCursor): string {
  return [sort, at, ...(after === null ? [] : [...after.keys, after.id])].join('.');
}

const safe = v.pipe(v.string(), v.regex(/^-?\d{1,16}$/), v.transform(Number), v.safeInteger());
const cursorShape = v.strictTuple([v.picklist(itemSorts), safe, safe, safe, safe]);

/** Reads what `encodeListCursor` wrote; null for any other text. */
export function decodeListCursor(text: string): ListCursor | null {
  const read = v.safeParse(cursorShape, text.split('.'));
  if (!read.success) return null;
  const [sort, at, first, second, id] = read.output;
  return { sort, at, after: { id, keys: [first, second] } };
}
