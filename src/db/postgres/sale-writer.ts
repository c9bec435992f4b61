/** Writes into Postgres what becomes of items and promos, who joins a draw, and what must go back to buyers. */
import type { TransactionSQL } from 'bun';
import type { EntrantRow } from '../draws.ts';
import {
  type DueSettlement,
  goesOn,
  type ItemChange,
  itemFields,
  keptFields,
  type PromoChange,
  type RowChanges,
} from '../projection.ts';
import type { RefundDueRow } from '../refunds-due.ts';
import { drawEntrants, items, promos, refundsDue } from '../schema.postgres.ts';
import { type Column, insertText, literal, nameOf, run, updateText } from './arrays.ts';

export async function writeSale(client: TransactionSQL, changes: RowChanges): Promise<void> {
  await run(client, itemText, itemColumns, [...changes.items]);
  await run(client, promoText, promoColumns, [...changes.promos]);
  await run(client, dueText, dueColumns, changes.refundsDue);
  await run(client, dueSettlementText, dueSettlementColumns, changes.dueSettlements);
  await run(client, entrantText, entrantColumns, changes.entrants);
}

/** The column stays as it is where its parameter is null. */
const ifGiven = (name: string) => `coalesce(changed.${name}, rows.${name})`;

type Changed<Change> = [id: number, change: Change];

const itemColumns: Column<Changed<ItemChange>>[] = [
  [items.id, ([id]) => id],
  ...itemFields.map(
    (field): Column<Changed<ItemChange>> => [items[field], ([, change]) => change[field] ?? 'NULL'],
  ),
];
const itemText = updateText(items, itemColumns, ifGiven);

const promoColumns: Column<Changed<PromoChange>>[] = [
  [promos.id, ([id]) => id],
  ...keptFields.map(
    (field): Column<Changed<PromoChange>> => [
      promos[field],
      ([, change]) => change[field] ?? 'NULL',
    ],
  ),
  [promos.publishedAt, ([, change]) => change.publishedAt ?? 'NULL'],
  [promos.pausedAt, ([, change]) => change.pausedAt ?? 'NULL'],
];
const promoText = updateText(promos, promoColumns, (name) => {
  if (name === nameOf(promos.publishedAt)) return `coalesce(rows.${name}, changed.${name})`;
  return name === nameOf(promos.pausedAt) ? `nullif(${ifGiven(name)}, ${goesOn})` : ifGiven(name);
});

const dueColumns: Column<RefundDueRow>[] = [
  [refundsDue.id, (row) => row.id],
  [refundsDue.itemId, (row) => row.itemId],
  [refundsDue.due, (row) => row.due],
  [refundsDue.n, (row) => row.n],
  [refundsDue.orderId, (row) => row.orderId ?? 'NULL'],
  [refundsDue.amountMinor, (row) => row.amountMinor],
  [refundsDue.reference, (row) => literal(row.reference)],
  [refundsDue.reason, (row) => row.reason],
  [refundsDue.at, (row) => row.at],
  [refundsDue.by, (row) => literal(row.by)],
  [refundsDue.settledAt, (row) => row.settledAt ?? 'NULL'],
  [refundsDue.settledBy, (row) => literal(row.settledBy)],
  [refundsDue.settledReference, (row) => literal(row.settledReference)],
  [refundsDue.partition, (row) => row.partition],
  [refundsDue.seq, (row) => row.seq],
];
const dueText = insertText(refundsDue, dueColumns);

const dueSettlementColumns: Column<DueSettlement>[] = [
  [refundsDue.id, (row) => row.id],
  [refundsDue.settledAt, (row) => row.at],
  [refundsDue.settledBy, (row) => literal(row.by)],
  [refundsDue.settledReference, (row) => literal(row.reference)],
];
const dueSettlementText = updateText(refundsDue, dueSettlementColumns, (name) => `changed.${name}`);

const entrantColumns: Column<EntrantRow>[] = [
  [drawEntrants.id, (row) => row.id],
  [drawEntrants.promoId, (row) => row.promoId],
  [drawEntrants.userId, (row) => row.userId],
  [drawEntrants.nonce, (row) => row.nonce],
];
const entrantText = insertText(drawEntrants, entrantColumns);
