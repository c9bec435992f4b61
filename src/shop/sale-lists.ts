/** The merchant's sales by time: what runs, what comes, what is drafted, what is over. */
import type { PastCursor } from '../db/promo-lists.ts';
import type { PromoRow } from '../db/sql.ts';
import type { ShopParts } from './parts.ts';
import { type PromoState, promoState } from './promo-state.ts';

/** Sales in one part of a list; a part that is full says so. */
export const saleListMax = 50;
/** Sales in a calendar's month: more cannot be read in one. */
const calendarSalesMax = 500;

/** A promo with how it stands, and the title of its item. */
export interface ListedSale extends PromoState {
  promo: PromoRow;
  itemTitle: string;
}

type Parts = Pick<ShopParts, 'board' | 'sql' | 'clock'>;

export interface SaleLists {
  /** Running or paused after their start. */
  running: ListedSale[];
  /** Published and not begun, soonest first. */
  coming: ListedSale[];
  drafts: ListedSale[];
}

/** What is not over. @throws SqlUnavailable */
export async function currentSales(parts: Parts): Promise<SaleLists> {
  const { promoLists } = parts.sql;
  const now = parts.clock();
  const [begun, coming, drafts] = await Promise.all([
    promoLists.within(now, now + 1, saleListMax),
    promoLists.startingFrom(now + 1, saleListMax),
    promoLists.drafts(saleListMax),
  ]);
  const listed = await listedSales(parts, [...begun, ...coming, ...drafts], now);
  const of = (rows: readonly PromoRow[], ...statuses: PromoState['status'][]) =>
    rows.map(({ id }) => listed.get(id)!).filter(({ status }) => statuses.includes(status));
  return {
    running: of(begun, 'running', 'paused'),
    coming: of(coming, 'pending', 'paused'),
    drafts: of(drafts, 'draft'),
  };
}

/** Those of which some part lies in [from, to), by start. @throws SqlUnavailable */
export async function salesWithin(parts: Parts, from: number, to: number): Promise<ListedSale[]> {
  const rows = await parts.sql.promoLists.within(from, to, calendarSalesMax);
  return [...(await listedSales(parts, rows, parts.clock())).values()];
}

export interface PastSales {
  sales: ListedSale[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
}

/** Those that are over, the latest first; null where the cursor is none. @throws SqlUnavailable */
export async function pastSales(parts: Parts, cursor: string | null): Promise<PastSales | null> {
  const now = parts.clock();
  const before = cursor === null ? { overAt: now, id: 0 } : cursorOf(cursor);
  if (before === null) return null;
  const rows = await parts.sql.promoLists.past(before, saleListMax);
  const last = rows.at(-1);
  const isFull = last !== undefined && rows.length === saleListMax;
  const sales = [...(await listedSales(parts, rows, now)).values()];
  return {
    // Drafts whose time has passed are drafts.
    sales: sales.filter(({ status }) => status === 'ended' || status === 'withdrawn'),
    next: isFull ? `${last.withdrawnAt ?? last.endedAt ?? last.endAt}.${last.id}` : null,
  };
}

function cursorOf(text: string): PastCursor | null {
  const [, overAt, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  return overAt === undefined ? null : { overAt: Number(overAt), id: Number(id) };
}

/** By promo, in the order of the rows. */
async function listedSales(
  { board, sql }: Parts,
  rows: readonly PromoRow[],
  now: number,
): Promise<Map<number, ListedSale>> {
  const items = await sql.catalog.itemsOf([...new Set(rows.map(({ itemId }) => itemId))]);
  const titles = new Map(items.map(({ id, title }) => [id, title]));
  return new Map(
    rows.map((promo) => {
      const itemTitle = titles.get(promo.itemId) ?? `#${promo.itemId}`;
      return [promo.id, { promo, itemTitle, ...promoState(promo, board, now) }];
    }),
  );
}
