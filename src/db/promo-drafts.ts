/** The secret that a draft of a promo gets when its terms are fixed. */
import type { DrawSecret, PromoRow } from './sql.ts';

const none = { drawSecret: null, drawCommitment: null };

/** The secret that a promo keeps, is given, or does not need. */
export function secretOf(
  promo: Pick<PromoRow, 'queue' | 'drawCommitment'> & { drawSecret: string | null },
  { secret, commitment }: DrawSecret,
) {
  if (promo.queue !== 'draw') return none;
  const { drawSecret, drawCommitment } = promo;
  return drawSecret === null
    ? { drawSecret: secret, drawCommitment: commitment }
    : { drawSecret, drawCommitment };
}
