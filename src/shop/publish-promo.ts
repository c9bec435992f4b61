/** Publishing a promo: its item's actor takes on its terms, which are fixed from then on. */
import { hashDigits } from '../../actors/limits.ts';
import { type Code, code } from '../../actors/protocol.ts';
import { sha256 } from '../../actors/sha256.ts';
import type { PromoRow } from '../db/sql.ts';
import { queueOpensAt } from './draft-promo.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';

/**
 * Publishing again changes nothing. The terms are fixed in SQL before the actor is asked, so that they
 * cannot change while it takes them on, and a draw has the same secret however often it is published.
 * @throws SqlUnavailable
 */
export async function publishPromo(
  { sql, catalog, clock, send }: Pick<ShopParts, 'sql' | 'catalog' | 'clock' | 'send'>,
  promoId: number,
  by: string,
): Promise<Outcome<PromoRow>> {
  const at = clock();
  const fixed = await sql.drafts.fix(promoId, at, newSecret());
  if (fixed === null) return refuse(code.notFound);
  const { row: promo, secret } = fixed;
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
    queue: promo.queue,
    admitMs: promo.admitS * 1000,
    ...(secret === null ? {} : { secret, queueOpenAt: queueOpensAt(promo) }),
    by,
  });
  if (mayBeTaken(reply.code)) await catalog.changed();
  else await sql.drafts.release(promoId, at);
  return reply.code === code.ok ? done(promo) : refuse(reply.code, reply.about);
}

/** Whether the actor has taken the terms on, as far as is known. */
function mayBeTaken(answer: Code): boolean {
  return answer === code.ok || answer === code.outcomeUnknown;
}

function newSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(hashDigits / 2));
  const secret = bytes.toHex();
  return { secret, commitment: sha256(secret) };
}
