/** Compares what SQL says of items and promos with the journal. */
import type { Sequence } from '../../../actors/events.ts';
import type { ItemSums } from '../../db/projection.ts';
import type { PromoRow } from '../../db/sql.ts';
import type { ItemAudit } from '../audit/item-audit.ts';
import type { KnownTerms } from '../audit/terms-book.ts';
import type { Prefix } from './prefix.ts';

/** Stock, the sum of the stock logs, and sales. Returns how many items were compared. */
export function compareItems(sums: readonly ItemSums[], prefix: Prefix): number {
  const bySql = new Map(sums.map((row) => [row.itemId, row]));
  const items = new Set([...bySql.keys(), ...[...prefix.books()].map(([book]) => book.item)]);
  let compared = 0;
  for (const item of items) {
    const checkpoint = prefix.checkpointOf(item);
    if (checkpoint === undefined) continue;
    compared++;
    compareItem(item, bySql.get(item), checkpoint, prefix);
  }
  return compared;
}

function compareItem(
  item: number,
  row: ItemSums | undefined,
  checkpoint: Sequence,
  prefix: Prefix,
): void {
  const units = prefix.bookOf(item)?.history.asOf(checkpoint) ?? null;
  const { stock = null, logged = 0, sales = null } = row ?? {};
  const differs = (what: string, sql: number | null, journal: number | null) => {
    if (sql === journal) return;
    const values = `${what} is ${sql ?? 'missing'} in SQL, ${journal ?? 'missing'} by the journal`;
    prefix.differs(item, checkpoint, values);
  };
  differs('stock', stock, units?.left ?? null);
  differs('the sum of the stock logs', logged, units?.left ?? 0);
  // The catalogue knows an item before its actor does.
  if (units !== null || sales !== null) differs('sales', sales, units?.sold ?? 0);
}

/** Returns how many promos were compared. */
export function comparePromos(rows: readonly PromoRow[], prefix: Prefix): number {
  const unmet = new Map<number, { book: ItemAudit; terms: KnownTerms }>();
  for (const [book, checkpoint] of prefix.books()) {
    for (const terms of book.terms.promos()) {
      if (terms.publishedSeq <= checkpoint) unmet.set(terms.promo, { book, terms });
    }
  }
  let compared = unmet.size;
  for (const row of rows) {
    const known = unmet.get(row.id);
    if (known !== undefined) comparePromo(row, known.book.item, known.terms, prefix);
    else if (unknownPromo(row, prefix)) compared++;
    unmet.delete(row.id);
  }
  for (const { book, terms } of unmet.values()) {
    const what = `promo ${terms.promo}: the journal published it, in SQL it is not published`;
    prefix.differs(book.item, terms.publishedSeq, what);
  }
  return compared;
}

/** Reports a promo that only SQL has as published. False where its item is not to be compared. */
function unknownPromo(row: PromoRow, prefix: Prefix): boolean {
  const checkpoint = prefix.checkpointOf(row.itemId);
  if (checkpoint === undefined) return false;
  const what = `promo ${row.id}: in SQL it is published, the journal did not publish it`;
  prefix.differs(row.itemId, checkpoint, what);
  return true;
}

function comparePromo(row: PromoRow, item: number, terms: KnownTerms, prefix: Prefix): void {
  const expected = {
    itemId: item,
    price: terms.price,
    startAt: terms.startAt,
    endAt: terms.endAt,
    limitPerUser: terms.limit,
    gateFactor: terms.gateFactor,
    payWindowS: terms.payWindowMs / 1000,
    publishedAt: terms.publishedAt,
  };
  for (const [column, value] of Object.entries(expected)) {
    const stored = row[column as keyof typeof expected]; // The names above are the row's own.
    if (stored === value) continue;
    const values = `${column} is ${stored} in SQL, ${value} by the journal`;
    prefix.differs(item, terms.publishedSeq, `promo ${row.id}: ${values}`);
  }
}
