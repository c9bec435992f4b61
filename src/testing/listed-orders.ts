import { expect } from 'bun:test';
import { waitUntil } from '../../actors/testing/process.ts';
import { mustSucceed, type OrderData } from './engine-process.ts';
import type { Buyer } from './shop.ts';

/**
 * Waits until the list of a buyer's orders, newest first, is `expected`: the projector fills it a moment after
 * an order is answered. One more order than there may be would be seen as well.
 */
export async function expectOrders(
  buyer: Buyer,
  expected: readonly Partial<OrderData>[],
): Promise<void> {
  const areListed = async () => {
    const answer = await buyer.api<{ orders: OrderData[] }>('GET', '/api/orders');
    expect(mustSucceed(answer).orders).toMatchObject([...expected]);
    return true;
  };
  await waitUntil('the orders are listed', areListed);
}
