/** Compares the rows of `orders` with the journal, row by row and column by column. */
import type { Sequence } from '../../../actors/events.ts';
import { orderStatus, orderStatusNames } from '../../../actors/protocol.ts';
import type { ProjectionView } from '../../db/projection.ts';
import type { OrderRow } from '../../db/sql.ts';
import { orderId, orderKey } from '../../order-id.ts';
import type { ItemAudit } from '../audit/item-audit.ts';
import type { Prefix } from './prefix.ts';

const columns = [
  'id',
  'itemId',
  'userId',
  'promoId',
  'amount',
  'unitPrice',
  'total',
  'status',
  'createdAt',
  'paidAt',
  'closedAt',
  'partition',
  'seq',
  'reference',
  'refundedAt',
] as const satisfies readonly (keyof OrderRow)[];

/** Keys of one item's orders lie in a range of their own. */
const itemKeys = orderKey(1, 0);

/** The rows of one item that were found; rows come by key, so one item at a time. */
interface Met {
  item: number;
  book: ItemAudit | undefined;
  /** Undefined where the item is not to be compared. */
  checkpoint: Sequence | undefined;
  /** By row of the book: 1 where SQL has the order. */
  rows: Uint8Array;
}

/** Returns how many rows were compared. */
export async function compareOrders(view: ProjectionView, prefix: Prefix): Promise<number> {
  const unmet = new Map([...prefix.books()].map((each) => [each[0].item, each]));
  let compared = 0;
  let met: Met | null = null;
  for await (const page of pagesOf(view, prefix)) {
    for (const row of page) {
      const item = Math.floor(row.key / itemKeys);
      if (met === null || met.item !== item) {
        if (met !== null) reportMissing(met, prefix);
        met = meet(item, prefix);
        unmet.delete(item);
      }
      if (met.checkpoint === undefined) continue;
      compared++;
      compareRow(row, met, met.checkpoint, prefix);
    }
  }
  if (met !== null) reportMissing(met, prefix);
  for (const item of unmet.keys()) reportMissing(meet(item, prefix), prefix);
  return compared;
}

/** Rows by key, without those that another audit looks at. */
async function* pagesOf(view: ProjectionView, prefix: Prefix): AsyncGenerator<OrderRow[]> {
  const { isWhole, options } = prefix.audit;
  if (isWhole && options.onlyItem == null) {
    yield* view.orderPages(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    return;
  }
  const firstKey = orderKey(1, 0);
  if (prefix.checkpointOf(0) !== undefined) {
    yield* view.orderPages(Number.MIN_SAFE_INTEGER, firstKey);
  }
  for (const item of await view.orderedItems()) {
    if (prefix.checkpointOf(item) === undefined) continue;
    yield* view.orderPages(orderKey(item, 0), orderKey(item + 1, 0));
  }
}

function meet(item: number, prefix: Prefix): Met {
  const book = prefix.bookOf(item);
  const rows = new Uint8Array(book?.orders.count ?? 0);
  return { item, book, checkpoint: prefix.checkpointOf(item), rows };
}

/** Hot: runs once per row. */
function compareRow(row: OrderRow, met: Met, checkpoint: Sequence, prefix: Prefix): void {
  const { item, book } = met;
  const index = book?.orders.rowOf(row.key - item * itemKeys) ?? -1;
  const expected = index < 0 ? null : expectedRow(book!, index, checkpoint);
  if (expected === null) {
    const what = `order ${row.id}: SQL has it (key ${row.key}), the journal does not`;
    prefix.differs(item, row.seq, what);
    return;
  }
  met.rows[index] = 1;
  for (const column of columns) {
    if (row[column] === expected[column]) continue;
    const values = `${column} is ${row[column]} in SQL, ${expected[column]} by the journal`;
    prefix.differs(item, expected.seq, `order ${expected.id}: ${values}`);
  }
}

/** Entry and partition, which are compared, follow from the event's id; the place in the entry shows nowhere else. */
type Expected = Omit<OrderRow, 'eventId'>;

/** The row as of a checkpoint; null where the order was placed later. */
function expectedRow(book: ItemAudit, row: number, checkpoint: Sequence): Expected | null {
  const { item, partition, orders, holders } = book;
  const then = orders.asOf(row, checkpoint);
  if (then === null) return null;
  const n = orders.numberOf(row);
  const createdAt = orders.placedAtOf(row);
  const amount = orders.amountOf(row);
  const holder = orders.holderOf(row);
  const terms = book.terms.at(holders.termsOf(holder));
  const unitPrice = orders.priceOf(row);
  const { status, changedAt, paidAt } = then;
  const open = status === orderStatus.placed || status === orderStatus.paid;
  return {
    key: orderKey(item, n),
    id: orderId(item, n, createdAt),
    itemId: item,
    userId: holders.userOf(holder),
    promoId: terms.promo,
    amount,
    unitPrice,
    total: amount * unitPrice,
    status: orderStatusNames[status],
    createdAt,
    paidAt: paidAt === 0 ? null : paidAt,
    closedAt: open ? null : changedAt,
    partition,
    seq: orders.placedSeqOf(row),
    reference: paidAt === 0 ? null : orders.reference(row),
    refundedAt: status === orderStatus.refunded ? changedAt : null,
  };
}

/** Reports the orders that the journal had placed by the checkpoint and SQL does not have. */
function reportMissing({ item, book, checkpoint, rows }: Met, prefix: Prefix): void {
  if (book === undefined || checkpoint === undefined) return;
  const { orders } = book;
  for (let row = 0; row < rows.length; row++) {
    const seq = orders.placedSeqOf(row);
    if (rows[row] !== 0 || seq > checkpoint) continue;
    const id = orderId(item, orders.numberOf(row), orders.placedAtOf(row));
    prefix.differs(item, seq, `order ${id}: the journal has it, SQL does not`);
  }
}
