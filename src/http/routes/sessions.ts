/** Sessions: logging in and out. */
import { Hono } from 'hono';
import { generateCookie } from 'hono/cookie';
import * as v from 'valibot';
import type { Session } from '../../accounts/sessions.ts';
import { telephoneField } from '../../shop/input.ts';
import { limitedByAddress, refusedByLimit } from '../guard/rate-limits.ts';
import { sameSiteOnly, sessionCookie, sessionToken, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';
import { passwordCharactersMax, userData } from './users.ts';

const passwordMessage = `must be text of 1 to ${passwordCharactersMax} characters`;
export const logInSchema = v.object({
  telephone: telephoneField(),
  password: v.pipe(
    v.string(passwordMessage),
    v.minLength(1, passwordMessage),
    v.maxLength(passwordCharactersMax, passwordMessage),
  ),
});

export function sessionRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'logInByAddress');
  return new Hono()
    .post('/', sameSiteOnly, limited, (c) => logIn(parts, c.req.raw))
    .delete('/', sameSiteOnly, userOnly(parts.sessions), async (c) => {
      await parts.sessions.close(sessionToken(c)!);
      return withCookie(success(null), c.req.raw, null);
    });
}

/** Unknown telephones take the same path, and the same work, as wrong passwords. */
async function logIn(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused } = await parseBody(request, logInSchema);
  if (refused !== null) return refused;
  const { telephone, password } = value;
  if (parts.passwords.busy) return failure(request, 30003);
  const limit = await parts.limits.spend('logInByTelephone', telephone);
  if (!limit.allowed) return refusedByLimit(request, limit);
  const known = await parts.sql.users.byTelephone(telephone);
  const right = await parts.passwords.verify(password, known?.passwordHash ?? null);
  if (known === null || !right) return failure(request, 20002);
  await parts.limits.forgive('logInByTelephone', telephone);
  const session = await parts.sessions.open(known.user.id);
  const { token, expiresAt } = session;
  const data = { token, expiresAt: timeText(expiresAt), user: userData(known.user) };
  return withCookie(success(data, 201), request, session);
}

/** Sets the cookie, which lasts as long as the browser: the server knows when the session ends. */
function withCookie(response: Response, request: Request, session: Session | null): Response {
  const secure = request.url.startsWith('https:') || isForwardedHttps(request);
  const options = { httpOnly: true, sameSite: 'Strict', path: '/', secure } as const;
  const ended = session === null ? { maxAge: 0 } : {};
  const cookie = generateCookie(sessionCookie, session?.token ?? '', { ...options, ...ended });
  response.headers.append('set-cookie', cookie);
  return response;
}

/** A client that forges this header gets a stricter cookie, and nothing else. */
function isForwardedHttps(request: Request): boolean {
  return request.headers.get('x-forwarded-proto')?.trim().toLowerCase() === 'https';
}
