/**
 * What becomes of a provider's delivery that was believed. Money that came is never forgotten: it pays an
 * order, or it is a refund due, which an item's actor notes also for an order that does not exist. Where
 * there is not even an item, the merchant is told at once: `unplaced`.
 */
import { code, type OrderView } from '../../../actors/protocol.ts';
import { orderId, parseOrderId } from '../../order-id.ts';
import type { Delivery } from '../../payments/deliveries.ts';
import { type ArchivedOrder, archivedOrder, hasPaid, isArchived } from '../archived-orders.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';

interface TakenDelivery {
  item: number;
  order: OrderView;
  /** The money is no order's, and must go back. */
  refundDue: boolean;
}

export interface DeliveryParts extends Pick<ShopParts, 'send' | 'sql'> {
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
  const { item, n, archived } = named.value;
  if (archived !== null) return takeForArchived(parts, item, archived, delivery);
  const money = { item, n, amountMinor, reference, by };
  const reply = await parts.send(
    status === 'paid'
      ? { type: 'pay', user: 0, ...money }
      : { type: 'refund', back: false, ...money },
  );
  // It may have left its actor's memory since it was read.
  if (isArchived(reply))
    return takeForArchived(parts, item, await archivedOrder(parts.sql, item, n), delivery);
  const { code: answer, order } = reply;
  const refundDue = answer === code.refundDue;
  if (answer !== code.ok && !refundDue) {
    // A payment is in no state that does not allow it, unless the item has no room for one more.
    if (status === 'paid' && answer === code.wrongState) parts.unplaced(delivery, noRoom);
    return refuse(answer);
  }
  // What was due for an order that does not exist has gone back: there is still no order to tell of.
  return order === null ? refuse(code.notFound) : done({ item, order, refundDue });
}

const noRoom = 'the item has too many refunds due';

/** Money for an archived order has paid it, and is told once more; or it goes back, or has gone back. */
async function takeForArchived(
  parts: DeliveryParts,
  item: number,
  archived: ArchivedOrder,
  delivery: Delivery,
): Promise<Outcome<TakenDelivery>> {
  const { row, view } = archived;
  const { amount: amountMinor, reference } = delivery;
  const known = (refundDue: boolean) => done({ item, order: view, refundDue });
  const order = { item, n: view.n };
  if (delivery.status === 'paid') {
    if (hasPaid(archived, amountMinor === 0 ? '' : reference)) return known(false);
    const placedAt = row.createdAt;
    const { code: answer } = await parts.send({
      ...{ type: 'owe', ...order, placedAt, amountMinor, reference, by },
    });
    if (answer === code.refundDue) return known(true);
    if (answer === code.wrongState) parts.unplaced(delivery, noRoom);
    return refuse(answer === code.ok ? code.wrongState : answer);
  }
  const refund = { type: 'refund', ...order, amountMinor, back: false, reference, by } as const;
  const reply = await parts.send(refund);
  if (reply.code === code.ok) return known(false);
  if (!isArchived(reply)) return refuse(reply.code);
  if (row.status === 'refunded') return known(false);
  parts.unplaced(delivery, 'the order is archived: its books keep the money that went back');
  return refuse(code.wrongState);
}

interface NamedOrder {
  item: number;
  n: number;
  /** Null where its actor has it, or nobody. */
  archived: ArchivedOrder | null;
}

/**
 * The order that a text names. Its number is 0 where it exists under another day, for then the text is no
 * order's id; a number that no order has yet is left as it is.
 */
async function orderOf(
  { send, sql }: Pick<ShopParts, 'send' | 'sql'>,
  id: string,
): Promise<Outcome<NamedOrder>> {
  const named = parseOrderId(id);
  if (named === null) return refuse(code.notFound);
  const { item, n } = named;
  const reply = await send({ type: 'read', item, n, user: 0 });
  const archived = isArchived(reply) ? await archivedOrder(sql, item, n) : null;
  const order = archived?.view ?? reply.order;
  if (order !== null) {
    const isIt = orderId(item, n, order.createdAt) === id;
    return done(isIt ? { item, n, archived } : { item, n: 0, archived: null });
  }
  if (reply.code === code.notFound) return done({ item, n, archived: null });
  return refuse(
    reply.code === code.notOnSale || reply.code === code.ok ? code.notFound : reply.code,
  );
}
