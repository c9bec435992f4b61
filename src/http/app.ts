/** The whole HTTP application: every route, and one envelope for everything that goes wrong. */
import { Hono } from 'hono';
import { SqlUnavailable } from '../db/sql.ts';
import { failure } from './envelope.ts';
import { itemRoutes } from './items.ts';
import { healthRoutes, operatorRoutes } from './operators.ts';
import { orderRoutes } from './orders.ts';
import type { AppParts } from './parts.ts';
import { promoRoutes } from './promos.ts';

export function createApp(parts: AppParts) {
  return new Hono()
    .route('/api/orders', orderRoutes(parts))
    .route('/api/items', itemRoutes(parts))
    .route('/api/promos', promoRoutes(parts))
    .route('/api/admin', operatorRoutes(parts))
    .route('/', healthRoutes(parts))
    .notFound((c) => failure(c.req.raw, 10005))
    .onError((error, c) => {
      const { method, path } = c.req;
      parts.logError('request failed', { method, path, error: error.stack ?? String(error) });
      return failure(c.req.raw, error instanceof SqlUnavailable ? 10004 : 10002);
    });
}
