/** Users: registration, who is logged in, and the end of an account. */
import { type Context, Hono } from 'hono';
import type { UserRow } from '../../db/sql.ts';
import { eraseAccount } from '../../shop/people/erase.ts';
import { registrationSchema } from '../../shop/people/input.ts';
import { register } from '../../shop/people/register.ts';
import { askerOf, forgettingCookies, withCookies } from '../guard/cookies.ts';
import { peopleRefusal } from '../guard/people-refusals.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, success } from '../wire/envelope.ts';

export function userRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'registrationByAddress');
  return new Hono()
    .post('/', sameSiteOnly(parts), limited, (c) => registered(parts, c))
    .get('/me', userOnly(parts), async (c) => {
      const user = await parts.sql.users.byId(c.get('userId'));
      return user === null ? failure(c.req.raw, 20001) : success(userData(user));
    })
    .delete('/me', sameSiteOnly(parts), userOnly(parts), async (c) => {
      await eraseAccount(parts, c.get('userId'));
      return withCookies(success(null), forgettingCookies(parts.site.isSecure(c.req.raw)));
    });
}

async function registered(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, registrationSchema);
  if (unfit !== null) return unfit;
  const { value: user, refused } = await register(parts, value, askerOf(c, parts));
  return refused === null ? success(userData(user), 201) : peopleRefusal(request, refused);
}

/** A user as the API reference shows them. */
export function userData({ id, telephone, name, gender, age }: UserRow) {
  return { id, telephone, name, gender, age };
}
