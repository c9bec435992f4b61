/** Publishing a promo: its item's actor takes on its terms, which are fixed from then on. */
import { code } from '../../actors/protocol.ts';
import type { PromoRow } from '../db/sql.ts';
import { type Outcome, outcomeOf, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';

/** Publishing again changes nothing. @throws SqlUnavailable */
export async function publishPromo(
  { sql, send }: Pick<ShopParts, 'sql' | 'send'>,
  promoId: number,
): Promise<Outcome<PromoRow>> {
  const promo = await sql.catalog.promo(promoId);
  if (promo === null) return refuse(code.notFound);
  const reply = await send({
    type: 'publish',
    item: promo.itemId,
    promo: promo.id,
    price: promo.price,
    startAt: promo.startAt,
    endAt: promo.endAt,
    limit: promo.limitPerUser,
    gateFactor: promo.gateFactor,
    payWindowMs: promo.payWindowS * 1000,
  });
  return outcomeOf(reply, promo);
}

/** Whether the item's actor knows the promo: SQL learns of it a moment later than the board. */
export function isPublished({ id, publishedAt }: PromoRow, row: { promo: number } | null): boolean {
  return publishedAt !== null || row?.promo === id;
}
