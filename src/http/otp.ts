/** One-time passwords by text message. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { parseBody, telephoneField } from './body.ts';
import { success, tooMany } from './envelope.ts';
import type { AppParts } from './parts.ts';
import { limitedByAddress } from './rate-limits.ts';
import { sameSiteOnly } from './who.ts';

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
