/** Captchas, to be solved for a purchase token. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../actors/protocol.ts';
import { saleRefusal } from '../../admission/admissions.ts';
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
  const { itemId } = promo;
  // A sale that no one can enter needs no captcha.
  const closed = await saleRefusal(parts, parts.sql.catalog, { itemId, promoId }, parts.clock());
  if (closed !== code.ok) return refused(request, closed);
  return success(await parts.captchas.draw(userId, promoId), 201);
}
