/**
 * Who sends a request: a user, by a session token in a header or a cookie, or somebody for the merchant.
 * And whether another site made a browser send it.
 */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { type LiveSession, mayBeSession } from '../../accounts/sessions.ts';
import type { Scope } from '../../operators/scopes.ts';
import type { AppParts } from '../parts.ts';
import { failure, fromElsewhere } from '../wire/envelope.ts';
import { bearerToken, countWrongToken, type Guarding, throughAs } from './admin.ts';
import { sessionCookie, sessionCookieText } from './cookies.ts';

/** `userId` 0 is whoever acts for the merchant. */
export type Known = {
  Variables: {
    userId: number;
    /** When the session ends unless it is used again; milliseconds since 1970 UTC. */
    sessionEndsAt: number;
  };
};

/** The session token of a request: the header's, else the cookie's. */
export function sessionToken(c: Context): string | null {
  return bearerToken(c.req.raw) ?? getCookie(c, sessionCookie) ?? null;
}

/**
 * The session of a request, and the cookie to answer with where asking has renewed it: the browser
 * keeps a cookie only as long as it was told to.
 */
export async function sessionOf(
  c: Context,
  { sessions, site }: Pick<AppParts, 'sessions' | 'site'>,
): Promise<{ session: LiveSession; cookie: string | null } | null> {
  const token = sessionToken(c);
  const session = token === null ? null : await sessions.find(token);
  if (token === null || session === null) return null;
  const isInCookie = session.renewed && bearerToken(c.req.raw) === null;
  const { expiresAt } = session;
  const secure = site.isSecure(c.req.raw);
  const cookie = isInCookie ? sessionCookieText(secure, { token, expiresAt }) : null;
  return { session, cookie };
}

/** Lets only users through; 20003 for others. */
export function userOnly(parts: Pick<AppParts, 'sessions' | 'site'>) {
  return createMiddleware<Known>(async (c, next) => {
    const found = await sessionOf(c, parts);
    if (found === null) return failure(c.req.raw, 20003);
    c.set('userId', found.session.userId);
    c.set('sessionEndsAt', found.session.expiresAt);
    await next();
    const { cookie } = found;
    // A log-out has just ended the session that its request renewed.
    if (cookie !== null && !setsSession(c.res)) c.res.headers.append('set-cookie', cookie);
  });
}

function setsSession({ headers }: Response): boolean {
  return headers.getSetCookie().some((cookie) => cookie.startsWith(`${sessionCookie}=`));
}

/**
 * Lets users through, and operators with a scope; 20003 for others. What cannot be a session's token is
 * counted as a wrong admin token; a session that has ended is nobody's guess.
 */
export function userOrKey(parts: Guarding & Pick<AppParts, 'sessions' | 'site'>, scope: Scope) {
  const { keys } = parts;
  const user = userOnly(parts);
  return createMiddleware<Known>(async (c, next) => {
    const request = c.req.raw;
    const token = bearerToken(request);
    if (token === null) return user(c, next);
    if (keys.isOwner(token) || keys.mayBeKey(token)) {
      c.set('userId', 0);
      c.set('sessionEndsAt', Number.POSITIVE_INFINITY);
      return throughAs(parts, c, { token, scope, next });
    }
    if (mayBeSession(token)) return user(c, next);
    return (await countWrongToken(parts, request)) ?? failure(request, 20003);
  });
}

/**
 * Refuses with 20006 what another site made a browser send, and says what to set where the site is
 * only not known by its name.
 */
export function sameSiteOnly({ site }: Pick<AppParts, 'site'>) {
  return createMiddleware(async (c, next) => {
    const request = c.req.raw;
    if (site.mayWrite(request)) return next();
    return fromElsewhere(request, request.headers.get('origin'), site.hostsOf(request));
  });
}
