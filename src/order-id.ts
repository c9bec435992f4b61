/**
 * Order ids: `<yyyymmdd of placing, UTC>-<item>-<n>`, `n` from 1 per item. Unique without coordination,
 * because an item has one writer; and they tell which actor to ask.
 */
import { itemIdMax, ordersPerItemMax } from '../actors/limits.ts';

const dayMs = 86_400_000;

/** What an order's number is below; see `orderKey`. */
export const orderKeyRange = 2 ** 27;

if (ordersPerItemMax >= orderKeyRange || itemIdMax * orderKeyRange > Number.MAX_SAFE_INTEGER / 2) {
  throw new Error('order numbers and item ids no longer fit one key');
}

let cachedDay = -1;
let cachedPrefix = '';

/** The id of order `n` of an item. Runs once per order, so the day's text is kept. */
export function orderId(item: number, n: number, createdAtMs: number): string {
  const day = Math.floor(createdAtMs / dayMs);
  if (day !== cachedDay) {
    cachedPrefix = new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    cachedDay = day;
  }
  return `${cachedPrefix}-${item}-${n}`;
}

const pattern = /^\d{8}-([1-9]\d{0,9})-([1-9]\d{0,9})$/;

/**
 * The item and number an order id names, or null where the text is not an order id. Whether the day is
 * the order's own shows only once the order is known: compare its id with the text.
 */
export function parseOrderId(text: string): { item: number; n: number } | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const item = Number(match[1]);
  const n = Number(match[2]);
  return item <= itemIdMax && n <= ordersPerItemMax ? { item, n } : null;
}

/** One safe integer for an order, ascending by item, then by number: the key of its SQL row. */
export function orderKey(item: number, n: number): number {
  return item * orderKeyRange + n;
}

/** The item and number that `orderKey` made a key of. */
export function orderOfKey(key: number): { item: number; n: number } {
  return { item: Math.floor(key / orderKeyRange), n: key % orderKeyRange };
}
