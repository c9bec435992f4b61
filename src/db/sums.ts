/** What the audits' reads of both databases share. */
import type { ItemSums } from './sql.ts';

/** Rows an audit reads at once. */
export const pageRows = 2_000;

/** Joins sums by item into one row for each item, by id. */
export function joinSums(
  logged: readonly { itemId: number; units: number }[],
  left: readonly { itemId: number; stock: number }[],
  sold: readonly { itemId: number; units: number }[],
): ItemSums[] {
  const sums = new Map<number, ItemSums>();
  const of = (itemId: number): ItemSums => {
    const known = sums.get(itemId) ?? { itemId, stock: null, logged: 0, sales: null };
    sums.set(itemId, known);
    return known;
  };
  for (const { itemId, units } of logged) of(itemId).logged = units;
  for (const { itemId, stock } of left) of(itemId).stock = stock;
  for (const { itemId, units } of sold) of(itemId).sales = units;
  return [...sums.values()].sort((a, b) => a.itemId - b.itemId);
}
