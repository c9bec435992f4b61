/**
 * Logging in and out of the administrator's pages. A session in a cookie opens them; it opens nothing
 * else, the API least of all.
 */
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { addressBlock } from '../../../admission/rate-limits.ts';
import type { Operator } from '../../../operators/keyring.ts';
import { adminScope } from '../../../operators/scopes.ts';
import { noting } from '../../guard/noting.ts';
import { sameSiteOnly } from '../../guard/who.ts';
import type { AppParts } from '../../parts.ts';
import { formMax, valuesOf } from '../../wire/form.ts';
import type { View } from '../layout.tsx';
import type { Made, PageMaker } from '../page.tsx';
import { fill } from '../texts.ts';
import { sitePath } from '../visitor.ts';
import { here, ownTexts } from './frame.tsx';
import { AdminLogInPage } from './log-in.tsx';

const sessionCookie = 'admin';

/** The token of a request's session; empty where there is no cookie. */
export function adminSessionOf(c: Context): string {
  return getCookie(c, sessionCookie) ?? '';
}

/** Whose session a token belongs to; null where it has ended, or its key was revoked. */
export async function administrator(
  { adminSessions, keys }: Pick<AppParts, 'adminSessions' | 'keys'>,
  token: string,
): Promise<Operator | null> {
  const keyId = await adminSessions.keyOf(token);
  const holder = keyId === null ? null : await keys.holder(keyId);
  return holder?.may(adminScope) ? holder : null;
}

/** Lets a logged-in administrator through; sends others to the log-in, and back. */
export function loggedInOnly(
  parts: Pick<AppParts, 'adminSessions' | 'keys' | 'actions' | 'clock'>,
) {
  return createMiddleware(async (c, next) => {
    const operator = await administrator(parts, adminSessionOf(c));
    if (operator !== null) {
      c.set('operator', operator);
      return noting(parts, c, next);
    }
    const { pathname, search } = new URL(c.req.url);
    const back = c.req.method === 'GET' ? pathname + search : '/admin';
    return c.redirect(`/admin/login?next=${encodeURIComponent(back)}`, 303);
  });
}

export function logInRoutes(parts: AppParts, page: PageMaker) {
  const shown = page((c, view) => logInPage(view, c.req.query('next'), null));
  const sent = page((c, view) => logIn(parts, c, view));
  return new Hono().get('/login', shown).post('/login', sameSiteOnly(parts), formMax, sent);
}

export function logOutRoute(parts: Pick<AppParts, 'adminSessions' | 'site'>) {
  const { adminSessions } = parts;
  return new Hono().post('/log-out', sameSiteOnly(parts), async (c) => {
    await adminSessions.close(adminSessionOf(c));
    deleteCookie(c, sessionCookie, { path: '/' });
    return c.redirect('/admin/login', 303);
  });
}

function logInPage(view: View, next: string | undefined, error: string | null) {
  return { page: <AdminLogInPage view={view} next={nextOf(next)} error={error} /> };
}

async function logIn(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { token = '', next } = await valuesOf(c);
  const own = ownTexts(view).logIn;
  const again = (error: string, status: 401 | 429): Made => ({
    ...logInPage(here(view, '/admin/login'), next, error),
    status,
  });
  const address = addressBlock(parts.addressOf(c.req.raw));
  const limit = await parts.limits.spend('adminLogInByAddress', address);
  if (!limit.allowed) {
    const seconds = Math.ceil(limit.retryAfterMs / 1_000);
    c.header('retry-after', String(seconds));
    return again(fill(own.limited, { n: seconds }), 429);
  }
  const operator = await parts.keys.find(token.trim());
  if (!operator?.may(adminScope)) return again(own.wrong, 401);
  await parts.limits.forgive('adminLogInByAddress', address);
  const session = await parts.adminSessions.open(operator.keyId);
  await parts.actions.note({
    ...{ at: parts.clock(), by: operator.by, action: 'session.open', target: null },
    ...{ details: '{}', status: 303 },
  });
  setCookie(c, sessionCookie, session, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: parts.site.isSecure(c.req.raw),
  });
  return c.redirect(nextOf(next), 303);
}

/** A path of these pages to go on to. */
function nextOf(text: string | undefined): string {
  const path = sitePath(text);
  return /^\/admin(?!\/log)(?=[/?]|$)/.test(path) ? path : '/admin';
}
