/** Compares what SQL says of items with the journal. */
import type { Sequence } from '../../../actors/events.ts';
import type { ItemSums } from '../../db/projection.ts';
import type { Prefix } from './prefix.ts';

/** Stock, the sum of the stock logs, sales, and the normal price. Returns how many items were compared. */
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

type Value = number | boolean | null;

function compareItem(
  item: number,
  row: ItemSums | undefined,
  checkpoint: Sequence,
  prefix: Prefix,
): void {
  const book = prefix.bookOf(item);
  const units = book?.history.asOf(checkpoint) ?? null;
  const { stock = null, logged = 0, sales = null, terms = null } = row ?? {};
  const differs = (what: string, sql: Value, journal: Value) => {
    if (sql === journal) return;
    const values = `${what} is ${sql ?? 'missing'} in SQL, ${journal ?? 'missing'} by the journal`;
    prefix.differs(item, checkpoint, values);
  };
  differs('stock', stock, units?.left ?? null);
  differs('the sum of the stock logs', logged, units?.left ?? 0);
  // The catalogue knows an item before its actor does.
  if (units !== null || sales !== null) differs('sales', sales, units?.sold ?? 0);
  const normal = book?.sale.normal.asOf(checkpoint);
  if (terms === null || normal === undefined) return;
  differs('price', terms.price, normal.price);
  differs('normalSale', terms.normalSale, normal.normalSale);
  differs('limitPerUser', terms.limitPerUser, normal.limit);
}
