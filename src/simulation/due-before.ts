/** What time alone has made true, by sums of our own: the actor finds it by a heap of deadlines. */
import type { Item } from '../../actors/item/item.ts';
import { orderStatus } from '../../actors/protocol.ts';

/** Something of an item that has been due since before `at` and was not decided, in words; or null. */
export function dueBefore({ promo, terms, orders }: Item, at: number): string | null {
  const { endAt } = terms[promo]!;
  if (promo !== 0 && endAt < at) return `its promo should have ended at ${endAt}`;
  for (let row = 0; row < orders.count; row++) {
    if (orders.status[row] !== orderStatus.placed) continue;
    const payBy = orders.createdAt[row]! + terms[orders.terms[row]!]!.payWindowMs;
    if (payBy < at) return `the hold of order ${row + 1} should have ended at ${payBy}`;
  }
  return null;
}
