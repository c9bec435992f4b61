/** Compares projected rows with the state of the actors they come from. */

import { expect } from 'bun:test';
import { type Item, unitsLeft, viewOrder } from '../../actors/item/item.ts';
import { orderStatus, orderStatusNames } from '../../actors/protocol.ts';
import type { ItemSums } from '../db/projection.ts';
import type { RefundDueRow } from '../db/refunds-due.ts';
import type { PromoWithSecret, Sql } from '../db/sql.ts';
import { orderId } from '../order-id.ts';
import { anybody, noQueue } from './drafts.ts';

/** Makes items, and promos by their items, with ids from 1. */
export async function fillCatalogue(
  sql: Sql,
  { items, promos }: { items: number; promos: readonly number[] },
): Promise<void> {
  const times = { createdAt: 1, startAt: 2, endAt: 3 };
  for (let id = 1; id <= items; id++) {
    const texts = { title: `item ${id}`, description: '', imageUrl: null, ...anybody };
    await sql.catalog.createItem({ ...texts, price: 100 * id, createdAt: times.createdAt });
  }
  for (const itemId of promos) {
    const terms = { limitPerUser: 1, gateFactor: 5, payWindowS: 900, captcha: false, ...noQueue };
    const { startAt, endAt } = times;
    await sql.catalog.createPromo({ itemId, name: '', price: 1, startAt, endAt, ...terms });
  }
}

/** Items as the journal maker makes them, and more promos than it does. */
export function makersCatalogue(items: number): { items: number; promos: number[] } {
  return { items, promos: new Array(200).fill(1) };
}

/** Compares every projected row with the actors' state; of an archived order only an audit knows all. */
export async function expectBooks(sql: Sql, actors: ReadonlyMap<number, Item>): Promise<void> {
  await sql.projection.snapshot(async (view) => {
    const dues = new Map<string, RefundDueRow>();
    for await (const page of view.refundPages()) for (const row of page) dues.set(row.id, row);
    const promos = new Map((await view.publishedPromos()).map((row) => [row.id, row]));
    const sums = new Map((await view.itemSums()).map((row) => [row.itemId, row]));
    for (const item of actors.values()) {
      const { stock, logged, sales } = sums.get(item.id)!;
      expect([stock, logged]).toEqual([unitsLeft(item), unitsLeft(item)]);
      expect(sales ?? item.sold).toBe(item.sold);
      expectTerms(item, sums.get(item.id)!, promos);
      expect([...dues.values()].filter(({ itemId }) => itemId === item.id).length).toBe(
        item.dues.length,
      );
      for (const [index, due] of item.dues.entries()) {
        expect(dues.get(`${item.id}-${index + 1}`)).toMatchObject(dueOf(due));
      }
      const rows = await Array.fromAsync(view.ordersOfItem(item.id));
      expect(rows.length).toBe(item.orders.count);
      for (const [index, row] of rows.entries()) {
        if (item.orders.isArchived(index + 1)) continue;
        expect(row).toMatchObject(orderOf(item, index + 1));
      }
    }
  });
}

/** Where there is a catalogue, it has the terms that the actors go by. */
function expectTerms(
  item: Item,
  { terms }: ItemSums,
  promos: ReadonlyMap<number, PromoWithSecret>,
): void {
  if (terms === null) return;
  const [normal, ...published] = item.terms;
  const { price, limit: limitPerUser } = normal!;
  expect(terms).toEqual({ price, limitPerUser, normalSale: item.normalSale });
  for (const [index, { promo, endAt, queue, limit }] of published.entries()) {
    const { paused, withdrawn, draw } = item.sales[index + 1]!;
    const row = promos.get(promo)!;
    const { startAt, gateFactor } = item.terms[index + 1]!;
    expect(row).toMatchObject({ startAt, endAt, queue, gateFactor, limitPerUser: limit });
    expect([row.pausedAt !== null, row.withdrawnAt !== null]).toEqual([paused, withdrawn]);
    // A promo that is over needs its draw no more.
    if (draw !== null) {
      expect([row.drawSecret, row.drawSeed ?? '']).toEqual([draw.secret, draw.seed]);
    }
  }
}

function dueOf({ n, amountMinor, reason, settled }: Item['dues'][number]) {
  return {
    n,
    amountMinor,
    reason,
    settledAt: settled ? expect.any(Number) : null,
    orderId: reason === 'unknownOrder' ? null : expect.any(String),
  };
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
    refundedAt: view.status === orderStatus.refunded ? view.closedAt : null,
  };
}
