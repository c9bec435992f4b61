import { expect, test } from 'bun:test';
import { RequestMetrics } from '../metrics/request-metrics.ts';
import { createApp } from './app.ts';
import type { AppParts } from './parts.ts';

function appWith(parts: object) {
  const requests = new RequestMetrics(new SharedArrayBuffer(RequestMetrics.bytes(1)), 0, [
    'POST /api/orders',
    'other',
  ]);
  const whole = {
    metricsToken: null,
    requests,
    site: { allowedOrigins: [] as readonly string[] },
    mayIdle: () => undefined,
    logError: () => undefined,
    ...parts,
  };
  // What an order needs before it fails.
  return { app: createApp(whole as unknown as AppParts), requests };
}

test('an order that fails by a fault of the engine is counted by the answer it got', async () => {
  const { app, requests } = appWith({
    shedding: {
      refusedFor() {
        throw new Error('planted');
      },
    },
  });
  const asked = { method: 'POST', headers: { host: '127.0.0.1' }, body: '{}' };
  const { status } = await app.fetch(new Request('http://127.0.0.1/api/orders', asked));
  expect(status).toBeGreaterThanOrEqual(500);
  const counted = [...requests.requests()].filter(({ count }) => count > 0);
  expect(counted).toEqual([{ route: 'POST /api/orders', status, count: 1 }]);
});
