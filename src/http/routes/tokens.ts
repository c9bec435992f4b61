/**
 * Purchase tokens for users. Whoever stands somewhere already is told where; everybody else joins: the
 * limits, the captcha, then the gate and its queue in the item's actor.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../actors/protocol.ts';
import { joiningInStep } from '../../admission/joining.ts';
import { randomNonce } from '../../admission/purchase-token.ts';
import { addressBlock } from '../../admission/rate-limits.ts';
import type { CatalogPromo } from '../../catalog/item.ts';
import { integerField } from '../../shop/input.ts';
import { itemIdOf } from '../../shop/read-item.ts';
import { refusedByLimit } from '../guard/limit-answers.ts';
import { limitedByUser } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';
import { normalToken, nowhere, standingAnswer } from '../wire/standing.ts';

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
  join: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'With false you only ask where you stand: who stands nowhere stays there, and is told so.',
      ),
    ),
    true,
  ),
});

type Ask = v.InferOutput<typeof admissionSchema> & { itemId: number; userId: number };

export function tokenRoutes(parts: AppParts) {
  return new Hono().post(
    '/:id/tokens',
    sameSiteOnly(parts),
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
  if (ask.promoId === 0) return atNormalPrice(parts, request, ask);
  const promo = await parts.catalog.promo(ask.promoId);
  if (promo === null || promo.itemId !== itemId) return failure(request, 10005);
  return underPromo(parts, request, ask, promo);
}

/** At the normal price there is neither captcha nor gate, and nobody stands anywhere. */
async function atNormalPrice(parts: AppParts, request: Request, ask: Ask): Promise<Response> {
  const { itemId, userId } = ask;
  if (!ask.join) return success(nowhere);
  const byBoard = parts.board.refusal(itemId, 0, 1, parts.clock());
  if (byBoard !== code.ok) {
    parts.board.count(itemId, byBoard);
    return refused(request, byBoard);
  }
  const limited = await limitedJoin(parts, request, itemId);
  if (limited !== null) return limited;
  const reply = await parts.send({
    ...{ type: 'join', item: itemId, user: userId, promo: 0 },
    nonce: randomNonce(),
  });
  return reply.code === code.ok
    ? success(normalToken(parts, ask, reply.standing!), 201)
    : refused(request, reply.code);
}

async function underPromo(
  parts: AppParts,
  request: Request,
  ask: Ask,
  promo: CatalogPromo,
): Promise<Response> {
  const { itemId, promoId, userId } = ask;
  const joining = await joiningInStep(parts, ask);
  // Who may buy no more is told so before any captcha.
  if (joining === null || joining.mayStand || parts.board.maybeBuyer(itemId, userId)) {
    const command = { type: 'stand', item: itemId, user: userId, promo: promoId } as const;
    const { code: answer, standing } = await parts.send(command);
    if (answer !== code.ok) return refused(request, answer);
    if (standing!.state !== 'none') return standingAnswer(parts, ask, promo, standing!);
  }
  if (!ask.join) return success(nowhere);
  if (joining === null || joining.refused === code.ok) return join(parts, request, ask, promo);
  parts.board.count(itemId, joining.refused);
  return refused(request, joining.refused);
}

async function join(
  parts: AppParts,
  request: Request,
  ask: Ask,
  promo: CatalogPromo,
): Promise<Response> {
  const { itemId, promoId, userId, captchaId, answer } = ask;
  const limited = await limitedJoin(parts, request, itemId);
  if (limited !== null) return limited;
  if (promo.captcha && !(await parts.captchas.solve(captchaId, userId, promoId, answer))) {
    return failure(request, 30009);
  }
  const reply = await parts.send({
    ...{ type: 'join', item: itemId, user: userId, promo: promoId },
    nonce: randomNonce(),
  });
  if (reply.code === code.ok) return standingAnswer(parts, ask, promo, reply.standing!);
  if (promo.captcha && mayTryAgain.has(reply.code)) {
    await parts.captchas.restore(captchaId, userId, promoId, answer);
  }
  return refused(request, reply.code);
}

const mayTryAgain = new Set<number>([code.outcomeUnknown, code.journalUnavailable, code.tooBusy]);

/** The refusal of one who asks to join too often, or beside too many others; null for the rest. */
async function limitedJoin(
  { limits, addressOf }: AppParts,
  request: Request,
  itemId: number,
): Promise<Response | null> {
  const byAddress = await limits.spend('tokenByAddress', addressBlock(addressOf(request)));
  if (!byAddress.allowed) return refusedByLimit(request, byAddress);
  const byItem = await limits.spend('tokenByItem', itemId);
  return byItem.allowed ? null : refusedByLimit(request, byItem);
}
