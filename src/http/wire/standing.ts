/** What users are told of where they stand with an item: nowhere, in a queue or a draw, or let in. */
import { drawLabel } from '../../../actors/item/draw.ts';
import type { Board } from '../../../actors/memory/board.ts';
import type { Standing } from '../../../actors/protocol.ts';
import { askAgainSeconds, type Distance } from '../../admission/asking-again.ts';
import type { PurchaseTokens } from '../../admission/purchase-token.ts';
import type { CatalogPromo } from '../../catalog/item.ts';
import { notYet, success } from './envelope.ts';
import { timeText } from './time.ts';

/** How long a purchase token for the normal price is valid; asking again extends it. */
const normalTokenMs = 900_000;

interface Parts {
  tokens: PurchaseTokens;
  board: Pick<Board, 'read'>;
  /** Milliseconds since 1970 UTC. */
  clock(): number;
}

/** Whose standing, and with what. */
interface Whose {
  userId: number;
  itemId: number;
  promoId: number;
}

export const nowhere = { state: 'none' } as const;

/** The purchase token of somebody who may buy at the normal price. */
export function normalToken(parts: Parts, whose: Whose, { nonce }: Standing) {
  return { state: 'admitted', ...signed(parts, whose, nonce, parts.clock() + normalTokenMs) };
}

/** Tells somebody who stands somewhere: 201 with a purchase token, or 202 and when to ask again. */
export function standingAnswer(
  parts: Parts,
  whose: Whose,
  promo: CatalogPromo,
  standing: Standing,
): Response {
  const told = standingOf(parts, whose, promo, standing);
  if (told.state === 'admitted') return success(told, 201);
  return notYet(told, nextQuestionSeconds(told, standing));
}

/** When somebody with a place is to ask again. */
export function nextQuestionSeconds(
  place: Omit<Distance, 'waiting'>,
  { waiting }: Pick<Standing, 'waiting'>,
): number {
  return askAgainSeconds({ ...place, waiting }, Math.random());
}

/** As `standingAnswer`, before it is an answer; `standing` is not 'none'. */
export function standingOf(parts: Parts, whose: Whose, promo: CatalogPromo, standing: Standing) {
  const { itemId, userId, promoId } = whose;
  const { state, nonce, ahead, heldUnpaid, etaSeconds } = standing;
  const now = parts.clock();
  const row = parts.board.read(itemId);
  // What the board shows of the promo is newer than its row: an end may be moved.
  const shown = row?.promo === promoId ? row : { endAt: promo.endAt, paused: 0, left: 1 };
  const { endAt, paused, left } = shown;
  const label = drawLabel(promoId, userId, nonce);
  if (state === 'admitted') {
    // No admission lapses in a pause, and each begins anew after it.
    const until = paused === 1 ? Math.max(standing.until, now + normalTokenMs) : standing.until;
    return { state, ...signed(parts, whose, nonce, Math.min(until, endAt)), label } as const;
  }
  const stopped = paused === 1 ? ({ paused: true } as const) : {};
  if (state === 'drawing') {
    const place = { place: null, ahead: null, entrants: standing.waiting } as const;
    const untilDraw = Math.max(1, Math.ceil((promo.startAt - now) / 1000));
    return { state, ...place, heldUnpaid, etaSeconds: untilDraw, ...stopped, label } as const;
  }
  // While nothing is left nobody is let in, however many were in the last minute.
  const moves = etaSeconds >= 0 && paused === 0 && left > 0;
  const place = { place: ahead + 1, ahead } as const;
  return {
    state: 'waiting',
    ...place,
    heldUnpaid,
    etaSeconds: moves ? etaSeconds : null,
    ...stopped,
    label,
  } as const;
}

/** `until` in milliseconds: the token is valid until the first whole second at or after it. */
function signed({ tokens }: Parts, whose: Whose, nonce: number, until: number) {
  const { userId, itemId, promoId } = whose;
  const expiresAt = Math.ceil(until / 1000);
  const token = tokens.sign({ userId, itemId, promoId, expiresAt, nonce });
  return { token, expiresAt: timeText(expiresAt * 1000) };
}
