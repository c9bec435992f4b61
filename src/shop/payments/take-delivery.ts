/**
 * What becomes of a provider's delivery that was believed. Money that came is never forgotten: it pays an
 * order, or it is a refund due, which an item's actor notes also for an order that does not exist. Where
 * there is not even an item, the merchant is told at once: `unplaced`.
 */
import { code, type OrderView } from '../../../actors/protocol.ts';
import { orderId, parseOrderId } from '../../order-id.ts';
import type { Delivery } from '../../payments/deliveries.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';

interface TakenDelivery {
  item: number;
  order: OrderView;
  /** The money is no order's, and must go back. */
  refundDue: boolean;
}

export interface DeliveryParts extends Pick<ShopParts, 'send'> {
  /** Tells the merchant of money of which nothing can be noted, and why. */
  unplaced(delivery: Delivery, why: string): void;
}

const by = 'webhook';

export async function takeDelivery(
  parts: DeliveryParts,
  delivery: Delivery,
): Promise<Outcome<TakenDelivery>> {
  const { amount: amountMinor, reference, status } = delivery;
  const named = await orderOf(parts, delivery.orderId);
  if (named.refused !== null) {
    if (named.refused === code.notFound) parts.unplaced(delivery, 'there is no such item');
    return named;
  }
  const { item, n } = named.value;
  const money = { item, n, amountMinor, reference, by };
  const { code: answer, order } = await parts.send(
    status === 'paid'
      ? { type: 'pay', user: 0, ...money }
      : { type: 'refund', back: false, ...money },
  );
  const refundDue = answer === code.refundDue;
  if (answer !== code.ok && !refundDue) {
    // A payment is in no state that does not allow it, unless the item has no room for one more.
    if (status === 'paid' && answer === code.wrongState)
      parts.unplaced(delivery, 'the item has too many refunds due');
    return refuse(answer);
  }
  // What was due for an order that does not exist has gone back: there is still no order to tell of.
  return order === null ? refuse(code.notFound) : done({ item, order, refundDue });
}

/**
 * The order that a text names. Its number is 0 where it exists under another day, for then the text is no
 * order's id; a number that no order has yet is left as it is.
 */
async function orderOf(
  { send }: Pick<ShopParts, 'send'>,
  id: string,
): Promise<Outcome<{ item: number; n: number }>> {
  const named = parseOrderId(id);
  if (named === null) return refuse(code.notFound);
  const { item, n } = named;
  const { code: answer, order } = await send({ type: 'read', item, n, user: 0 });
  if (answer === code.notFound) return done({ item, n });
  if (answer === code.notOnSale) return refuse(code.notFound);
  if (answer !== code.ok) return refuse(answer);
  return done({ item, n: orderId(item, n, order!.createdAt) === id ? n : 0 });
}
