/** What the engine reports about itself over HTTP: metrics, and the OpenAPI document. */
import { Hono } from 'hono';
import { sharedText } from '../../metrics/shared-text.ts';
import { metricsReaders } from '../guard/metrics.ts';
import type { AppParts } from '../parts.ts';
import type { Reference } from './reference.ts';

export function referenceRoutes(parts: AppParts, reference: Reference) {
  const { metrics } = parts;
  const metricsText = sharedText(async () => (await metrics()).metrics());
  return new Hono()
    .get('/metrics', metricsReaders(parts), async () => {
      const [text, { contentType }] = await Promise.all([metricsText(), metrics()]);
      return new Response(text, {
        headers: {
          'content-type': contentType,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      });
    })
    .get('/openapi.json', () => {
      return new Response(reference.text, {
        headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
      });
    });
}
