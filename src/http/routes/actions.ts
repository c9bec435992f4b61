/** The log of what administrators and programs did for the merchant. */
import { type Context, Hono } from 'hono';
import { actionsPage } from '../../operators/actions-page.ts';
import { adminOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { invalid, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

export function actionRoutes(parts: AppParts) {
  return new Hono().get('/', adminOnly(parts), (c) => list(parts, c));
}

async function list({ sql }: AppParts, c: Context): Promise<Response> {
  const page = await actionsPage(sql, c.req.query('cursor') ?? null);
  if (page === null) return invalid(c.req.raw, { cursor: 'must be the `next` of another page' });
  const actions = page.actions.map(({ at, details, ...rest }) => {
    return { ...rest, at: timeText(at), details: JSON.parse(details) as unknown };
  });
  return success({ actions, next: page.next });
}
