/** Compares the rows of `refunds_due` with the journal, column by column. */
import type { ProjectionView } from '../../db/projection.ts';
import { type RefundDueRow, refundDueId } from '../../db/refunds-due.ts';
import { orderId } from '../../order-id.ts';
import type { DueState } from '../audit/sale-book.ts';
import type { Prefix } from './prefix.ts';

/** Returns how many rows were compared. */
export async function compareRefunds(view: ProjectionView, prefix: Prefix): Promise<number> {
  const unmet = expectedRows(prefix);
  let compared = unmet.size;
  for await (const page of view.refundPages()) {
    for (const row of page) {
      const expected = unmet.get(row.id);
      unmet.delete(row.id);
      if (expected !== undefined) compareRow(row, expected, prefix);
      else if (prefix.checkpointOf(row.itemId) !== undefined) {
        compared++;
        const what = `refund due ${row.id}: SQL has it, the journal does not`;
        prefix.differs(row.itemId, row.seq, what);
      }
    }
  }
  for (const { id, itemId, seq } of unmet.values()) {
    prefix.differs(itemId, seq, `refund due ${id}: the journal has it, SQL does not`);
  }
  return compared;
}

/** By id: the rows as of their partition's checkpoint. */
function expectedRows(prefix: Prefix): Map<string, RefundDueRow> {
  const rows = new Map<string, RefundDueRow>();
  for (const [{ item, partition, sale }, checkpoint] of prefix.books()) {
    for (const states of sale.dues.values()) {
      const due = states.asOf(checkpoint);
      if (due === undefined) continue;
      const row = expectedRow(item, partition, due);
      rows.set(row.id, row);
    }
  }
  return rows;
}

function expectedRow(itemId: number, partition: number, state: DueState): RefundDueRow {
  const { event, at, seq, settled } = state;
  const { due, n, placedAt, amountMinor, reason, reference = null, by = null } = event;
  return {
    id: refundDueId(itemId, due),
    ...{ itemId, due, n, amountMinor, reference, reason, at, by, partition, seq },
    orderId: reason === 'unknownOrder' ? null : orderId(itemId, n, placedAt),
    settledAt: settled?.at ?? null,
    settledBy: settled?.by ?? null,
    settledReference: settled?.reference ?? null,
  };
}

function compareRow(row: RefundDueRow, expected: RefundDueRow, prefix: Prefix): void {
  for (const [column, value] of Object.entries(expected)) {
    const stored = row[column as keyof RefundDueRow]; // The names above are the row's own.
    if (stored === value) continue;
    const values = `${column} is ${stored} in SQL, ${value} by the journal`;
    prefix.differs(expected.itemId, expected.seq, `refund due ${row.id}: ${values}`);
  }
}
