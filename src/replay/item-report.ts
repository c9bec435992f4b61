/** What a replay says of one item: as fields of the report, and as one line for people. */
import type { ItemAudit } from './audit/item-audit.ts';
import { type QueueReport, queueReportOf } from './audit/queue-report.ts';
import type { Names } from './compare/comparison.ts';
import { amount, number, table } from './format.ts';

export interface ItemReport {
  item: number;
  /** As the catalogue has it; null where no catalogue was read. */
  title: string | null;
  partition: number;
  /** Units put on sale, less those withdrawn: sold + held + left. */
  loaded: number;
  /** Units taken off sale: unsold ones, and those of orders refunded without putting them on sale again. */
  withdrawn: number;
  sold: number;
  held: number;
  left: number;
  orders: number;
  /** Users who placed an order. */
  users: number;
  /** Refusals for stock, and how many of them came while the units asked for were left (I9). */
  refused: number;
  refusedWhileLeft: number;
  /** Minor units: of all orders that were ever paid, and what of it went back. */
  takingsMinor: number;
  refundedMinor: number;
  /** Money that came and no order could take: how many payments are to go back still, and their minor units. */
  refundsDue: number;
  dueMinor: number;
  /** By promo, in the order they were published. */
  promos: (QueueReport & { buyers: number })[];
}

export function itemReport(book: ItemAudit, names: Names): ItemReport {
  const { item, partition, loaded, withdrawn, sold, held, left, orders, holders, refunds } = book;
  const { refused, refusedWhileLeft, takingsMinor, refundedMinor } = book;
  const byTerms = [...holders.buyersByTerms()];
  const buyers = new Map(byTerms.map(([terms, users]) => [book.terms.at(terms).promo, users]));
  return {
    item,
    title: names.items.get(item) ?? null,
    ...{ partition, loaded, withdrawn, sold, held, left },
    ...{ orders: orders.count, users: holders.users(), refused, refusedWhileLeft },
    ...{ takingsMinor, refundedMinor },
    refundsDue: refunds.dues.filter(({ settledAt }) => settledAt === null).length,
    dueMinor: refunds.dueMinor,
    promos: book.terms.promos().map((terms) => ({
      ...queueReportOf(terms),
      buyers: buyers.get(terms.promo) ?? 0,
    })),
  };
}

type Column = readonly [head: string, cell: (item: ItemReport) => string];

const count = (head: string, pick: (item: ItemReport) => number): Column => [
  head,
  (item) => number(pick(item)),
];

/** A line for each item; what happened to none has no column. */
export function itemTable(items: readonly ItemReport[], currency: string): string[] {
  const money = (head: string, pick: (item: ItemReport) => number): Column[] =>
    items.some((item) => pick(item) !== 0) ? [[head, (item) => amount(pick(item), currency)]] : [];
  const withdrawn = items.some((item) => item.withdrawn > 0);
  const columns: Column[] = [
    ['item', ({ item }) => String(item)],
    count('loaded', (item) => item.loaded),
    ...(withdrawn ? [count('withdrawn', (item) => item.withdrawn)] : []),
    count('sold', (item) => item.sold),
    count('held', (item) => item.held),
    count('left', (item) => item.left),
    count('orders', (item) => item.orders),
    count('users', (item) => item.users),
    count('refused', (item) => item.refused),
    count('refused while units were left', (item) => item.refusedWhileLeft),
    ...money('takings', (item) => item.takingsMinor),
    ...money('refunded', (item) => item.refundedMinor),
    ...money('refunds due', (item) => item.dueMinor),
  ];
  const lines = table(
    columns.map(([head]) => head),
    items.map((item) => columns.map(([, cell]) => cell(item))),
  );
  const note = withdrawn ? ['Loaded is what was put on sale, less what was withdrawn.'] : [];
  return [...withTitles(lines, items), ...note];
}

/** Titles stand behind: they may be of any length. */
function withTitles(lines: readonly string[], items: readonly ItemReport[]): readonly string[] {
  if (items.every(({ title }) => title === null)) return lines;
  const titles = ['title', ...items.map(({ title }) => (title === null ? '' : oneLine(title)))];
  return lines.map((line, index) => `${line}  ${titles[index]}`.trimEnd());
}

/** A text on a terminal: what would move the cursor, or turn the direction, is a blank. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
