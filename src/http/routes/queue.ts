/** Leaving a promo's queue, its draw, or an admission that is not spent. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../actors/protocol.ts';
import { integerField } from '../../shop/input.ts';
import { itemIdOf } from '../../shop/read-item.ts';
import { limitedByUser } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';

export const leaveSchema = v.object({ promoId: integerField(1, Number.MAX_SAFE_INTEGER) });

export function queueRoutes(parts: AppParts) {
  return new Hono().delete(
    '/:id/queue',
    sameSiteOnly(parts),
    userOnly(parts),
    limitedByUser(parts, 'tokenByUser'),
    (c) => leave(parts, c.req.raw, c.req.param('id'), c.get('userId')),
  );
}

/** Who stands nowhere has nothing to leave, and is told the same. */
async function leave(
  parts: AppParts,
  request: Request,
  id: string,
  userId: number,
): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, leaveSchema);
  if (unfit !== null) return unfit;
  const item = itemIdOf(id);
  if (!parts.board.has(item)) return failure(request, 10005);
  const reply = await parts.send({ type: 'leave', item, user: userId, promo: value.promoId });
  return reply.code === code.ok ? success(null) : refused(request, reply.code);
}
