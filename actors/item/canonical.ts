/** The canonical form of an item's state (I6): equal states give equal text. */
import type { Buyers } from './buyers.ts';
import type { Sale } from './sale.ts';
import { type Item, unitsLeft } from './state.ts';

export function canonical(item: Item): string {
  const { orders, buyers, terms, dues } = item;
  // A draw that was held has an order, whether or not it was worked out yet.
  for (const sale of item.sales) sale.order('all');
  const rows = Array.from({ length: orders.count }, (_, row) => [
    orders.user[row],
    orders.terms[row],
    orders.amount[row],
    orders.price[row],
    orders.nonce[row],
    orders.status[row],
    orders.createdAt[row],
    orders.changedAt[row],
    orders.payment[row] ?? 0,
  ]);
  const { id, loaded, held, sold, admitted, refused, normalSale, coming, promo, shown } = item;
  const books = { id, loaded, held, sold, left: unitsLeft(item), admitted, refused };
  const promos = { normalSale, terms, coming, promo, shown, promosEndAt: item.promosEndAt };
  return JSON.stringify({
    ...books,
    ...promos,
    restocks: [...item.restocks],
    dues,
    refunded: [...orders.paidAtOfRefunded],
    orders: rows,
    sales: item.sales.map((sale) => saleRow(sale, buyers)),
    buyers: buyerRows(buyers),
  });
}

function saleRow(sale: Sale, buyers: Buyers) {
  const { paused, withdrawn, over, lapseNotBefore, admissions, waiting, draw } = sale;
  const usersOf = (line: Iterable<number>) => Array.from(line, (buyer) => buyers.user[buyer]);
  return {
    ...{ paused, withdrawn, over, lapseNotBefore },
    admissions: usersOf(admissions),
    waiting: usersOf({ [Symbol.iterator]: () => waiting[Symbol.iterator]() }),
    draw: draw === null ? null : { secret: draw.secret, entrants: [...draw.rows()] },
  };
}

/** Without places, which are numbers of rows in a line. */
function buyerRows(buyers: Buyers) {
  return Array.from({ length: buyers.count }, (_, row) => [
    buyers.user[row],
    buyers.terms[row],
    buyers.units[row],
    buyers.nonce[row] ?? 0,
    buyers.since[row] ?? 0,
    buyers.standsAt(row),
  ]);
}
