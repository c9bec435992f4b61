/** What the engine tells about itself over HTTP: metrics, the OpenAPI document, and its reference. */
import { Hono } from 'hono';
import type { AppParts } from '../parts.ts';
import { openApiDocument } from './openapi.ts';

export function referenceRoutes({ metrics }: Pick<AppParts, 'metrics'>) {
  let document: string | undefined;
  return new Hono()
    .get('/metrics', async () => {
      const text = await metrics.metrics();
      return new Response(text, { headers: { 'content-type': metrics.contentType } });
    })
    .get('/openapi.json', () => {
      document ??= JSON.stringify(openApiDocument());
      return new Response(document, { headers: { 'content-type': 'application/json' } });
    });
}
