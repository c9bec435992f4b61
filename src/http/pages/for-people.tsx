/** People get a page, not JSON, where an address is none of ours, or what they sent is refused. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from '../wire/messages.ts';
import { ApologyPage } from './apology.tsx';
import { pageHeaders } from './headers.ts';
import type { PageMaker } from './page.tsx';
import { sitePath } from './visitor.ts';

interface Refusal {
  errCode: ErrorCode;
  errMsg: string;
}

/** What goes with a refusal in either form. */
const keptHeaders = ['retry-after', 'x-request-id'];

/** Replaces the refusals of the routes that follow by pages, for people. */
export function refusalsForPeople(page: PageMaker) {
  return createMiddleware(async (c, next) => {
    await next();
    const { res } = c;
    if (res.status < 400 || !isJson(res)) return;
    c.res = undefined;
    c.res = await refusalFor(page, c, res);
  });
}

/**
 * A refusal in the envelope of the API as a page, for browsers that show the answer to a person: they
 * ask for HTML first. Under `/api` it stays as it is, whoever asks.
 */
export async function refusalFor(
  page: PageMaker,
  c: Context,
  refusal: Response,
): Promise<Response> {
  if (!isForPeople(c)) return refusal;
  const shorter = refusal.status === 404 ? withoutSlash(c) : null;
  if (shorter !== null) return c.redirect(shorter, 301);
  const { data } = (await refusal.json()) as { data: Refusal }; // So is the envelope.
  const told = page((_, view) => ({
    page: <ApologyPage view={view} reason={data.errCode} message={data.errMsg} />,
    status: refusal.status as ContentfulStatusCode, // Refusals have bodies.
  }));
  await pageHeaders(c, async () => {
    c.res = await told(c);
  });
  for (const name of keptHeaders) {
    const value = refusal.headers.get(name);
    if (value !== null) c.header(name, value);
  }
  return c.res;
}

function isForPeople(c: Context): boolean {
  const accepts = c.req.header('accept') ?? '';
  return /\btext\/html\b/i.test(accepts) && !/^\/api(\/|$)/.test(c.req.path);
}

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') === true;
}

/** `/items/4/` is `/items/4`, mistyped; null where a path has no slash to lose. */
function withoutSlash(c: Context): string | null {
  const { pathname, search } = new URL(c.req.url);
  if (c.req.method !== 'GET' || !/.\/$/.test(pathname)) return null;
  const shorter = pathname.replace(/\/+$/, '') + search;
  return sitePath(shorter) === shorter ? shorter : null;
}
