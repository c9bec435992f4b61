/** What the audits' reads of both databases share. */
import { type Column, type SQL, sql } from 'drizzle-orm';
import { orderKeyRange } from '../order-id.ts';
import type { ItemChange, ItemSums } from './projection.ts';
import { eventsRange, partitionsRange } from './row-id.ts';

/** Rows an audit reads at once. */
export const pageRows = 2_000;

/**
 * A query for the items that have orders, in rows of one `item`. It goes from the first key of one to the first of the
 * next, and so takes as long as there are items, whatever they have sold.
 */
export function orderedItemsQuery(key: Column): SQL {
  const range = sql.raw(String(orderKeyRange));
  const from = (first: SQL) =>
    sql`SELECT min(${key}) / ${range} FROM ${key.table} WHERE ${key} >= ${first}`;
  return sql`
    WITH RECURSIVE found(item) AS (
      ${from(range)}
      UNION ALL SELECT (${from(sql`(item + 1) * ${range}`)}) FROM found WHERE item IS NOT NULL
    )
    SELECT item FROM found WHERE item IS NOT NULL ORDER BY item`;
}

/** The partition that the id of an event's row names. */
export function partitionOfId(id: Column): SQL {
  return sql`${id} / ${sql.raw(String(eventsRange))} % ${sql.raw(String(partitionsRange))}`;
}

/** Joins sums by item into one row for each item, by id. */
export function joinSums(
  logged: readonly { itemId: number; units: number }[],
  left: readonly { itemId: number; stock: number }[],
  sold: readonly (Required<ItemChange> & { itemId: number; units: number })[],
): ItemSums[] {
  const sums = new Map<number, ItemSums>();
  const of = (itemId: number): ItemSums => {
    const none = { stock: null, logged: 0, sales: null, terms: null };
    const known = sums.get(itemId) ?? { itemId, ...none };
    sums.set(itemId, known);
    return known;
  };
  for (const { itemId, units } of logged) of(itemId).logged = units;
  for (const { itemId, stock } of left) of(itemId).stock = stock;
  for (const { itemId, units: sales, ...terms } of sold)
    Object.assign(of(itemId), { sales, terms });
  return [...sums.values()].sort((a, b) => a.itemId - b.itemId);
}
