/** Purchase tokens for users: captcha, then the gate in the item's actor, then the token. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../actors/protocol.ts';
import { type Admission, saleRefusal } from '../../admission/admissions.ts';
import { randomNonce } from '../../admission/purchase-token.ts';
import type { CatalogPromo } from '../../catalog/item.ts';
import { integerField } from '../../shop/input.ts';
import { itemIdOf } from '../../shop/read-item.ts';
import { refusedByLimit } from '../guard/limit-answers.ts';
import { limitedByAddress, limitedByUser } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

/** How long a purchase token is valid unless the sale ends before; asking again extends it. */
const purchaseTokenTtlMs = 900_000;

const textAtMost = (length: number) => {
  const message = `must be text of at most ${length} characters`;
  return v.pipe(v.string(message), v.maxLength(length, message));
};
/** A proof of work has some 700: it brings its challenge back. */
const answerLengthMax = 2_048;
export const admissionSchema = v.object({
  promoId: v.optional(integerField(0, Number.MAX_SAFE_INTEGER), 0),
  captchaId: v.optional(textAtMost(64), ''),
  answer: v.optional(
    v.pipe(
      textAtMost(answerLengthMax),
      v.description(
        'For a proof of work: the Base64 of the JSON {"challenge": as it came, "solution": {"counter", "derivedKey"}}, where the SHA-256 of salt, nonce and the counter in four bytes, the highest first, is derivedKey and begins with keyPrefix. For a picture (CAPTCHA=picture): the text in it.',
      ),
    ),
    '',
  ),
});

type Ask = v.InferOutput<typeof admissionSchema> & { itemId: number; userId: number };

export function tokenRoutes(parts: AppParts) {
  return new Hono().post(
    '/:id/tokens',
    sameSiteOnly(parts),
    limitedByAddress(parts, 'tokenByAddress'),
    userOnly(parts),
    limitedByUser(parts, 'tokenByUser'),
    (c) => issue(parts, c.req.raw, c.req.param('id'), c.get('userId')),
  );
}

async function issue(
  parts: AppParts,
  request: Request,
  id: string,
  userId: number,
): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, admissionSchema);
  if (unfit !== null) return unfit;
  const itemId = itemIdOf(id);
  if (!parts.board.has(itemId)) return failure(request, 10005);
  const ask = { ...value, itemId, userId };
  const { promoId } = ask;
  if (promoId === 0) return admit(parts, request, ask, null);
  // A user who was admitted before gets the same purchase, whatever the state of the sale.
  const admission = await parts.admissions.find(itemId, promoId, userId);
  if (admission !== null) return signed(parts, ask, admission);
  const promo = await parts.catalog.promo(promoId);
  if (promo === null || promo.itemId !== itemId) return failure(request, 10005);
  return admit(parts, request, ask, promo);
}

/** At the normal price, without a promo, there is neither captcha nor gate. */
async function admit(
  parts: AppParts,
  request: Request,
  ask: Ask,
  promo: CatalogPromo | null,
): Promise<Response> {
  const { itemId, promoId, userId, captchaId, answer } = ask;
  const closed = await saleRefusal(parts, parts.sql.catalog, ask, parts.clock());
  if (closed !== code.ok) {
    parts.board.count(itemId, closed);
    return refused(request, closed);
  }
  const limit = await parts.limits.spend('tokenByItem', itemId);
  if (!limit.allowed) return refusedByLimit(request, limit);
  const guarded = promo?.captcha === true;
  if (guarded && !(await parts.captchas.solve(captchaId, userId, promoId, answer))) {
    return failure(request, 30009);
  }
  const reply = await parts.send({
    type: 'join',
    item: itemId,
    user: userId,
    promo: promoId,
    nonce: randomNonce(),
  });
  if (reply.code === code.ok) {
    const admission = {
      nonce: reply.standing!.nonce,
      endAt: promo?.endAt ?? Number.POSITIVE_INFINITY,
    };
    if (promo !== null) await parts.admissions.keep(itemId, promoId, userId, admission);
    return signed(parts, ask, admission);
  }
  if (guarded && mayTryAgain.has(reply.code)) {
    await parts.captchas.restore(captchaId, userId, promoId, answer);
  }
  return refused(request, reply.code);
}

const mayTryAgain = new Set<number>([code.outcomeUnknown, code.journalUnavailable, code.tooBusy]);

function signed(parts: AppParts, ask: Ask, { nonce, endAt }: Admission): Response {
  const { userId, itemId, promoId } = ask;
  const expiresAt = Math.ceil(Math.min(endAt, parts.clock() + purchaseTokenTtlMs) / 1000);
  const token = parts.tokens.sign({ userId, itemId, promoId, expiresAt, nonce });
  return success({ token, expiresAt: timeText(expiresAt * 1000) }, 201);
}
