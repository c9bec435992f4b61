/**
 * "Why was I refused?": what can be said about one user and one item, most telling first. Pure: the
 * facts come from the item's actor, the board and the journal. A refusal that changes nothing is
 * not journaled, so some reasons are inferred, and say so.
 */
import { queueModes } from '../../../actors/events.ts';
import { type BoardRow, gateRoom } from '../../../actors/memory/board.ts';
import { type OrderView, orderStatus, type Standing } from '../../../actors/protocol.ts';
import type { UserEvent } from './user-events.ts';

export interface Facts {
  now: number;
  row: BoardRow;
  /** The promo that the board shows; null without one. */
  promo: { id: number; limit: number; startAt: number; endAt: number } | null;
  /** Units that one user may hold or own at the normal price. */
  normalLimit: number;
  /** All of the user's orders for the item, as they stand. */
  orders: readonly OrderView[];
  /** Where the user stands with the promo, by its actor; null without a promo. */
  standing: Standing | null;
  /** What was read of the user's way through the sale, in order. */
  events: readonly UserEvent[];
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
  | { key: 'refunded'; orders: number }
  | { key: 'refundDue'; orders: number; at: number | null }
  | { key: 'pending'; at: number; opens: number }
  | { key: 'paused' }
  | { key: 'ended'; at: number }
  | { key: 'promoOnly'; at: number }
  | { key: 'promosOnly' }
  | { key: 'soldOut'; at: number | null; held: number }
  | { key: 'drawing'; at: number; waiting: number }
  | { key: 'waiting'; place: number; waiting: number; held: number }
  | { key: 'admitted'; until: number }
  | { key: 'lapsed'; at: number }
  | { key: 'left'; at: number }
  | { key: 'queueEnded'; at: number }
  | { key: 'waitedToTheEnd'; at: number }
  | { key: 'admittedWithoutOrder'; at: number }
  | { key: 'gateFull'; outstanding: number; gate: number }
  | { key: 'gateFullQueue'; outstanding: number; gate: number }
  | { key: 'neverAdmitted' }
  | { key: 'perhapsAdmitted' }
  | { key: 'normal'; limit: number }
  | { key: 'notJournaled' };

/** What the buyer may be told. */
export function reasonsOf(facts: Facts): Reason[] {
  return [
    ...ofOrders(facts),
    ...ofSale(facts),
    ...ofPlace(facts),
    ...ofGate(facts),
    { key: 'notJournaled' },
  ];
}

/** Units that count against the limit of the promo shown, or of the normal price. */
export function unitsAgainstLimit({ orders, promo }: Pick<Facts, 'orders' | 'promo'>): number {
  const counted = orders.filter((order) => order.promo === (promo?.id ?? 0) && isOpen(order));
  return unitsOf(counted);
}

/** The limit that they count against. */
export function limitOf({ promo, normalLimit }: Pick<Facts, 'promo' | 'normalLimit'>): number {
  return promo?.limit ?? normalLimit;
}

/** When the promo shown last let the user in; null where nothing that was read says so. */
export function admittedAt({ events, promo }: Pick<Facts, 'events' | 'promo'>): number | null {
  const admitted = events.findLast((event) => event.type === 'admitted' && isOf(event, promo));
  return admitted?.at ?? null;
}

function ofOrders(facts: Facts): Reason[] {
  const { orders, events } = facts;
  const reasons: Reason[] = [];
  const open = orders.filter(isOpen);
  if (open.length > 0) reasons.push({ key: 'bought', orders: open.length, units: unitsOf(open) });
  const units = unitsAgainstLimit(facts);
  const limit = limitOf(facts);
  if (units >= limit) reasons.push({ key: 'limitReached', units, limit });
  for (const key of ['expired', 'cancelled', 'refunded'] as const) {
    const count = orders.filter(({ status }) => status === orderStatus[key]).length;
    if (count > 0) reasons.push({ key, orders: count });
  }
  const owed = orders.filter(({ toRefund }) => toRefund > 0).length;
  if (owed > 0) {
    const at = events.findLast(({ type }) => type === 'refundDue')?.at ?? null;
    reasons.push({ key: 'refundDue', orders: owed, at });
  }
  return reasons;
}

function ofSale({ now, promo, row, soldOutAt }: Facts): Reason[] {
  const reasons: Reason[] = [];
  if (promo !== null && now < promo.startAt) {
    reasons.push({ key: 'pending', at: promo.startAt, opens: row.queueOpenAt });
  }
  if (promo !== null && now >= promo.endAt) reasons.push({ key: 'ended', at: promo.endAt });
  else if (row.paused === 1) reasons.push({ key: 'paused' });
  if (now < row.promosEndAt) reasons.push({ key: 'promoOnly', at: row.promosEndAt });
  else if (row.normalSale === 0) reasons.push({ key: 'promosOnly' });
  if (row.left === 0) reasons.push({ key: 'soldOut', at: soldOutAt, held: row.held });
  return reasons;
}

/** Where the user stands, or how they lost their place. */
function ofPlace(facts: Facts): Reason[] {
  const { promo, row, standing, normalLimit } = facts;
  if (promo === null || standing === null) {
    return row.normalSale === 1 ? [{ key: 'normal', limit: normalLimit }] : [];
  }
  const { ahead, waiting, until, heldUnpaid: held } = standing;
  switch (standing.state) {
    case 'drawing':
      return [{ key: 'drawing', at: promo.startAt, waiting }];
    case 'waiting':
      return [{ key: 'waiting', place: ahead + 1, waiting, held }];
    case 'admitted':
      return [{ key: 'admitted', until }];
    default:
      return ofHistory(facts, promo);
  }
}

/** Why a user stands nowhere: the last step of their way through the promo. */
function ofHistory(
  { events, orders, readAll, now }: Facts,
  promo: NonNullable<Facts['promo']>,
): Reason[] {
  // The end of a queue is a step of those who were in it.
  const steps = events.filter((event) => isOf(event, promo));
  const last = steps.findLast(
    (step, index) => step.type !== 'queueEnded' || steps[index - 1]?.type === 'joined',
  );
  switch (last?.type) {
    case 'lapsed':
      return [{ key: 'lapsed', at: last.at }];
    case 'leftQueue':
      return [{ key: 'left', at: last.at }];
    case 'queueEnded':
      return [{ key: 'queueEnded', at: last.at }];
    case 'joined':
      return now >= promo.endAt ? [{ key: 'waitedToTheEnd', at: promo.endAt }] : [];
    case 'admitted':
      return [{ key: 'admittedWithoutOrder', at: last.at }];
    case 'placed':
      return [];
    default:
      if (orders.some((order) => order.promo === promo.id)) return [];
      return [{ key: readAll ? 'neverAdmitted' : 'perhapsAdmitted' }];
  }
}

/** That whoever asks now is not let in at once. */
function ofGate(facts: Facts): Reason[] {
  const { now, promo, row, standing } = facts;
  if (promo === null || standing?.state !== 'none') return [];
  if (now < promo.startAt || now >= promo.endAt || row.left === 0) return [];
  if (gateRoom(row) > 0 || unitsAgainstLimit(facts) >= promo.limit) return [];
  const { outstanding, gateFactor, left } = row;
  const key = queueModes[row.queue] === 'off' ? 'gateFull' : 'gateFullQueue';
  return [{ key, outstanding, gate: gateFactor * left }];
}

function isOf(event: UserEvent, promo: Facts['promo']): boolean {
  return event.type !== 'refundDue' && event.promo === promo?.id;
}

function isOpen({ status }: OrderView): boolean {
  return status === orderStatus.placed || status === orderStatus.paid;
}

function unitsOf(orders: readonly OrderView[]): number {
  return orders.reduce((sum, { amount }) => sum + amount, 0);
}
