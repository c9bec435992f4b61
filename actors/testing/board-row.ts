/** Rows of the board for tests. */
import type { BoardRow } from '../memory/board.ts';

/** What an item shows that has ten units and no promo, but for what is given. */
export function boardRow(shown: Partial<BoardRow> = {}): BoardRow {
  return {
    ...{ loaded: 10, held: 0, sold: 0, left: 10, orders: 0, seq: 1, leftSeq: 1 },
    ...{ admitted: 0, outstanding: 0, waiting: 0, refundsDue: 0 },
    ...{ promo: 0, startAt: 0, endAt: 0, promosEndAt: 0, queueOpenAt: 0, paused: 0, queue: 0 },
    ...{ price: 1, promoPrice: 1, gateFactor: 5, normalSale: 1 },
    ...{ archived: 0, spentTokensEndAt: 0 },
    ...shown,
  };
}
