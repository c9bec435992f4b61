/** The rows that a partition will show on the board, once what it has decided is durable. */

import { type Item, unitsLeft } from '../item/item.ts';
import type { BoardRow } from '../memory/board.ts';
import type { Sequence } from '../protocol.ts';

export type Rows = Map<number, BoardRow>;

/** Items as the board is to show them; `numberRows` fills in their sequences. */
export function rowsOf(items: ReadonlyMap<number, Item>, touched: Iterable<number>): Rows {
  return new Map([...touched].map((id) => [id, rowOf(items.get(id)!)]));
}

/** Gives rows the sequence of their entry, and remembers them as the latest of their items. */
export function numberRows(rows: Rows, latest: Rows, sequence: Sequence): void {
  for (const [item, row] of rows) {
    const before = latest.get(item);
    row.seq = sequence;
    row.leftSeq = before !== undefined && before.left === row.left ? before.leftSeq : sequence;
    latest.set(item, row);
  }
}

function rowOf(item: Item): BoardRow {
  const { loaded, held, sold, admitted, admittedUnder, orders, terms } = item;
  const last = terms.at(-1)!;
  return {
    loaded,
    held,
    sold,
    left: unitsLeft(item),
    admitted,
    promoAdmitted: admittedUnder.at(-1)!,
    orders: orders.count,
    seq: 0,
    leftSeq: 0,
    promo: last.promo,
    startAt: last.startAt,
    endAt: last.endAt,
    price: terms[0]!.price,
    promoPrice: last.price,
  };
}
