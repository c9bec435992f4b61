/**
 * The numbers of items and promos that the journal knows. SQL counts numbers by itself, and forgets what
 * it has given when it is restored from a copy; a number of the journal's must never name something else.
 */
import type { ShopParts } from './parts.ts';

export interface LastTaken {
  item: number;
  promo: number;
}

/** The highest numbers; null while the journal may know higher ones, because a part of it is not yet read. */
export function lastTaken({
  board,
  positions,
  partitions,
}: Pick<ShopParts, 'board' | 'positions' | 'partitions'>): LastTaken | null {
  for (let partition = 0; partition < partitions; partition++) {
    // What a damaged journal knows is for an operator to find out; the shop goes on without it.
    const waits = positions.mode(partition) !== 'refusing';
    if (waits && positions.get(partition, 'recoveries') === 0) return null;
  }
  return { item: board.lastItem(), promo: board.promos.last };
}
