/** The canonical form of an item's state (I6): equal states give equal text. */
import type { Buyers } from './buyers.ts';
import type { Sale } from './sale.ts';
import { type Item, unitsLeft } from './state.ts';

export function canonical(item: Item): string {
  const { orders, terms, dues } = item;
  // A draw that was held has an order, whether or not it was worked out yet.
  for (const sale of item.sales) sale.order('all');
  const rows = Array.from(orders.numbers(), (n) => {
    const order = [orders.userOf(n), orders.termsOf(n), orders.amountOf(n), orders.priceOf(n)];
    const then = [orders.createdAtOf(n), orders.changedAtOf(n), orders.paymentOf(n)];
    return [...order, orders.nonceOf(n), orders.statusOf(n), ...then];
  });
  const { id, loaded, held, sold, admitted, refused, normalSale, coming, promo, shown } = item;
  const books = { id, loaded, held, sold, left: unitsLeft(item), admitted, refused };
  const promos = { normalSale, terms, coming, promo, shown, promosEndAt: item.promosEndAt };
  return JSON.stringify({
    ...books,
    ...promos,
    restocks: [...item.restocks],
    dues,
    refunded: [...orders.paidAtOfRefunded],
    longTokens: [...orders.longTokens],
    spentTokensEndAt: item.spentTokensEndAt,
    orders: rows,
    archived: orders.archived,
    sales: item.sales.map(saleRow),
  });
}

function saleRow(sale: Sale) {
  const { buyers } = sale;
  const { paused, withdrawn, over, archived, orders, lapseNotBefore } = sale;
  const { admissions, waiting, draw } = sale;
  const usersOf = (line: Iterable<number>) => Array.from(line, (buyer) => buyers.userAt(buyer));
  return {
    ...{ paused, withdrawn, over, archived, orders, lapseNotBefore },
    admissions: usersOf(admissions),
    waiting: usersOf(waiting),
    draw: draw === null ? null : { secret: draw.secret, entrants: [...draw.rows()] },
    buyers: buyerRows(buyers),
  };
}

/** Without places, which are numbers of rows in a line. */
function buyerRows(buyers: Buyers) {
  return Array.from({ length: buyers.count }, (_, row) => [
    ...[buyers.userAt(row), buyers.unitsAt(row), buyers.firstOrderAt(row)],
    ...[buyers.nonceAt(row), buyers.sinceAt(row), buyers.standsAt(row)],
  ]);
}
