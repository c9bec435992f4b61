/** Compares projected rows with the state of the actors they come from. */

import { expect } from 'bun:test';
import { type Item, unitsLeft, viewOrder } from '../../actors/item/item.ts';
import { orderStatusNames } from '../../actors/protocol.ts';
import type { Sql } from '../db/sql.ts';
import { orderId } from '../order-id.ts';
import { anybody, noQueue } from './drafts.ts';

/** Items and promos with the ids that the maker uses. */
export async function fillCatalogue(sql: Sql, items: number): Promise<void> {
  const times = { createdAt: 1, startAt: 2, endAt: 3 };
  for (let id = 1; id <= items; id++) {
    const texts = { title: `item ${id}`, description: '', imageUrl: null, ...anybody };
    await sql.catalog.createItem({ ...texts, price: 100 * id, createdAt: times.createdAt });
  }
  for (let id = 1; id <= 200; id++) {
    const terms = { limitPerUser: 1, gateFactor: 5, payWindowS: 900, captcha: false, ...noQueue };
    const { startAt, endAt } = times;
    await sql.catalog.createPromo({ itemId: 1, name: '', price: 1, startAt, endAt, ...terms });
  }
}

/** Compares every projected row with the actors' state. */
export async function expectBooks(sql: Sql, actors: ReadonlyMap<number, Item>): Promise<void> {
  await sql.projection.snapshot(async (view) => {
    const sums = new Map((await view.itemSums()).map((row) => [row.itemId, row]));
    for (const item of actors.values()) {
      const { stock, logged, sales } = sums.get(item.id)!;
      expect([stock, logged]).toEqual([unitsLeft(item), unitsLeft(item)]);
      expect(sales ?? item.sold).toBe(item.sold);
      const rows = await Array.fromAsync(view.ordersOfItem(item.id));
      expect(rows.length).toBe(item.orders.count);
      for (const [index, row] of rows.entries()) {
        expect(row).toMatchObject(orderOf(item, index + 1));
      }
    }
  });
}

function orderOf(item: Item, n: number) {
  const view = viewOrder(item, n);
  return {
    id: orderId(item.id, n, view.createdAt),
    itemId: item.id,
    userId: view.user,
    promoId: view.promo,
    amount: view.amount,
    unitPrice: view.unitPrice,
    total: view.amount * view.unitPrice,
    status: orderStatusNames[view.status],
    createdAt: view.createdAt,
    paidAt: view.paidAt || null,
    closedAt: view.closedAt || null,
  };
}
