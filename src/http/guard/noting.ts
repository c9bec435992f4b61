/** Notes what operators change: in one place, so that no route can forget it. */
import type { Context } from 'hono';
import { bodyBytesMax } from '../../../actors/limits.ts';
import type { AppParts } from '../parts.ts';
import { boundaryOf, readMultipart } from '../wire/multipart.ts';
import { deedOf } from './deeds.ts';

type Noting = Pick<AppParts, 'actions' | 'clock'>;

/** Characters of what was said, in the log. */
const detailsMax = 1_000;

/** Fields that nobody may read again, or that say nothing. */
const leftOut = new Set(['key', 'token', 'password', 'secret', 'zone', 'next']);

/**
 * Goes on with a request behind a guard that knows its operator. A change that was made, or may have been
 * made, is in the log when this resolves.
 */
export async function noting(
  { actions, clock }: Noting,
  c: Context,
  next: () => Promise<void>,
): Promise<void> {
  const { method } = c.req;
  if (method === 'GET' || method === 'HEAD') return next();
  const type = c.req.header('content-type') ?? '';
  const said = isShort(c.req.raw, type) ? new Response(c.req.raw.clone().body) : null;
  await next();
  const { res } = c;
  const { status } = res;
  // A refusal changed nothing; what failed may have.
  if (status >= 400 && status < 500) return;
  if (res.headers.has('idempotency-replayed')) return;
  const { action, target } = deedOf(method, c.req.path);
  await actions.note({
    at: clock(),
    by: c.get('operator').by,
    action,
    target: target ?? (await madeIn(res)),
    details: await detailsOf(said, boundaryOf(type)),
    status,
  });
}

/** A form or JSON of the length that routes take; one with files that says its length. */
function isShort({ headers }: Request, type: string): boolean {
  const length = headers.get('content-length');
  if (Number(length ?? 0) > bodyBytesMax) return false;
  return /json|urlencoded/.test(type) || (length !== null && boundaryOf(type) !== null);
}

/** What was said with a change, as JSON; of a form with files, its texts. */
async function detailsOf(said: Response | null, boundary: string | null): Promise<string> {
  const body = said?.body ?? null;
  const fields =
    boundary === null || body === null
      ? fieldsOf((await said?.text()) ?? '')
      : (await readMultipart(body, boundary, 0)).values;
  const told = Object.entries(fields).filter(([name, value]) => value !== '' && !leftOut.has(name));
  const details = JSON.stringify(Object.fromEntries(told));
  return details.length <= detailsMax
    ? details
    : JSON.stringify({ fields: told.map(([name]) => name) });
}

function fieldsOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? { ...fields } : {};
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

/** The number of what a request made: in its answer, or in the address that a form leads to. */
async function madeIn(answer: Response): Promise<string | null> {
  const location = answer.headers.get('location');
  if (location !== null) {
    // A new item is named behind the step of the sale that goes on with it.
    const named = /[?&]item=(\d+)/.exec(location) ?? /^\/admin\/\w+\/([\d-]+)/.exec(location);
    return named?.[1] ?? null;
  }
  if (answer.status !== 201) return null;
  // The envelope of every answer to a program.
  const { data } = (await answer.clone().json()) as { data?: { id?: unknown } | null };
  return typeof data?.id === 'number' ? String(data.id) : null;
}
