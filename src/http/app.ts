/** The whole HTTP application: every route, and one envelope for everything that goes wrong. */

import { Hono } from 'hono';
import { batchRoute, orderRoute } from '../metrics/request-metrics.ts';
import { countRequests } from './guard/count-requests.ts';
import { refusingHosts } from './guard/host.ts';
import { lettingIdle } from './guard/idle.ts';
import { openToOrigins } from './guard/other-origins.ts';
import { pagesOf } from './pages/routes.tsx';
import type { AppParts } from './parts.ts';
import { Reference } from './reference/reference.ts';
import { referenceRoutes } from './reference/routes.ts';
import { actionRoutes } from './routes/actions.ts';
import { adminOrderRoutes } from './routes/admin-orders.ts';
import { captchaRoutes } from './routes/captchas.ts';
import { drawRoutes } from './routes/draws.ts';
import { healthRoutes } from './routes/health.ts';
import { itemRoutes } from './routes/items.ts';
import { keyRoutes } from './routes/keys.ts';
import { operatorRoutes } from './routes/operators.ts';
import { orderRoutes } from './routes/orders.ts';
import { otpRoutes } from './routes/otp.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { paymentRoutes } from './routes/payments.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { promoRoutes } from './routes/promos.ts';
import { queueRoutes } from './routes/queue.ts';
import { refundsDueRoutes } from './routes/refunds-due.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import { failure, success } from './wire/envelope.ts';
import { faultCode, faultText, requestIdOf } from './wire/fault-answers.ts';
import { answeringHead } from './wire/head.ts';
import { timeText } from './wire/time.ts';

export function createApp(parts: AppParts) {
  const counted = countRequests(parts);
  const reference = new Reference();
  const pages = pagesOf(parts, reference);
  const base = new Hono();
  // Only where it is set: it costs an order more than the rest of its way through the router.
  if (parts.site.allowedOrigins.length > 0) base.use('/api/*', openToOrigins(parts.site));
  const hot = base.route('/api/orders', orderRoutes(parts));
  // No other middleware precedes the routes that place orders and read items: they count for themselves.
  for (const path of countedPaths) hot.use(path, counted);
  const app = hot
    .route('/api/items', itemRoutes(parts))
    .route('/api/items', pictureRoutes(parts))
    .route('/api/items', tokenRoutes(parts))
    .route('/api/items', queueRoutes(parts))
    .route('/api/promos', promoRoutes(parts))
    .route('/api/promos', drawRoutes(parts))
    .route('/api/admin', operatorRoutes(parts))
    .route('/api/admin/keys', keyRoutes(parts))
    .route('/api/admin/actions', actionRoutes(parts))
    .route('/api/admin', adminOrderRoutes(parts))
    .route('/api/admin/refunds-due', refundsDueRoutes(parts))
    .route('/api/otp', otpRoutes(parts))
    .route('/api/users', userRoutes(parts))
    .route('/api/passwords', passwordRoutes(parts))
    .route('/api/payments', paymentRoutes(parts))
    .route('/api/sessions', sessionRoutes(parts))
    .route('/api/captchas', captchaRoutes(parts))
    .get('/api/time', () => success({ now: timeText(parts.clock()) }))
    .route('/', healthRoutes(parts))
    .route('/', referenceRoutes(parts, reference))
    .route('/', pages.routes)
    .notFound(pages.missing)
    .onError((error, c) => {
      const { method, path } = c.req;
      const text = faultText(error);
      const answer = failure(c.req.raw, faultCode(error));
      // The routes that place orders count the answers that they give, and they have given none.
      const route = `${method} ${path}`;
      if (route === orderRoute || route === batchRoute)
        parts.requests.countRequest(route, answer.status);
      if (route === batchRoute) parts.requests.countInBatch(answer.status);
      if (text === null) return answer;
      // The client can quote this id to the operator, who finds the request in the log by it.
      const requestId = requestIdOf(c.req.header('x-request-id'));
      answer.headers.set('x-request-id', requestId);
      parts.logError('request failed', { requestId, method, path, error: text });
      return answer;
    });
  app.fetch = lettingIdle(refusingHosts(answeringHead(app.fetch)), parts);
  return app;
}

const countedPaths = [
  '/api/items',
  '/api/items/:id/tokens',
  '/api/items/:id/queue',
  '/api/items/:id/restock',
  '/api/items/:id/withdraw',
  '/api/items/:id/live',
  '/api/items/:id/pictures',
  '/api/items/:id/pictures/:pictureId',
  '/api/promos/*',
  '/api/admin/*',
  '/api/otp',
  '/api/users/*',
  '/api/sessions',
  '/api/passwords',
  '/api/payments',
  '/api/captchas',
  '/api/time',
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  // Pages, and what they load, count as `other`: they are not routes of the reference.
  '/',
  '/items/*',
  '/register',
  '/login/*',
  '/password',
  '/log-out',
  '/orders',
  '/orders/*',
  '/demo/pay/*',
  '/live',
  '/docs',
  '/admin/*',
  '/assets/*',
  '/pictures/*',
];
