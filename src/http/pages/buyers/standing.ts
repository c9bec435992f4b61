/** Where the visitor of an item's page stands with its sale: the page shows that at once. */
import { code, partitionOf, type Reply } from '../../../../actors/protocol.ts';
import { joiningOf } from '../../../admission/joining.ts';
import type { AppParts } from '../../parts.ts';
import { nextQuestionSeconds, standingOf } from '../../wire/standing.ts';
import type { Offer } from './offer.tsx';

/** A page does not wait longer for the actor: its script asks again. */
const patienceMs = 300;

/**
 * What the page's script is told: where they stand, null for who stands nowhere, 'full' for who has bought
 * all they may, or 'unknown' where the actor has not answered in time.
 */
export async function standingOnPage(parts: AppParts, userId: number | null, offer: Offer) {
  const { item, promo } = offer;
  if (userId === null || promo === undefined) return null;
  const whose = { userId, itemId: item.id, promoId: promo.id };
  // The board of what another engine owns is late: that one is asked.
  const isOwn = parts.positions.owns(partitionOf(item.id, parts.partitions));
  const joining = isOwn ? joiningOf(parts, whose, parts.clock()) : null;
  if (joining?.mayStand === false && !parts.board.maybeBuyer(item.id, userId)) return null;
  const command = { type: 'stand', item: item.id, user: userId, promo: promo.id } as const;
  const reply = await Promise.race([parts.send(command), silence()]);
  if (reply === null || notDecided.has(reply.code)) return 'unknown';
  if (reply.code === code.limitReached) return 'full';
  const { standing } = reply;
  if (reply.code !== code.ok || standing === null || standing.state === 'none') return null;
  const told = standingOf(parts, whose, promo, standing);
  if (told.state === 'admitted') return { state: told.state, expiresAt: told.expiresAt };
  return { ...told, retryAfterMs: nextQuestionSeconds(told, standing) * 1_000 };
}

const notDecided = new Set<number>([code.outcomeUnknown, code.journalUnavailable, code.tooBusy]);

const silence = () => Bun.sleep(patienceMs).then((): Reply | null => null);
