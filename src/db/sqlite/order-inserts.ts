/** Inserts the rows of placed orders, many with one statement. Hot: a row per order. */
import type { Database, Statement } from 'bun:sqlite';
import type { PlacedOrder } from '../projection.ts';
import { orders } from '../schema.sqlite.ts';
import { insertText } from './statements.ts';

/** What is said of every order, in the order in which `put` passes it. */
const columns = [
  orders.key,
  orders.userId,
  orders.promoId,
  orders.amount,
  orders.unitPrice,
  orders.createdAt,
  orders.eventId,
];

/** Rows of one statement, the most first: with more of them a row costs no less. */
const sizes = [64, 8, 1];

/** What becomes of an order in the same batch is written afterwards. */
const placed = [{ column: orders.status, text: 'placed' }];

interface Insert {
  rows: number;
  statement: Statement;
  /** Of all its rows, one after the other. */
  values: number[];
}

export class OrderInserts {
  readonly #inserts: readonly Insert[];

  constructor(database: Database) {
    this.#inserts = sizes.map((rows) => ({
      rows,
      statement: database.prepare(insertText(orders, columns, { rows, also: placed })),
      values: new Array<number>(rows * columns.length).fill(0),
    }));
  }

  write(orders: readonly PlacedOrder[]): void {
    let next = 0;
    for (const { rows, statement, values } of this.#inserts) {
      for (; orders.length - next >= rows; next += rows) {
        for (let row = 0; row < rows; row++) put(values, row, orders[next + row]!);
        statement.run(...values);
      }
    }
  }
}

function put(values: number[], row: number, order: PlacedOrder): void {
  let at = row * columns.length;
  values[at++] = order.key;
  values[at++] = order.userId;
  values[at++] = order.promoId;
  values[at++] = order.amount;
  values[at++] = order.unitPrice;
  values[at++] = order.createdAt;
  values[at] = order.eventId;
}
