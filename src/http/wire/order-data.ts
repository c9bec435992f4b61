/** An order as the API shows it. */
import { type OrderView, orderStatusNames } from '../../../actors/protocol.ts';
import { orderId } from '../../order-id.ts';
import { timeText, timeTextOrNull } from './time.ts';

export function orderData(itemId: number, order: OrderView) {
  const { n, promo, user, amount, unitPrice, status, createdAt, payBy, paidAt, closedAt } = order;
  return {
    orderId: orderId(itemId, n, createdAt),
    itemId,
    promoId: promo,
    userId: user,
    amount,
    unitPrice,
    total: amount * unitPrice,
    status: orderStatusNames[status],
    createdAt: timeText(createdAt),
    payBy: timeText(payBy),
    paidAt: timeTextOrNull(paidAt),
    closedAt: timeTextOrNull(closedAt),
    toRefund: order.toRefund,
  };
}
