/** What metrics tell of items: units, admissions, refusals. */
import type { Clock } from '../../actors/clock.ts';
import type { Board } from '../../actors/memory/board.ts';
import { placesAfter } from '../shop/item-ranking.ts';
import type { Add } from './metric.ts';

/**
 * Items that have metrics of their own: those whose promo runs, then those whose promo is next, then the
 * newest. Of the others, statements tell.
 */
export const measuredItemsMax = 1_000;

export function addItems(
  { board, clock }: { board: Board; clock: Clock },
  gauge: Add,
  counter: Add,
): void {
  let ranked: readonly number[] | null = null;
  // Ranked once for all metrics that are asked together: with very many items it takes milliseconds.
  const measured = () => {
    if (ranked === null) {
      ranked = measuredItems(board, clock());
      setImmediate(() => {
        ranked = null;
      });
    }
    return ranked;
  };
  gauge('stampede_units', 'Units of an item.', ['item', 'state'], function* () {
    for (const item of measured()) {
      const { loaded, left, held, sold } = board.read(item)!;
      for (const [state, units] of Object.entries({ loaded, left, held, sold })) {
        yield [{ item, state }, units];
      }
    }
  });
  gauge('stampede_admitted', 'Users admitted to the sales of an item.', ['item'], function* () {
    for (const item of measured()) yield [{ item }, board.read(item)!.admitted];
  });
  counter('stampede_refusals_total', 'Refusals by code.', ['item', 'code'], function* () {
    for (const item of measured()) {
      for (const [code, count] of Object.entries(board.refused(item)))
        yield [{ item, code }, count];
    }
  });
}

function measuredItems(board: Board, now: number): number[] {
  const ranking = { sort: 'running', at: now, after: null } as const;
  return placesAfter(board, ranking, measuredItemsMax).map(({ id }) => id);
}
