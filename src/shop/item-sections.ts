/** What an item is to buyers at a moment: each is in exactly one section of the list. */
import { type Board, type BoardRow, saleStatus } from '../../actors/memory/board.ts';

/**
 * `running`: its sale has begun and goes on, paused or not · `coming`: its sale begins later · `normal`: sold at its
 * normal price · `ended`: its sale is over and there is nothing to be had, or it is not on sale at all.
 */
export const itemSections = ['running', 'coming', 'normal', 'ended'] as const;
export type ItemSection = (typeof itemSections)[number];

/** The section at a time in milliseconds since 1970 UTC. Called for each item of a list. */
export function sectionOf(row: BoardRow, now: number): ItemSection {
  const status = saleStatus(row, now);
  if (status === 'none') return row.normalSale === 1 ? 'normal' : 'ended';
  if (status !== 'ended') return now < row.startAt ? 'coming' : 'running';
  // A sale that has sold everything is over, also where what is left would be sold at the normal price.
  const isSold = row.normalSale === 1 && now >= row.promosEndAt;
  return isSold && row.left + row.held > 0 ? 'normal' : 'ended';
}

/** Which items are meant: of those that are wanted, or of all, the ones that are not unwanted. */
export interface Selection {
  wanted?: ReadonlySet<number> | undefined;
  unwanted?: ReadonlySet<number> | undefined;
}

/** The selected items by id, the highest first, each with its row, which is valid until the next one's. */
export function* selectedRows(
  board: Board,
  { wanted, unwanted }: Selection,
): Generator<[id: number, row: BoardRow]> {
  for (const id of wanted ?? newestFirst(board)) {
    if (unwanted?.has(id)) continue;
    const row = board.read(id);
    if (row !== null) yield [id, row];
  }
}

function* newestFirst(board: Board): Generator<number> {
  for (let id = board.lastItem(); id > 0; id--) yield id;
}

export interface Census {
  counts: Record<ItemSection, number>;
  /** When the next of the coming sales begins, milliseconds since 1970 UTC; null where none comes. */
  nextStartAt: number | null;
}

/** How many items there are in each section. One pass over the board. */
export function census(board: Board, now: number, selection: Selection): Census {
  const counts = { running: 0, coming: 0, normal: 0, ended: 0 };
  let nextStartAt = Number.POSITIVE_INFINITY;
  for (const [, row] of selectedRows(board, selection)) {
    const section = sectionOf(row, now);
    counts[section]++;
    if (section === 'coming') nextStartAt = Math.min(nextStartAt, row.startAt);
  }
  return { counts, nextStartAt: Number.isFinite(nextStartAt) ? nextStartAt : null };
}
