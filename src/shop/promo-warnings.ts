/** What a merchant should know of a draft before it is published: nothing of it is refused. */
import { gateFactorDefault } from '../../actors/limits.ts';
import type { BoardRow } from '../../actors/memory/board.ts';
import type { PromoRow } from '../db/sql.ts';
import { queueOpensAt } from './draft-promo.ts';
import type { ShopParts } from './parts.ts';
import { isPublished, promoState } from './promo-state.ts';

export const warningCodes = [
  'priceAboveNormal',
  'free',
  'startInPast',
  'endInPast',
  'shorterThanMinute',
  'longerThanWeek',
  'overlaps',
  'nothingLeft',
  'oneBuyerTakesAll',
  'admissionsOutliveSale',
  'paymentsOutliveSale',
  'nextBuyerTooLate',
  'gateLeavesUnits',
  'noTimeToJoinDraw',
  'queueOpenAtUnused',
] as const;
export type WarningCode = (typeof warningCodes)[number];

export interface Warning {
  code: WarningCode;
  /** The other promo that the warning names; null where it names none. */
  other: { id: number; name: string; isPublished: boolean } | null;
  /** Units that the warning speaks of. */
  units: number;
}

/** What a draft says of its sale. */
export type Terms = Pick<
  PromoRow,
  | 'price'
  | 'startAt'
  | 'endAt'
  | 'limitPerUser'
  | 'gateFactor'
  | 'payWindowS'
  | 'admitS'
  | 'queue'
  | 'queueOpenAt'
>;

/** @throws SqlUnavailable */
export async function warningsOf(
  { board, sql, clock }: Pick<ShopParts, 'board' | 'sql' | 'clock'>,
  promo: PromoRow,
): Promise<Warning[]> {
  const now = clock();
  const others = (await sql.catalog.promosOfItems([promo.itemId])).filter((other) => {
    if (other.id === promo.id) return false;
    const { status, endAt } = promoState(other, board, now);
    if (status === 'ended' || status === 'withdrawn' || endAt <= now) return false;
    return promo.startAt < endAt && other.startAt < promo.endAt;
  });
  const own = warningsOfTerms(promo, board.read(promo.itemId), now);
  return [
    ...own,
    ...others.map((other): Warning => {
      const { id, name } = other;
      const named = { id, name, isPublished: isPublished(other, board) };
      return { code: 'overlaps', other: named, units: 0 };
    }),
  ];
}

/** Whether a promo with such a warning cannot be published as it is. */
export function isInTheWay({ code, other }: Warning): boolean {
  return code === 'endInPast' || (code === 'overlaps' && other?.isPublished === true);
}

const minuteMs = 60_000;
const weekMs = 7 * 24 * 3_600_000;

/** What the terms of a draft mean for an item as it stands, whatever else is on sale. */
export function warningsOfTerms(
  terms: Terms,
  item: Pick<BoardRow, 'left' | 'price'> | null,
  now: number,
): Warning[] {
  const { price, startAt, endAt, limitPerUser, queue, queueOpenAt } = terms;
  const { gateFactor, admitS, payWindowS } = terms;
  const lastsMs = endAt - Math.max(startAt, now);
  const [admitMs, payMs] = [admitS * 1000, price === 0 ? 0 : payWindowS * 1000];
  const left = item?.left ?? 0;
  const isOver = endAt <= now;
  const [lapseTooLate, expireTooLate] = [admitMs >= lastsMs, payMs >= lastsMs];
  const unsold = isOver ? 0 : unsoldBehindGate({ left, gateFactor, admitMs, lastsMs });
  const found: Record<Exclude<WarningCode, 'overlaps'>, boolean> = {
    priceAboveNormal: item !== null && price > item.price,
    free: price === 0,
    startInPast: startAt < now && !isOver,
    endInPast: isOver,
    shorterThanMinute: !isOver && lastsMs < minuteMs,
    longerThanWeek: !isOver && lastsMs > weekMs,
    nothingLeft: left === 0,
    oneBuyerTakesAll: limitPerUser > 1 && left > 0 && limitPerUser >= left,
    // Whoever is let in and does not buy, or does not pay, keeps units from others until it is too late.
    admissionsOutliveSale: !isOver && lapseTooLate,
    paymentsOutliveSale: !isOver && expireTooLate,
    nextBuyerTooLate: !isOver && !lapseTooLate && !expireTooLate && admitMs + payMs >= lastsMs,
    gateLeavesUnits: !lapseTooLate && unsold > 0,
    noTimeToJoinDraw:
      !isOver && queue === 'draw' && startAt - Math.max(queueOpensAt(terms), now) < minuteMs,
    queueOpenAtUnused: queue !== 'draw' && queueOpenAt !== null,
  };
  const codes = Object.keys(found) as (keyof typeof found)[]; // Its own keys.
  const units: Partial<Record<WarningCode, number>> = {
    oneBuyerTakesAll: left,
    gateLeavesUnits: unsold,
  };
  return codes
    .filter((code) => found[code])
    .map((code) => ({ code, other: null, units: units[code] ?? 0 }));
}

/**
 * Units that stay behind the gate where one in five of those who are let in buys, one unit: what the usual
 * gate factor counts on. Whoever does not buy keeps their place for as long as they may take to order, so
 * the gate lets people in in waves, `gateFactor × left` each, for as long as the sale lasts.
 */
function unsoldBehindGate({
  left,
  gateFactor,
  admitMs,
  lastsMs,
}: {
  left: number;
  gateFactor: number;
  admitMs: number;
  lastsMs: number;
}): number {
  let [unsold, admitted] = [left, 0];
  // A wave sells a fifth at least, or brings one of the last few units nearer: a hundred waves at most.
  for (let atMs = 0; atMs < lastsMs && unsold > 0; atMs += admitMs) {
    admitted += gateFactor * unsold;
    unsold = Math.max(0, left - Math.floor(admitted / gateFactorDefault));
  }
  return unsold;
}
