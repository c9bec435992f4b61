/** Sessions: logging in and out, and how long one lasts. */
import { type Context, Hono } from 'hono';
import { logInSchemaFor } from '../../shop/people/input.ts';
import { logIn } from '../../shop/people/log-in.ts';
import { askerOf, endedCookieText, logInCookies, withCookies } from '../guard/cookies.ts';
import { peopleRefusal } from '../guard/people-refusals.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly, sessionToken, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseJson, readJson, unreadable } from '../wire/body.ts';
import { success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';
import { userData } from './users.ts';

export function sessionRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'logInByAddress');
  const user = userOnly(parts);
  return new Hono()
    .post('/', sameSiteOnly(parts), limited, (c) => opened(parts, c))
    .get('/', user, (c) => {
      const expiresAt = timeText(c.get('sessionEndsAt'));
      return success({ userId: c.get('userId'), expiresAt });
    })
    .delete('/', sameSiteOnly(parts), user, async (c) => {
      await parts.sessions.close(sessionToken(c)!);
      return withCookies(success(null), [endedCookieText(parts.site.isSecure(c.req.raw))]);
    });
}

async function opened(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    return unreadable(request, error);
  }
  const { value, refused: unfit } = parseJson(request, logInSchemaFor(body), body);
  if (unfit !== null) return unfit;
  const { value: loggedIn, refused } = await logIn(parts, value, askerOf(c, parts));
  if (refused !== null) return peopleRefusal(request, refused);
  const { session, user } = loggedIn;
  const { token, expiresAt } = session;
  const data = { token, expiresAt: timeText(expiresAt), user: userData(user) };
  return withCookies(success(data, 201), logInCookies(parts.site.isSecure(request), loggedIn));
}
