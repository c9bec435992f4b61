/** Reading one order, from its actor, which knows first. */
import { code, type OrderView } from '../../actors/protocol.ts';
import { orderId, parseOrderId } from '../order-id.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';

interface ReadOrder {
  item: number;
  order: OrderView;
}

/** The order with an id, if it is the user's own; user 0, the administrator, reads every order. */
export async function readOrder(
  { send }: Pick<ShopParts, 'send'>,
  id: string,
  user: number,
): Promise<Outcome<ReadOrder>> {
  const named = parseOrderId(id);
  if (named === null) return refuse(code.notFound);
  const { item, n } = named;
  // The actor finds no order for a user who does not own it.
  const { code: answer, order } = await send({ type: 'read', item, n, user });
  if (answer === code.notOnSale) return refuse(code.notFound);
  if (answer !== code.ok) return refuse(answer);
  // An accepted read always carries its order. The day in the id must be the order's own.
  return orderId(item, n, order!.createdAt) === id
    ? done({ item, order: order! })
    : refuse(code.notFound);
}
