/** How a page becomes an answer, and what people see where it cannot be made. */
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Operator } from '../../operators/keyring.ts';
import type { AppParts } from '../parts.ts';
import { languageOf } from '../wire/messages.ts';
import { ApologyPage } from './apology.tsx';
import type { Assets } from './assets.ts';
import { document, type View } from './layout.tsx';
import { chooseLanguage, timeZoneOf, type Visitor, visitorOf } from './visitor.ts';

/** A page with its status, 200 when not given; or another answer altogether. */
export type Made = { page: Child; status?: ContentfulStatusCode } | Response;

/** Makes a request handler from what makes a page. */
export type PageMaker = (
  make: (c: Context, view: View) => Promise<Made> | Made,
) => (c: Context) => Promise<Response>;

/** Where a page cannot be made, people get a page as well, and the log gets the reason. */
export function pageMaker(parts: AppParts, assets: Assets): PageMaker {
  const viewOf = async (c: Context): Promise<View> => {
    const visitor = await visitorOf(c, parts);
    return {
      visitor,
      assets,
      now: parts.clock(),
      currency: parts.currency,
      timeZone: timeZoneOf(c) ?? parts.timeZone,
      ...operatorOf(c),
      awaits: await awaitsOf(parts, visitor, c.req.query('told') !== undefined),
    };
  };

  function apology(c: Context, error: unknown): Response | Promise<Response> {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parts.logError('page failed', { path: c.req.path, error: reason });
    const language = languageOf(c.req.header('accept-language') ?? null);
    const { currency, timeZone } = parts;
    const visitor = { language, userId: null, path: '/' };
    const view = { visitor, assets, now: parts.clock(), currency, timeZone, awaits: null };
    c.header('retry-after', '1');
    return c.html(document(<ApologyPage view={view} reason="failed" />), 503);
  }

  return (make) => async (c) => {
    try {
      const made = chooseLanguage(c, parts) ?? (await make(c, await viewOf(c)));
      if (made instanceof Response) return made;
      return c.html(document(made.page), made.status ?? 200);
    } catch (error) {
      return apology(c, error);
    }
  };
}

/** `afresh`: whether the visitor has just changed it, perhaps in another thread. */
async function awaitsOf(
  { awaited }: Pick<AppParts, 'awaited'>,
  { userId }: Visitor,
  afresh: boolean,
): Promise<View['awaits']> {
  const reminders = userId === null ? null : await awaited.of(userId, afresh);
  if (reminders === null) return null;
  const promoIds = new Set(reminders.map(({ promoId }) => promoId));
  return { promoIds, running: awaited.runningOf(reminders) };
}

function operatorOf(c: Context): Pick<View, 'operator'> {
  // Behind the log-in alone.
  const operator: Operator | undefined = c.get('operator');
  return operator === undefined ? {} : { operator: operator.by };
}

/** The page in place of a missing one. */
export function notFound(view: View): Made {
  return { page: <ApologyPage view={view} reason="notFound" />, status: 404 };
}
