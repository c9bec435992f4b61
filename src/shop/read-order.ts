/** Reading one order, from its actor, which knows first; one that is archived from SQL. */
import { code, type OrderView } from '../../actors/protocol.ts';
import { orderId, parseOrderId } from '../order-id.ts';
import { type ArchivedOrder, archivedOrder, isArchived } from './archived-orders.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';

interface ReadOrder {
  item: number;
  order: OrderView;
  /** Null where its actor has it. */
  archived: ArchivedOrder | null;
}

/**
 * The order with an id, if it is the user's own; user 0, the administrator, reads every order.
 * @throws SqlUnavailable where it is archived
 */
export async function readOrder(
  { send, sql }: Pick<ShopParts, 'send' | 'sql'>,
  id: string,
  user: number,
): Promise<Outcome<ReadOrder>> {
  const named = parseOrderId(id);
  if (named === null) return refuse(code.notFound);
  const { item, n } = named;
  // The actor finds no order for a user who does not own it.
  const reply = await send({ type: 'read', item, n, user });
  const archived = isArchived(reply) ? await archivedOrder(sql, item, n) : null;
  if (archived !== null && user !== 0 && archived.row.userId !== user) return refuse(code.notFound);
  const order = archived?.view ?? reply.order;
  if (order === null)
    return refuse(
      reply.code === code.notOnSale || reply.code === code.ok ? code.notFound : reply.code,
    );
  // The day in the id must be the order's own.
  return orderId(item, n, order.createdAt) === id
    ? done({ item, order, archived })
    : refuse(code.notFound);
}
