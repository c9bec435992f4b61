/**
 * How orders that can change no more leave the memory of their item: a prefix of its order numbers at a time, by an
 * event of its own. SQL answers for them from then on.
 *
 * What an order that is archived may still be asked for: to be read (SQL), to be paid (a refund due, `Owe`), to be
 * paid back under the reference of a refund due, and to be bought again with its purchase token. That one gets a
 * definite answer, `ended`: of a promo that is over anyway; at the normal price, which is never over, an order stays
 * until its token has ended.
 */
import type { Archived } from '../events.ts';
import { archivedOrdersMax, archivedPromosMax, tokenLifeMsMax } from '../limits.ts';
import { orderStatus } from '../protocol.ts';
import { saleOf } from './apply-sale.ts';
import type { Sale } from './sale.ts';
import type { Item } from './state.ts';

/**
 * The next event of that kind; null where nothing is to leave.
 * @param before - what was settled, or was over, at this time or later stays
 */
export function archivable(item: Item, before: number): Archived | null {
  const { id, orders } = item;
  let upTo = orders.archived;
  const most = Math.min(orders.count, upTo + archivedOrdersMax);
  const leaving = new Map<number, number>();
  for (; upTo < most && canLeave(item, upTo + 1, before); upTo++) {
    const index = orders.termsOf(upTo + 1);
    leaving.set(index, (leaving.get(index) ?? 0) + 1);
  }
  const promos: number[] = [];
  for (let index = 1; index < item.terms.length && promos.length < archivedPromosMax; index++) {
    const sale = item.sales[index]!;
    if (sale.buyers.count === 0 || sale.orders !== (leaving.get(index) ?? 0)) continue;
    if (isLongOver(item, index, before)) promos.push(item.terms[index]!.promo);
  }
  if (upTo === orders.archived && promos.length === 0) return null;
  return { type: 'archived', item: id, upTo, ...(promos.length > 0 && { promos }) };
}

function canLeave(item: Item, n: number, before: number): boolean {
  const { orders } = item;
  if (orders.statusOf(n) === orderStatus.placed || orders.changedAtOf(n) >= before) return false;
  const index = orders.termsOf(n);
  return index === 0 ? tokenEndsAt(item, n) < before : isLongOver(item, index, before);
}

/** When the purchase token of an order has certainly ended. */
function tokenEndsAt({ orders }: Item, n: number): number {
  return orders.longTokens.get(n) ?? orders.createdAtOf(n) + tokenLifeMsMax;
}

/**
 * Whether a promo was over before, and nobody stands in its queue. Whoever was let in and has not bought by then may
 * still stand at its gate, where nothing is sold any more and nothing lapses.
 */
function isLongOver({ terms, sales, coming }: Item, index: number, before: number): boolean {
  if (terms[index]!.endAt >= before || coming.includes(index)) return false;
  return sales[index]!.people === 0;
}

/** @throws where an order that is to leave may still change, or a promo has orders that stay */
export function applyArchived(item: Item, { upTo, promos = [] }: Archived): void {
  const { id, orders, sales } = item;
  if (upTo < orders.archived || upTo > orders.count)
    throw new Error(`item ${id}: orders up to ${upTo} cannot be archived`);
  for (let n = orders.archived + 1; n <= upTo; n++) {
    if (orders.statusOf(n) === orderStatus.placed)
      throw new Error(`item ${id}: order ${n} holds units, and is archived`);
    const index = orders.termsOf(n);
    const sale = sales[index]!;
    sale.orders--;
    sale.archived = true;
    if (index === 0) item.spentTokensEndAt = Math.max(item.spentTokensEndAt, tokenEndsAt(item, n));
  }
  orders.archive(upTo);
  for (const promo of promos) mustBeOver(id, promo, saleOf(item, promo).sale).forget();
}

function mustBeOver(item: number, promo: number, sale: Sale): Sale {
  if (sale.orders > 0 || sale.people > 0)
    throw new Error(`item ${item}: promo ${promo} is not over, and is archived`);
  return sale;
}
