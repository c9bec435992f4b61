import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { AppParts } from '../parts.ts';

/** Counts the answers of each route by status. The order route counts its own: it is hot. */
export function countRequests({ requests }: Pick<AppParts, 'requests'>) {
  return createMiddleware(async (c, next) => {
    await next();
    requests.countRequest(`${c.req.method} ${routePath(c, -1)}`, c.res.status);
  });
}
