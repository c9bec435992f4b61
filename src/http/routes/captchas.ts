/** Captchas, to be solved for a purchase token. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { type Code, code } from '../../../actors/protocol.ts';
import { joiningInStep } from '../../admission/joining.ts';
import type { CatalogPromo } from '../../catalog/item.ts';
import { integerField } from '../../shop/input.ts';
import { limitedByAddress, limitedByUser } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';

export const captchaSchema = v.object({ promoId: integerField(1, Number.MAX_SAFE_INTEGER) });

export function captchaRoutes(parts: AppParts) {
  return new Hono().post(
    '/',
    sameSiteOnly(parts),
    limitedByAddress(parts, 'captchaByAddress'),
    userOnly(parts),
    limitedByUser(parts, 'captchaByUser'),
    (c) => draw(parts, c.req.raw, c.get('userId')),
  );
}

async function draw(parts: AppParts, request: Request, userId: number): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, captchaSchema);
  if (unfit !== null) return unfit;
  const { promoId } = value;
  const promo = await parts.catalog.promo(promoId);
  if (promo === null) return failure(request, 10005);
  // A sale that no one can join needs no captcha.
  const closed = await closedTo(parts, userId, promo);
  if (closed !== code.ok) return refused(request, closed);
  return success(await parts.captchas.draw(userId, promoId), 201);
}

/** Why the user cannot join the promo: as the board shows, or else its actor knows. */
async function closedTo(parts: AppParts, user: number, promo: CatalogPromo): Promise<Code> {
  const now = parts.clock();
  const { id, itemId: item } = promo;
  const joining = await joiningInStep(parts, { itemId: item, promoId: id });
  if (joining === null || parts.board.maybeBuyer(item, user)) {
    const { code: answer } = await parts.send({ type: 'stand', item, user, promo: id });
    if (answer !== code.ok) return answer;
  }
  if (joining !== null) return joining.refused;
  return now < (promo.queueOpenAt ?? promo.startAt) ? code.notStarted : code.ok;
}
