/** What the audits' reads of both databases share. */
import type { ItemChange, ItemSums } from './projection.ts';

/** Rows an audit reads at once. */
export const pageRows = 2_000;

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
