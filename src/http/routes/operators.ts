/** What operators ask for: statements of the books, who owns what, purchase tokens for their own log-in. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { itemIdMax } from '../../../actors/limits.ts';
import { code } from '../../../actors/protocol.ts';
import { randomNonce } from '../../admission/purchase-token.ts';
import { shownEngines } from '../../shop/cluster/engines.ts';
import { integerField } from '../../shop/input.ts';
import { tokenRefusal } from '../../shop/promo-state.ts';
import { allStatements } from '../../shop/statement.ts';
import { operatorsOnly } from '../guard/admin.ts';
import { metricsReadersOnly } from '../guard/metrics.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { refused, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

/** How long a purchase token is valid by default, and at most. */
const tokenTtlDefaultSeconds = 900;
const tokenTtlMaxSeconds = 30 * 24 * 3600;

export const purchaseTokenSchema = v.object({
  userId: integerField(1, Number.MAX_SAFE_INTEGER),
  itemId: integerField(1, itemIdMax),
  promoId: v.optional(integerField(0, Number.MAX_SAFE_INTEGER), 0),
  ttlSeconds: v.optional(integerField(1, tokenTtlMaxSeconds), tokenTtlDefaultSeconds),
});

export function operatorRoutes(parts: AppParts) {
  return new Hono()
    .post('/tokens', operatorsOnly(parts, 'mint'), (c) => issueToken(parts, c.req.raw))
    .get('/engines', metricsReadersOnly(parts), () => success(enginesData(parts)))
    .get('/statements', operatorsOnly(parts, 'orders:read'), async () =>
      success(await allStatements(parts)),
    );
}

function enginesData(parts: AppParts) {
  const { engines, partitions, warnings } = shownEngines(parts);
  return {
    engines: engines.map((each) => ({ ...each, startedAt: timeText(each.startedAt) })),
    partitions: partitions.map((each) => {
      return { ...each, since: each.since === null ? null : timeText(each.since) };
    }),
    warnings,
  };
}

async function issueToken(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, purchaseTokenSchema);
  if (unfit !== null) return unfit;
  const { userId, itemId, promoId, ttlSeconds } = value;
  const why = await tokenRefusal(parts, itemId, promoId);
  if (why !== code.ok) return refused(request, why);
  const expiresAt = Math.ceil(parts.clock() / 1000) + ttlSeconds;
  const token = parts.tokens.sign({ userId, itemId, promoId, expiresAt, nonce: randomNonce() });
  return success({ token, expiresAt: timeText(expiresAt * 1000) }, 201);
}
