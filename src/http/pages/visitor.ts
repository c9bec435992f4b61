/** Who views a page: in which language, and logged in or not. */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sessionOf } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { type Language, languageOf } from '../wire/messages.ts';
import { isTimeZone } from './zoned-time.ts';

const languageCookie = 'lang';
/** The browser's zone, as `browser/admin.js` tells it. */
const timeZoneCookie = 'tz';
const yearSeconds = 365 * 24 * 3600;

export interface Visitor {
  language: Language;
  userId: number | null;
  /** The page's path with its query: where to come back to. */
  path: string;
}

export async function visitorOf(c: Context, parts: AppParts): Promise<Visitor> {
  const chosen = getCookie(c, languageCookie);
  const language = isLanguage(chosen)
    ? chosen
    : languageOf(c.req.header('accept-language') ?? null);
  const found = await sessionOf(c, parts);
  if (found !== null && found.cookie !== null)
    c.header('set-cookie', found.cookie, { append: true });
  const { pathname, search } = new URL(c.req.url);
  return {
    language,
    userId: found?.session.userId ?? null,
    path: pathname + search,
  };
}

/** The browser's time zone; null where it has told none, or none that is known here. */
export function timeZoneOf(c: Context): string | null {
  const told = getCookie(c, timeZoneCookie);
  return told !== undefined && isTimeZone(told) ? told : null;
}

/** `?lang=` chooses a language for good, and leads to the same page without it; else null. */
export function chooseLanguage(c: Context, { site }: Pick<AppParts, 'site'>): Response | null {
  const chosen = c.req.query('lang');
  if (!isLanguage(chosen)) return null;
  setCookie(c, languageCookie, chosen, {
    path: '/',
    maxAge: yearSeconds,
    sameSite: 'Lax',
    httpOnly: true,
    secure: site.isSecure(c.req.raw),
  });
  return c.redirect(withQuery(pathOf(c), 'lang', null), 303);
}

/** A path of this site, or `/` for anything else: a link must not lead to another site. */
export function sitePath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) ? text : '/';
}

/** A path with one query parameter set, or removed. */
export function withQuery(path: string, name: string, value: string | null): string {
  const url = new URL(path, 'http://site');
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  return url.pathname + url.search;
}

function pathOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return sitePath(pathname + search);
}

function isLanguage(text: string | undefined): text is Language {
  return text === 'en' || text === 'zh';
}
