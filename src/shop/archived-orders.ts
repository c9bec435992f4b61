/** Orders that have left the memory of their actor: SQL has them, and they can change no more. */
import { payWindowDefaultMs } from '../../actors/limits.ts';
import {
  archivedMark,
  code,
  type OrderView,
  orderStatus,
  type Reply,
} from '../../actors/protocol.ts';
import { type OrderRow, type Sql, SqlUnavailable } from '../db/sql.ts';
import { orderKey, parseOrderId } from '../order-id.ts';

export interface ArchivedOrder {
  row: OrderRow;
  view: OrderView;
}

type ArchiveSql = Pick<Sql, 'orders' | 'catalog' | 'refundsDue'>;

/** Whether an actor's answer says that SQL has the order. */
export function isArchived(reply: Pick<Reply, 'code' | 'about'>): boolean {
  return reply.code === code.notFound && reply.about === archivedMark;
}

/**
 * The order with a number of an item, which its actor says is archived.
 * @throws SqlUnavailable also where SQL does not have it: another's may have been asked by then, or one that is
 * filled anew.
 */
export async function archivedOrder(
  sql: ArchiveSql,
  item: number,
  n: number,
): Promise<ArchivedOrder> {
  const row = await sql.orders.byKey(orderKey(item, n));
  if (row === null) throw new SqlUnavailable(`SQL does not have order ${n} of item ${item} yet`);
  return { row, view: await viewOfRow(sql, row) };
}

/** An archived order as its actor would have shown it. */
export async function viewOfRow(sql: ArchiveSql, row: OrderRow): Promise<OrderView> {
  const { n } = parseOrderId(row.id)!;
  const { userId, promoId, amount, unitPrice, createdAt, paidAt, closedAt } = row;
  const [promo, toRefund] = await Promise.all([
    promoId === 0 ? null : sql.catalog.promo(promoId),
    sql.refundsDue.owedFor(row.itemId, n),
  ]);
  const payWindowMs = promo === null ? payWindowDefaultMs : promo.payWindowS * 1_000;
  return {
    ...{ n, user: userId, promo: promoId, amount, unitPrice, createdAt, toRefund },
    status: orderStatus[row.status],
    payBy: createdAt + payWindowMs,
    paidAt: paidAt ?? 0,
    closedAt: closedAt ?? 0,
  };
}

/** Whether money has paid an archived order, and by this payment; `reference` is empty where it has no name. */
export function hasPaid({ row }: ArchivedOrder, reference: string): boolean {
  const isPaid = row.status === 'paid' || row.status === 'refunded';
  return isPaid && (reference === '' || reference === row.reference);
}
