/** The rows that a partition will show on the board, once what it has decided is durable. */

import type { Sequence } from '../events.ts';
import { queueModes } from '../events.ts';
import { type Item, unitsLeft } from '../item/item.ts';
import type { Board, BoardRow } from '../memory/board.ts';
import type { Positions } from '../memory/positions.ts';

export type Rows = Map<number, BoardRow>;

export interface ShownRowsWorld {
  board: Board;
  positions: Positions;
  /** Called once an entry is durable and the board shows it. */
  acknowledged(partition: number, items: Iterable<number>): void;
}

/** What a partition shows on the board, from a state on: of what its engine writes, or follows. */
export class ShownRows {
  /** The latest row of each item, as the board shows it once everything in flight is durable. */
  readonly #latest: Rows = new Map();

  constructor(
    private readonly partition: number,
    private readonly world: ShownRowsWorld,
  ) {}

  /** Shows the whole state, as it is after an entry. */
  begin(items: ReadonlyMap<number, Item>, sequence: Sequence, at: number): void {
    const { board } = this.world;
    const rows = rowsOf(items, items.keys());
    this.number(rows, sequence);
    for (const [item, { terms }] of items) {
      // The previous thread may have died while it wrote a row.
      board.repair(item);
      for (const { promo } of terms) if (promo !== 0) board.promos.add(promo);
    }
    this.show(rows, sequence, at);
  }

  /** Gives rows the sequence of their entry, and remembers them as the latest of their items. */
  number(rows: Rows, sequence: Sequence): void {
    for (const [item, row] of rows) {
      const before = this.#latest.get(item);
      row.seq = sequence;
      row.leftSeq = before !== undefined && before.left === row.left ? before.leftSeq : sequence;
      this.#latest.set(item, row);
    }
  }

  /** Step 8: shows rows that were numbered, once their entry, of the time `at`, is durable. */
  show(rows: Rows, sequence: Sequence, at: number): void {
    const { board, positions, acknowledged } = this.world;
    const { partition } = this;
    for (const [item, row] of rows) board.write(item, row);
    positions.noteEntry(partition, sequence, at);
    positions.set(partition, 'journalSeq', sequence);
    acknowledged(partition, rows.keys());
  }
}

/** Items as the board is to show them; `ShownRows` fills in their sequences. */
export function rowsOf(items: ReadonlyMap<number, Item>, touched: Iterable<number>): Rows {
  return new Map([...touched].map((id) => [id, rowOf(items.get(id)!)]));
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
    archived: orders.archived,
    spentTokensEndAt: item.spentTokensEndAt,
  };
}
