/** Paying, cancelling and refunding an order by hand: its buyer's, or the merchant's. */
import { type Command, code, type OrderView } from '../../../actors/protocol.ts';
import { refundDueId } from '../../db/refunds-due.ts';
import {
  type ArchivedOrder,
  archivedOrder,
  hasPaid,
  isArchived,
  viewOfRow,
} from '../archived-orders.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';
import { readOrder } from '../read-order.ts';
import type { Payment, Refund } from './input.ts';
import { settledRow } from './refunds-due.ts';

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

type ChangeParts = Pick<ShopParts, 'send' | 'sql'>;

/** Carries a change out on the order with an id; for a buyer there are only orders of their own. */
export async function changeOrder(
  parts: ChangeParts,
  id: string,
  who: ChangedBy,
  change: Change,
): Promise<Outcome<ChangedOrder>> {
  const found = await readOrder(parts, id, who.user);
  if (found.refused !== null) return found;
  const { item, order, archived } = found.value;
  if (archived !== null) return changeArchived(parts, item, archived, who, change);
  const reply = await parts.send(commandOf(item, order.n, who, change));
  // It may have left its actor's memory since it was read.
  if (isArchived(reply)) {
    return changeArchived(parts, item, await archivedOrder(parts.sql, item, order.n), who, change);
  }
  if (reply.code !== code.ok) return refuse(reply.code);
  // The order is there: it has just been read.
  return done({ item, order: reply.order! });
}

/** An archived order stays what it is; money that came for it goes back, and what was due may have gone back. */
async function changeArchived(
  { send, sql }: ChangeParts,
  item: number,
  archived: ArchivedOrder,
  who: ChangedBy,
  change: Change,
): Promise<Outcome<ChangedOrder>> {
  const { row, view } = archived;
  const unchanged = done({ item, order: view });
  switch (change.type) {
    case 'cancel':
      return refuse(code.wrongState);
    case 'pay': {
      const { reference = '' } = who.user === 0 ? change : {};
      if (hasPaid(archived, reference)) return unchanged;
      if (!('by' in who)) return refuse(code.wrongState);
      const money = { amountMinor: row.total, reference, by: who.by };
      const owe = { type: 'owe', item, n: view.n, placedAt: row.createdAt, ...money } as const;
      const { code: answer } = await send(owe);
      return answer === code.ok ? unchanged : refuse(answer);
    }
    case 'refund': {
      // A payment that was due back may have been paid back: its actor knows that.
      const reply = await send(commandOf(item, view.n, who, change));
      if (reply.code === code.ok) {
        if ((await settledRow(sql, refundDueId(item, reply.about))) === null)
          return refuse(code.outcomeUnknown);
        return done({ item, order: await viewOfRow(sql, row) });
      }
      if (!isArchived(reply)) return refuse(reply.code);
      return row.status === 'refunded' ? unchanged : refuse(code.wrongState);
    }
  }
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
