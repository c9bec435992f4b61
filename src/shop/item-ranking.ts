/**
 * The order of open items in lists, from the board alone: it knows sales and promos before SQL does,
 * and also while SQL is away. Pages are found by keyset: a page begins behind the place where the last
 * one ended, whatever has been opened or sold meanwhile.
 */
import * as v from 'valibot';
import type { Board } from '../../actors/memory/board.ts';
import { type BoardRow, saleStatus } from '../../actors/memory/board.ts';
import {
  type ItemSection,
  itemSections,
  type Selection,
  sectionOf,
  selectedRows,
} from './item-sections.ts';

/**
 * The orders that clients may ask for. `running`: what can be bought now under a promo, then what is paused or opens
 * soonest, then the newest.
 */
export const itemSorts = ['running', 'sales', 'newest'] as const;

/**
 * And the one of the buyers' page, `urgent`: section by section, of running sales the one that ends first, of coming
 * ones the one that begins first, of ended ones the one that ended last.
 */
const listSorts = [...itemSorts, 'urgent'] as const;
export type ItemSort = (typeof listSorts)[number];

/** Where an item stands in a list: less comes first, of equals the higher id. */
export interface Place {
  id: number;
  /** Compared in turn. */
  keys: readonly [number, number];
}

/** A list's page begins behind a place, and sales are judged as of one moment on all pages. */
export interface ListCursor {
  sort: ItemSort;
  /** Milliseconds since 1970 UTC: when the first page was made. */
  at: number;
  after: Place | null;
}

/** What a list is of. */
interface Listed extends Selection {
  /** This section alone; all of them where it is not given. */
  section?: ItemSection | null;
}

/**
 * The first places behind `cursor`, at most `limit`. One pass over the board that keeps only what the
 * page shows.
 */
export function placesAfter(
  board: Board,
  { sort, at, after }: ListCursor,
  limit: number,
  { section = null, ...selection }: Listed = {},
): Place[] {
  const page: Place[] = [];
  for (const [id, row] of selectedRows(board, selection)) {
    if (section !== null && sectionOf(row, at) !== section) continue;
    const place = { id, keys: keysOf(row, sort, at) };
    if (after !== null && compare(place, after) <= 0) continue;
    if (page.length === limit && compare(place, page.at(-1)!) > 0) continue;
    const index = page.findIndex((each) => compare(place, each) < 0);
    page.splice(index < 0 ? page.length : index, 0, place);
    if (page.length > limit) page.pop();
    // All that follow are older.
    if (page.length === limit && sort === 'newest' && selection.wanted === undefined) break;
  }
  return page;
}

function keysOf(row: BoardRow, sort: ItemSort, at: number): Place['keys'] {
  if (sort === 'newest') return [0, 0];
  if (sort === 'sales') return [-row.sold, 0];
  if (sort === 'urgent') return urgencyOf(row, at);
  const status = saleStatus(row, at);
  if (status === 'running') return [0, 0];
  // What is paused has begun: it comes before all that has not.
  const isComing = status === 'paused' || status === 'pending';
  return isComing ? [1, row.startAt] : [2, 0];
}

/**
 * Neither what is left nor a pause counts: an item whose sale begins or ends while somebody turns pages stays where
 * it was, or moves on, so that they miss none.
 */
function urgencyOf(row: BoardRow, at: number): Place['keys'] {
  const section = sectionOf(row, at);
  const within = { running: row.endAt, coming: row.startAt, normal: 0, ended: -row.endAt };
  return [itemSections.indexOf(section), within[section]];
}

function compare(a: Place, b: Place): number {
  return a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || b.id - a.id;
}

export function encodeListCursor({ sort, at, after }: ListCursor): string {
  return [sort, at, ...(after === null ? [] : [...after.keys, after.id])].join('.');
}

const safe = v.pipe(v.string(), v.regex(/^-?\d{1,16}$/), v.transform(Number), v.safeInteger());
const cursorShape = v.strictTuple([v.picklist(listSorts), safe, safe, safe, safe]);

/** Reads what `encodeListCursor` wrote; null for any other text. */
export function decodeListCursor(text: string): ListCursor | null {
  const read = v.safeParse(cursorShape, text.split('.'));
  if (!read.success) return null;
  const [sort, at, first, second, id] = read.output;
  return { sort, at, after: { id, keys: [first, second] } };
}
