/** Has the filter of buyers made anew when most that it knows have been forgotten. */
import {
  filterGrowth,
  filterLookMs,
  filterMarksLeast,
  filterMarksShare,
} from '../actors/limits.ts';
import type { BuyerFilter } from '../actors/memory/buyer-filter.ts';
import type { Positions } from '../actors/memory/positions.ts';

export interface FilterParts {
  buyers: BuyerFilter;
  positions: Pick<Positions, 'get'>;
  partitions: number;
}

/** Begins a renewal where the filter knows `marksLeast`, and many times what is kept; or ends it when it is done. */
export function lookAtFilter(
  { buyers, positions, partitions }: FilterParts,
  marksLeast = filterMarksLeast,
  marksShare = filterMarksShare,
): void {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const { renewal } = buyers;
  if (renewal !== 0) {
    if (all.every((p) => positions.get(p, 'renewed') === renewal)) buyers.finish();
    return;
  }
  const kept = all.reduce((sum, p) => sum + positions.get(p, 'ordersKept'), 0);
  const isStale = buyers.marks >= Math.max(marksLeast, kept * marksShare);
  // One that fills up does so in a rush, and is made large enough for much of it.
  if (isStale) buyers.begin(kept * filterGrowth);
  else if (buyers.isFull) buyers.begin(buyers.marks * filterGrowth);
}

export function watchFilter(parts: FilterParts): Timer {
  return setInterval(() => lookAtFilter(parts), filterLookMs);
}
