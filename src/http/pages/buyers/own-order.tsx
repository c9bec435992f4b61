/** What the pages about one order of the user's own have in common. */
import type { Context } from 'hono';
import { code } from '../../../../actors/protocol.ts';
import { SqlUnavailable } from '../../../db/sql.ts';
import { orderKey, parseOrderId } from '../../../order-id.ts';
import { readItem } from '../../../shop/read-item.ts';
import { readOrder } from '../../../shop/read-order.ts';
import type { AppParts } from '../../parts.ts';
import { failures } from '../../wire/messages.ts';
import { ApologyPage } from '../apology.tsx';
import type { View } from '../layout.tsx';
import { type Made, notFound } from '../page.tsx';
import { sitePath } from '../visitor.ts';
import type { ShownOrder } from './order-card.tsx';

type Found = { shown: ShownOrder; instead: null } | { shown: null; instead: Made };

/** An order of the visitor, who is logged in, by its id; or the page that says why there is none. */
export async function orderFor(parts: AppParts, view: View, id: string): Promise<Found> {
  const instead = (made: Made): Found => ({ shown: null, instead: made });
  const { value, refused: why } = await readOrder(parts, id, view.visitor.userId!);
  if (why === code.notFound) return instead(notFound(view));
  if (why !== null)
    return instead({
      page: <ApologyPage view={view} reason={why} />,
      status: failures[why].status,
    });
  const { item: itemId, order } = value;
  return { shown: { itemId, title: await titleOf(parts, itemId), order }, instead: null };
}

/** An order is known without SQL, and can be looked at and paid; its item's title may have to wait. */
async function titleOf(parts: AppParts, itemId: number): Promise<string> {
  try {
    return (await readItem(parts, itemId))?.item.title ?? `#${itemId}`;
  } catch (error) {
    if (error instanceof SqlUnavailable) return `#${itemId}`;
    throw error;
  }
}

/** Whether a text could be the id of an order at all. */
export const isOrderId = (text: string) => parseOrderId(text) !== null;

export function logInFirst(c: Context, { visitor }: View): Response {
  return c.redirect(`/login?next=${encodeURIComponent(sitePath(visitor.path))}`, 303);
}

/** The name of what has paid an order at its provider; null where it has none, or SQL is away. */
export async function referenceOf({ sql }: AppParts, { itemId, order }: ShownOrder) {
  try {
    return (await sql.orders.byKey(orderKey(itemId, order.n)))?.reference ?? null;
  } catch (error) {
    if (error instanceof SqlUnavailable) return null;
    throw error;
  }
}
