/** What metrics tell of items: units, admissions, who waits, refusals, refunds due. */
import type { Clock } from '../../actors/clock.ts';
import { type Board, type BoardRow, gateRoom, saleStatus } from '../../actors/memory/board.ts';
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
  const room =
    'How many more the gate of a running promo lets in: 0 while it is paused, or none runs.';
  const gauges = {
    stampede_admissions_outstanding: [
      'Admissions neither used nor lapsed.',
      (row) => row.outstanding,
    ],
    stampede_gate_room: [
      room,
      (row) => (saleStatus(row, clock()) === 'running' ? gateRoom(row) : 0),
    ],
    stampede_waiting: ['People in the queue, or before a draw.', (row) => row.waiting],
    stampede_sale_paused: [
      '1 while the promo is paused.',
      (row) => (saleStatus(row, clock()) === 'paused' ? 1 : 0),
    ],
    stampede_refunds_due: ['Payments that must go back to buyers.', (row) => row.refundsDue],
  } satisfies Record<string, [help: string, value: (row: BoardRow) => number]>;
  for (const [name, [help, value]] of Object.entries(gauges)) {
    gauge(name, help, ['item'], function* () {
      for (const item of measured()) yield [{ item }, value(board.read(item)!)];
    });
  }
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
