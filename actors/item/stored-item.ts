/**
 * An item as a snapshot stores it: a few facts, which go into JSON, and the memory of its columns as it is.
 * Equal states have equal stored forms, byte for byte: what is derived and depends on more than the events (rows
 * of lines with gaps, the heap of holds, the order of a draw that is being found) is left out, and made again.
 */
import type { Terms } from '../events.ts';
import { Buyers, type StoredBuyers } from './buyers.ts';
import { inOrder, type Take } from './columns.ts';
import { Orders, type StoredOrders } from './orders.ts';
import type { StoredRate } from './rate.ts';
import { Sale } from './sale.ts';
import { type Due, dueKey, type Item, owe } from './state.ts';

interface StoredSale {
  paused: boolean;
  withdrawn: boolean;
  over: boolean;
  archived: boolean;
  orders: number;
  lapseNotBefore: number;
  rate: StoredRate;
  buyers: StoredBuyers;
  /** Of a draw that was not held yet; null where there is none. */
  secret: string | null;
}

type Scalars = Pick<
  Item,
  | 'id'
  | 'at'
  | 'loaded'
  | 'held'
  | 'sold'
  | 'admitted'
  | 'refused'
  | 'normalSale'
  | 'coming'
  | 'promo'
  | 'shown'
  | 'promosEndAt'
  | 'spentTokensEndAt'
>;

export interface StoredItem extends Scalars {
  terms: Terms[];
  restocks: [key: number, units: number][];
  dues: Due[];
  orders: StoredOrders;
  sales: StoredSale[];
}

/** The memory is the item's own, not a copy: it is to be written before the item changes. */
export function storeItem(item: Item): { stored: StoredItem; memories: Uint8Array[] } {
  const { id, at, loaded, held, sold, admitted, refused, normalSale, coming, promo, shown } = item;
  const { orders, memories } = item.orders.stored();
  const sales = item.sales.map((sale) => storeSale(sale, memories));
  return {
    stored: {
      ...{ id, at, loaded, held, sold, admitted, refused, normalSale, coming, promo, shown },
      ...{
        promosEndAt: item.promosEndAt,
        spentTokensEndAt: item.spentTokensEndAt,
        terms: item.terms,
        restocks: [...item.restocks],
      },
      ...{ dues: item.dues, orders, sales },
    },
    memories,
  };
}

/** Each sale's memory: that of its buyers, admissions, queue, and of the draw's two columns if there is one. */
function storeSale(sale: Sale, memories: Uint8Array[]): StoredSale {
  // A draw that was held has an order, whether or not it was worked out yet.
  sale.order('all');
  const { paused, withdrawn, over, archived, orders, lapseNotBefore } = sale;
  const { admissions, waiting } = sale;
  const { buyers, memories: ofBuyers } = sale.buyers.stored();
  const ofLines = [admissions, waiting].map((line) => new Uint8Array(Int32Array.from(line).buffer));
  memories.push(...ofBuyers, ...ofLines, ...(sale.draw?.stored() ?? []));
  const secret = sale.draw?.secret ?? null;
  const flags = { paused, withdrawn, over, archived, orders, lapseNotBefore };
  return { ...flags, rate: sale.rate.stored(), buyers, secret };
}

/** The item whose stored form this is. It goes on in this memory, which is to be nobody else's. */
export function restoreItem(stored: StoredItem, memories: readonly Uint8Array[]): Item {
  const { terms, restocks, dues, orders, sales, ...scalars } = stored;
  const take = inOrder(memories);
  const item: Item = {
    ...scalars,
    terms,
    restocks: new Map(restocks),
    dues,
    duesSettled: dues.filter(({ settled }) => settled).length,
    dueOf: new Map(dues.map(({ n, payment }, index) => [dueKey(n, payment), index + 1])),
    toRefund: new Map(),
    orders: Orders.restore(
      orders,
      take,
      (index, createdAt) => createdAt + terms[index]!.payWindowMs,
    ),
    sales: sales.map((sale, index) => restoreSale(sale, terms[index]!, take)),
  };
  for (const { n, reason, amountMinor, settled } of dues) {
    if (!settled) owe(item, n, reason, amountMinor);
  }
  return item;
}

function restoreSale(stored: StoredSale, terms: Terms, take: Take): Sale {
  const { rate, buyers, secret, ...flags } = stored;
  const sale = new Sale(terms, secret ?? '', Buyers.restore(buyers, take));
  Object.assign(sale, flags);
  sale.rate.restore(rate);
  const [admitted, waiting] = take(2).map((memory) => new Int32Array(memory.slice().buffer));
  sale.admissions.replace(admitted!);
  sale.waiting.prepend(waiting!);
  if (secret === null) sale.draw = null;
  else restoreDraw(sale, take);
  return sale;
}

/** The entrants, and of each buyer which of them they are: whoever leaves is found by that. */
function restoreDraw({ buyers, draw }: Sale, take: Take): void {
  draw!.restore(take); // Its terms have one.
  for (const [entrant, [buyer]] of [...draw!.rows()].entries()) {
    if (buyer >= 0) buyers.setPlace(buyer, entrant);
  }
}
