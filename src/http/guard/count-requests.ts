import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { AppParts } from '../parts.ts';

/** Counts what a request was answered, by its route. The order route counts by itself: it is hot. */
export function countRequests({ requests }: Pick<AppParts, 'requests'>) {
  return createMiddleware(async (c, next) => {
    await next();
    requests.countRequest(`${c.req.method} ${routePath(c, -1)}`, c.res.status);
  });
}
