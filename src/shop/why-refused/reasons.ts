/**
 * "Why was I refused?": what can be said about one user and one item, most telling first. Pure: the
 * facts come from the item's actor, the board and the journal. A refusal that changes nothing is
 * not journaled, so some reasons are inferred, and say so.
 */
import type { BoardRow } from '../../../actors/memory/board.ts';
import { type OrderView, orderStatus } from '../../../actors/protocol.ts';

export interface Facts {
  now: number;
  row: BoardRow;
  /** The item's last promo, from its actor; null without one. */
  promo: { id: number; limit: number; gateFactor: number; startAt: number; endAt: number } | null;
  /** All of the user's orders for the item, as they stand. */
  orders: readonly OrderView[];
  /** When the gate of the last promo let the user in; null when nothing shows that it did. */
  admittedAt: number | null;
  /** They have an admission that is neither spent nor lapsed, whatever was read of the journal. */
  admissionKept: boolean;
  /** Whether the journal was read from its first entry to its last. */
  readAll: boolean;
  /** When the last unit went, while none are left; null while some are, or when it is unknown. */
  soldOutAt: number | null;
}

export type Reason =
  | { key: 'bought'; orders: number; units: number }
  | { key: 'limitReached'; units: number; limit: number }
  | { key: 'expired'; orders: number }
  | { key: 'cancelled'; orders: number }
  | { key: 'pending'; at: number }
  | { key: 'ended'; at: number }
  | { key: 'soldOut'; at: number | null; held: number }
  | { key: 'admittedWithoutOrder'; at: number | null }
  | { key: 'gateFull'; admitted: number; gate: number }
  | { key: 'neverAdmitted' }
  | { key: 'perhapsAdmitted' }
  | { key: 'noGate' }
  | { key: 'notJournaled' };

/** What the buyer may be told. */
export function reasonsOf(facts: Facts): Reason[] {
  return [...ofOrders(facts), ...ofSale(facts), ...ofAdmission(facts), { key: 'notJournaled' }];
}

/** Units that count against the limit of the last promo. */
export function unitsAgainstLimit({ orders, promo }: Pick<Facts, 'orders' | 'promo'>): number {
  const counted = orders.filter((order) => order.promo === (promo?.id ?? 0) && isOpen(order));
  return unitsOf(counted);
}

function ofOrders(facts: Facts): Reason[] {
  const { orders, promo } = facts;
  const withStatus = (status: number) => orders.filter((order) => order.status === status).length;
  const reasons: Reason[] = [];
  const open = orders.filter(isOpen);
  if (open.length > 0) reasons.push({ key: 'bought', orders: open.length, units: unitsOf(open) });
  const units = unitsAgainstLimit(facts);
  if (promo !== null && units >= promo.limit) {
    reasons.push({ key: 'limitReached', units, limit: promo.limit });
  }
  const expired = withStatus(orderStatus.expired);
  if (expired > 0) reasons.push({ key: 'expired', orders: expired });
  const cancelled = withStatus(orderStatus.cancelled);
  if (cancelled > 0) reasons.push({ key: 'cancelled', orders: cancelled });
  return reasons;
}

function ofSale({ now, promo, row, soldOutAt }: Facts): Reason[] {
  const reasons: Reason[] = [];
  if (promo !== null && now < promo.startAt) reasons.push({ key: 'pending', at: promo.startAt });
  if (promo !== null && now >= promo.endAt) reasons.push({ key: 'ended', at: promo.endAt });
  if (row.left === 0) reasons.push({ key: 'soldOut', at: soldOutAt, held: row.held });
  return reasons;
}

function ofAdmission(facts: Facts): Reason[] {
  const { promo, row, orders, admittedAt, admissionKept, readAll } = facts;
  if (promo === null) return [{ key: 'noGate' }];
  const ordered = orders.some((order) => order.promo === promo.id);
  if (admittedAt !== null || admissionKept) {
    return ordered ? [] : [{ key: 'admittedWithoutOrder', at: admittedAt }];
  }
  if (ordered) return [];
  if (!readAll) return [{ key: 'perhapsAdmitted' }];
  const gate = promo.gateFactor * row.left;
  const admitted = row.outstanding;
  const full: Reason[] =
    row.left > 0 && admitted >= gate ? [{ key: 'gateFull', admitted, gate }] : [];
  return [...full, { key: 'neverAdmitted' }];
}

function isOpen({ status }: OrderView): boolean {
  return status === orderStatus.placed || status === orderStatus.paid;
}

function unitsOf(orders: readonly OrderView[]): number {
  return orders.reduce((sum, { amount }) => sum + amount, 0);
}
