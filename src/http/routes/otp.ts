/** One-time passwords by text message. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { telephoneField } from '../../shop/input.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { success, tooMany } from '../wire/envelope.ts';

export const oneTimePasswordSchema = v.object({ telephone: telephoneField() });

export function otpRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'oneTimePasswordByAddress');
  return new Hono().post('/', sameSiteOnly, limited, (c) => send(parts, c.req.raw));
}

/** The answer is the same whether the telephone is registered or not. */
async function send(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused } = await parseBody(request, oneTimePasswordSchema);
  if (refused !== null) return refused;
  const outcome = await parts.oneTimePasswords.send(value.telephone);
  return outcome.sent ? success(null) : tooMany(request, outcome.retryAfterMs / 1000);
}
