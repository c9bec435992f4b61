/** An order of the merchant's lists as the API shows it. */
import type { FoundOrder } from '../../shop/orders/found-orders.ts';
import { timeText } from './time.ts';

export function foundOrderData(order: FoundOrder) {
  const { id, itemId, promoId, userId, amount, unitPrice, total, status, createdAt } = order;
  return {
    ...{ orderId: id, itemId, promoId, userId, amount, unitPrice, total, status },
    createdAt: timeText(createdAt),
    payBy: timeText(order.payBy),
    paidAt: timeOrNull(order.paidAt),
    closedAt: timeOrNull(order.closedAt),
    toRefund: order.toRefund,
    reference: order.reference,
    refundedAt: timeOrNull(order.refundedAt),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
