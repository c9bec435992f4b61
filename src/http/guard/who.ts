/**
 * Who sends a request: a user, by a session token in a header or a cookie, or the administrator.
 * And whether another site made a browser send it.
 */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { LiveSession, Sessions } from '../../accounts/sessions.ts';
import { failure } from '../wire/envelope.ts';
import { adminCheck, bearerToken } from './admin.ts';
import { sessionCookie, sessionCookieText } from './cookies.ts';

/** `userId` 0 is the administrator, who acts on behalf of the merchant. */
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
  sessions: Sessions,
): Promise<{ session: LiveSession; cookie: string | null } | null> {
  const token = sessionToken(c);
  const session = token === null ? null : await sessions.find(token);
  if (token === null || session === null) return null;
  const isInCookie = session.renewed && bearerToken(c.req.raw) === null;
  const { expiresAt } = session;
  const cookie = isInCookie ? sessionCookieText(c.req.raw, { token, expiresAt }) : null;
  return { session, cookie };
}

/** Lets only users through; 20003 for others. */
export function userOnly(sessions: Sessions) {
  return createMiddleware<Known>(async (c, next) => {
    const found = await sessionOf(c, sessions);
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

/** Lets users and the administrator through; 20003 for others. */
export function userOrAdmin(sessions: Sessions, adminToken: string) {
  const isAdmin = adminCheck(adminToken);
  const user = userOnly(sessions);
  return createMiddleware<Known>(async (c, next) => {
    if (!isAdmin(c.req.raw)) return user(c, next);
    c.set('userId', 0);
    c.set('sessionEndsAt', Number.POSITIVE_INFINITY);
    return next();
  });
}

/**
 * Refuses with 20006 what another site made a browser send. Browsers say where a request comes from
 * in `Sec-Fetch-Site`, old ones in `Origin`; a client that sends neither is not a browser.
 */
export const sameSiteOnly = createMiddleware(async (c, next) => {
  const { headers } = c.req.raw;
  const site = headers.get('sec-fetch-site');
  const same = site === null ? isOwnOrigin(headers) : site === 'same-origin' || site === 'none';
  return same ? next() : failure(c.req.raw, 20006);
});

function isOwnOrigin(headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === headers.get('host');
}
