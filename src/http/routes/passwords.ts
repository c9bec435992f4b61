/** Forgotten passwords: a new one, for whoever holds the telephone. */
import { type Context, Hono } from 'hono';
import { newPasswordSchema } from '../../shop/people/input.ts';
import { setNewPassword } from '../../shop/people/new-password.ts';
import { askerOf } from '../guard/cookies.ts';
import { peopleRefusal } from '../guard/people-refusals.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { success } from '../wire/envelope.ts';

export function passwordRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'newPasswordByAddress');
  return new Hono().post('/', sameSiteOnly(parts), limited, (c) => replace(parts, c));
}

async function replace(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, newPasswordSchema);
  if (unfit !== null) return unfit;
  const { refused } = await setNewPassword(parts, value, askerOf(c, parts));
  return refused === null ? success(null) : peopleRefusal(request, refused);
}
