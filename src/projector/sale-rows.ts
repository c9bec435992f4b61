/** What the rarer events mean as SQL rows: the merchant's commands, draws, and money that must go back. */
import type {
  Closed,
  Drawn,
  DueSettled,
  Edited,
  Ended,
  Extended,
  Joined,
  Opened,
  Paused,
  PromoWithdrawn,
  Published,
  RefundDue,
  Resumed,
} from '../../actors/events.ts';
import { loadedUnitsMax } from '../../actors/limits.ts';
import { sha256 } from '../../actors/sha256.ts';
import type { EntrantRow } from '../db/draws.ts';
import { type DueSettlement, goesOn, type ItemChange, type PromoChange } from '../db/projection.ts';
import { type RefundDueRow, refundDueId } from '../db/refunds-due.ts';
import { orderId } from '../order-id.ts';

type PromoEvent = Published | Closed | Paused | Resumed | Ended | Extended | PromoWithdrawn | Drawn;

/** Only the last state of an item counts. */
export function changeItem(items: Map<number, ItemChange>, event: Opened | Edited): void {
  const { item, price, normalSale, limit } = event;
  const unsaid = event.type === 'opened' ? { normalSale: true, limitPerUser: loadedUnitsMax } : {};
  const said = given({ price, normalSale, limitPerUser: limit });
  items.set(item, { ...items.get(item), ...unsaid, ...said });
}

/** Only the last state of a promo counts. */
export function changePromo(promos: Map<number, PromoChange>, event: PromoEvent, at: number): void {
  promos.set(event.promo, { ...promos.get(event.promo), ...promoChange(event, at) });
}

function promoChange(event: PromoEvent, at: number): PromoChange {
  switch (event.type) {
    case 'published':
      return publication(event, at);
    case 'paused':
      return { pausedAt: at };
    case 'resumed':
    case 'closed':
      return { pausedAt: goesOn };
    case 'ended':
      return { endAt: at, endedAt: at, pausedAt: goesOn };
    case 'extended':
      return { endAt: event.endAt };
    case 'promoWithdrawn':
      return { withdrawnAt: at, pausedAt: goesOn };
    case 'drawn':
      return { drawSeed: event.seed, drawnAt: at };
  }
}

/** A promo from before 0.4.0 has no queue, and says nothing of one. */
function publication(event: Published, at: number): PromoChange {
  const { price, startAt, endAt, limit, gateFactor, payWindowMs, secret } = event;
  const { queue = 'off', admitMs, queueOpenAt } = event;
  const draw = secret === undefined ? {} : { drawSecret: secret, drawCommitment: sha256(secret) };
  return {
    ...{ publishedAt: at, price, startAt, endAt, limitPerUser: limit, gateFactor, queue },
    payWindowS: seconds(payWindowMs),
    ...(admitMs === undefined ? {} : { admitS: seconds(admitMs) }),
    ...given({ queueOpenAt }),
    ...draw,
  };
}

/** The API takes whole seconds alone. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

export function addEntrant(
  entrants: EntrantRow[],
  { user, promo, nonce }: Joined,
  id: number,
): void {
  entrants.push({ id, promoId: promo, userId: user, nonce });
}

export function addRefundDue(
  dues: RefundDueRow[],
  event: RefundDue,
  source: { partition: number; seq: number; at: number },
): void {
  const { item, due, n, placedAt, amountMinor, reason, reference = null, by = null } = event;
  const { partition, seq, at } = source;
  dues.push({
    id: refundDueId(item, due),
    itemId: item,
    due,
    n,
    orderId: reason === 'unknownOrder' ? null : orderId(item, n, placedAt),
    amountMinor,
    reference,
    reason,
    at,
    by,
    settledAt: null,
    settledBy: null,
    settledReference: null,
    partition,
    seq,
  });
}

export function settleDue(settlements: DueSettlement[], event: DueSettled, at: number): void {
  const { item, due, reference = null, by = null } = event;
  settlements.push({ id: refundDueId(item, due), at, by, reference });
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]?: NonNullable<T[K]> }; // Of the same keys.
}
