import { expect } from 'bun:test';
import { waitUntil } from '../../actors/testing/process.ts';
import { mustSucceed, type OrderData } from './engine-process.ts';
import type { Buyer, Shop } from './shop.ts';

interface Statements {
  items: { journalSeq: number; sqlSeq: number }[];
}

/**
 * Asserts what a buyer's orders are, newest first: their list is the projector's, which is a moment behind, so this
 * waits until SQL has all that the journal has. One more order than there may be is then listed, too.
 */
export async function expectOrders(
  { engine }: Shop,
  buyer: Buyer,
  expected: readonly Partial<OrderData>[],
): Promise<void> {
  await waitUntil('SQL has all of the journal', async () => {
    const { items } = mustSucceed(await engine.api<Statements>('GET', '/api/admin/statements'));
    return items.every(({ journalSeq, sqlSeq }) => sqlSeq >= journalSeq);
  });
  const answer = await buyer.api<{ orders: OrderData[] }>('GET', '/api/orders');
  expect(mustSucceed(answer).orders).toMatchObject([...expected]);
}
