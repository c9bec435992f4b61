/**
 * The cookies that know a buyer: the session, and the mark of a known device. Both are `Lax`: a link in
 * a message or on another site leads to a page that knows its buyer. Other sites' writes are refused by
 * `sameSiteOnly`, and no GET changes anything, but for what a form of this site has asked for just before
 * a log-in (`pages/buyers/tell/`). `secure`: whether the browser speaks https (`Site`).
 */
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import type { Asker } from '../../accounts/known-devices.ts';
import type { Session } from '../../accounts/sessions.ts';
import { addressBlock } from '../../admission/rate-limits.ts';
import type { LoggedIn } from '../../shop/people/log-in.ts';
import type { AppParts } from '../parts.ts';

export const sessionCookie = 'session';
const deviceCookie = 'device';

/** How long a browser is known after its owner's last log-in. */
const deviceSeconds = 180 * 24 * 3_600;

/** From where a request about an account comes. */
export function askerOf(c: Context, { addressOf }: Pick<AppParts, 'addressOf'>): Asker {
  const address = addressBlock(addressOf(c.req.raw));
  return { address, device: getCookie(c, deviceCookie) ?? null };
}

/** The `Set-Cookie` of a session, which the browser drops when it ends. */
export function sessionCookieText(secure: boolean, { token, expiresAt }: Session): string {
  const maxAge = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1_000));
  return generateCookie(sessionCookie, token, { ...common(secure), maxAge });
}

/** The `Set-Cookie` that ends it. */
export function endedCookieText(secure: boolean): string {
  return generateCookie(sessionCookie, '', { ...common(secure), maxAge: 0 });
}

/** The cookies of a log-in. */
export function logInCookies(secure: boolean, { session, device }: LoggedIn): string[] {
  const kept = { ...common(secure), maxAge: deviceSeconds };
  return [sessionCookieText(secure, session), generateCookie(deviceCookie, device, kept)];
}

/** The cookies that make a browser forget whom it knew. */
export function forgettingCookies(secure: boolean): string[] {
  const gone = { ...common(secure), maxAge: 0 };
  return [endedCookieText(secure), generateCookie(deviceCookie, '', gone)];
}

export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  return response;
}

function common(secure: boolean) {
  return { httpOnly: true, sameSite: 'Lax', path: '/', secure } as const;
}
