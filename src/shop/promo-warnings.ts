/** What a merchant should know of a draft before it is published: nothing of it is refused. */
import type { BoardRow } from '../../actors/memory/board.ts';
import type { PromoRow } from '../db/sql.ts';
import type { ShopParts } from './parts.ts';
import { promoState } from './promo-state.ts';

export const warningCodes = [
  'priceAboveNormal',
  'free',
  'startInPast',
  'endInPast',
  'overlaps',
  'nothingLeft',
  'oneBuyerTakesAll',
  'admissionsOutliveSale',
  'paymentsOutliveSale',
  'queueOpenAtUnused',
] as const;
export type WarningCode = (typeof warningCodes)[number];

export interface Warning {
  code: WarningCode;
  /** The other promo that the warning names; 0 where it names none. */
  about: number;
}

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
  const own = warnings(promo, board.read(promo.itemId), now);
  return [
    ...own.map((code) => ({ code, about: 0 })),
    ...others.map(({ id }) => ({ code: 'overlaps', about: id }) as const),
  ];
}

function warnings(promo: PromoRow, row: BoardRow | null, now: number): WarningCode[] {
  const { price, startAt, endAt, limitPerUser, admitS, payWindowS, queue, queueOpenAt } = promo;
  const lastsMs = endAt - Math.max(startAt, now);
  const left = row?.left ?? 0;
  const isOver = endAt <= now;
  const found: Record<Exclude<WarningCode, 'overlaps'>, boolean> = {
    priceAboveNormal: row !== null && price > row.price,
    free: price === 0,
    startInPast: startAt < now && !isOver,
    endInPast: isOver,
    nothingLeft: left === 0,
    oneBuyerTakesAll: limitPerUser > 1 && left > 0 && limitPerUser >= left,
    // Whoever is let in and does not buy, or does not pay, keeps units from others until it is too late.
    admissionsOutliveSale: !isOver && admitS * 1000 >= lastsMs,
    paymentsOutliveSale: !isOver && price > 0 && payWindowS * 1000 >= lastsMs,
    queueOpenAtUnused: queue !== 'draw' && queueOpenAt !== null,
  };
  const codes = Object.keys(found) as (keyof typeof found)[]; // Its own keys.
  return codes.filter((code) => found[code]);
}
