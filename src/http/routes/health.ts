/** What balancers and operators ask of an engine: whether it lives, and whether buyers can buy here. */
import { Hono } from 'hono';
import type { AppParts } from '../parts.ts';
import { success } from '../wire/envelope.ts';

export function healthRoutes({ readiness, journalPromise: journal }: AppParts) {
  return new Hono()
    .get('/healthz', () => success({ alive: true }))
    .get('/readyz', async () => {
      const { unready, degraded } = await readiness.judge();
      const reasons = [...unready, ...degraded];
      const known = { degraded: reasons.length > 0, reasons, journal };
      if (unready.length === 0) return success({ ready: true, ...known });
      return Response.json(
        { status: 'fail', data: { ready: false, ...known } },
        {
          status: 503,
          headers: {
            'retry-after': '1',
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
          },
        },
      );
    });
}
