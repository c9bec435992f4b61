/** The rows that a partition will show on the board, once what it has decided is durable. */

import type { Sequence } from '../events.ts';
import { queueModes } from '../events.ts';
import { type Item, unitsLeft } from '../item/item.ts';
import type { BoardRow } from '../memory/board.ts';

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
  const { loaded, held, sold, admitted, orders, terms } = item;
  const shown = terms[item.shown]!;
  const sale = item.sales[item.shown]!;
  return {
    loaded,
    held,
    sold,
    left: unitsLeft(item),
    admitted,
    outstanding: sale.admissions.count,
    waiting: sale.people,
    refundsDue: item.dues.length - item.duesSettled,
    orders: orders.count,
    seq: 0,
    leftSeq: 0,
    promo: shown.promo,
    startAt: shown.startAt,
    endAt: shown.endAt,
    price: terms[0]!.price,
    promoPrice: shown.price,
    promosEndAt: item.promosEndAt,
    queueOpenAt: shown.queue === 'draw' ? shown.queueOpenAt : shown.startAt,
    paused: sale.paused ? 1 : 0,
    normalSale: item.normalSale ? 1 : 0,
    queue: queueModes.indexOf(shown.queue),
    gateFactor: shown.gateFactor,
  };
}
