/** The pages for people, and the files they load. */
import { Hono } from 'hono';
import type { AppParts } from '../parts.ts';
import type { Reference } from '../reference/reference.ts';
import { failure } from '../wire/envelope.ts';
import { adminPages } from './admin/routes.tsx';
import { loadAssets } from './assets.ts';
import { buyerPages } from './buyers/routes.tsx';
import { DocsPage } from './docs/docs.tsx';
import { pageHeaders } from './headers.ts';
import { pageMaker } from './page.tsx';

export function pageRoutes(parts: AppParts, reference: Reference) {
  const assets = loadAssets();
  const page = pageMaker(parts, assets);
  const docs = page((_, view) => ({ page: <DocsPage view={view} reference={reference} /> }));
  return new Hono()
    .route('/', buyerPages(parts, page))
    .get('/docs', pageHeaders, docs)
    .route('/admin', adminPages(parts, page))
    .get('/assets/:name', (c) => assets.answer(c.req.param('name')) ?? failure(c.req.raw, 10005));
}
