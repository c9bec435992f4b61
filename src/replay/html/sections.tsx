/** The sections of items, each drawn while its books are there. */
import type { ItemAudit } from '../audit/item-audit.ts';
import type { Names } from '../compare/comparison.ts';
import type { PartReport } from '../part-report.ts';
import { ItemSection } from './item.tsx';

/** Items with charts. */
const itemsChartedMax = 12;

export interface DrawnItem {
  item: number;
  orders: number;
  /** HTML. */
  section: string;
}

/** The items that charts are drawn for. */
export function mostOrdered<T extends { orders: number }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => b.orders - a.orders).slice(0, itemsChartedMax);
}

/** Draws those that may be among the items with charts. */
export async function drawnItems(
  books: readonly ItemAudit[],
  { items }: PartReport,
  names: Names,
  currency: string,
): Promise<DrawnItem[]> {
  const all = books.map((book, index) => ({
    book,
    orders: book.orders.count,
    report: items[index]!,
  }));
  return await Promise.all(
    mostOrdered(all).map(async ({ book, orders, report }) => {
      const section = <ItemSection book={book} report={report} names={names} currency={currency} />;
      return { item: book.item, orders, section: String(await section) };
    }),
  );
}
