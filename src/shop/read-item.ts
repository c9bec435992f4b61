/** Reading open items: what merchants wrote, and their current state. */
import type { BoardRow } from '../../actors/memory/board.ts';
import type { CatalogItem } from '../catalog/item.ts';
import type { ShopParts } from './parts.ts';

type Reading = Pick<ShopParts, 'board' | 'catalog'>;

const idShape = /^[1-9]\d{0,5}$/;

/** The id that a path or a form names; 0, which no item has, where it names none. Hot path. */
export function itemIdOf(text = ''): number {
  return idShape.test(text) ? Number(text) : 0;
}

export interface OpenItem {
  item: CatalogItem;
  row: BoardRow;
}

/** Null where there is none. @throws SqlUnavailable */
export async function readItem({ board, catalog }: Reading, id: number): Promise<OpenItem | null> {
  // The row first: the catalogue knows every promo that an earlier row shows.
  const row = board.read(id);
  const item = row === null ? null : await catalog.item(id);
  return row === null || item === null ? null : { item, row };
}
