/** Paying, cancelling and refunding an order by hand: its buyer's, or the merchant's. */
import { type Command, code, type OrderView } from '../../../actors/protocol.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';
import { readOrder } from '../read-order.ts';
import type { Payment, Refund } from './input.ts';

interface ChangedOrder {
  item: number;
  order: OrderView;
}

/** Who changes an order: a buyer, or (`user` 0) the merchant, in whose name `by` does it. */
export type ChangedBy = { user: number } | { user: 0; by: string };

export type Change =
  | ({ type: 'pay' } & Payment)
  | { type: 'cancel' }
  | ({ type: 'refund' } & Refund);

/** Carries a change out on the order with an id; for a buyer there are only orders of their own. */
export async function changeOrder(
  parts: Pick<ShopParts, 'send'>,
  id: string,
  who: ChangedBy,
  change: Change,
): Promise<Outcome<ChangedOrder>> {
  const found = await readOrder(parts, id, who.user);
  if (found.refused !== null) return found;
  const { item, order } = found.value;
  const reply = await parts.send(commandOf(item, order.n, who, change));
  if (reply.code !== code.ok) return refuse(reply.code);
  // The order is there: it has just been read.
  return done({ item, order: reply.order! });
}

function commandOf(item: number, n: number, who: ChangedBy, change: Change): Command {
  const { user } = who;
  const by = 'by' in who ? { by: who.by } : {};
  switch (change.type) {
    case 'pay': {
      // A buyer has no say in what their payment is called: each new name would be another payment.
      const { reference = '' } = user === 0 ? change : {};
      return { type: 'pay', item, n, user, reference, ...by };
    }
    case 'cancel':
      return { type: 'cancel', item, n, user, ...by };
    case 'refund': {
      const { reference = '', backOnSale: back } = change;
      return { type: 'refund', item, n, amountMinor: -1, back, reference, ...by };
    }
  }
}
