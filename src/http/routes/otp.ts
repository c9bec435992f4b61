/** One-time passwords by text message. */
import { type Context, Hono } from 'hono';
import { codeRequestSchema } from '../../shop/people/input.ts';
import { sendCode } from '../../shop/people/send-code.ts';
import { askerOf } from '../guard/cookies.ts';
import { peopleRefusal } from '../guard/people-refusals.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { success } from '../wire/envelope.ts';

export function otpRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'oneTimePasswordByAddress');
  return new Hono().post('/', sameSiteOnly(parts), limited, (c) => send(parts, c));
}

/** The answer is the same whether the telephone is registered or not, and never has the password. */
async function send(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, codeRequestSchema);
  if (unfit !== null) return unfit;
  const { refused } = await sendCode(parts, value.telephone, askerOf(c, parts));
  return refused === null ? success(null) : peopleRefusal(request, refused);
}
