/** The pages for people, and the files they load. */
import { type Context, Hono } from 'hono';
import type { AppParts } from '../parts.ts';
import type { Reference } from '../reference/reference.ts';
import { acceptedEncoding } from '../wire/encoding.ts';
import { failure } from '../wire/envelope.ts';
import { adminPages } from './admin/routes.tsx';
import { loadAssets } from './assets.ts';
import { buyerPages } from './buyers/routes.tsx';
import { compressed } from './compression.ts';
import { DocsPage } from './docs/docs.tsx';
import { refusalFor } from './for-people.tsx';
import { pageHeaders } from './headers.ts';
import { pageMaker } from './page.tsx';
import { pictureAnswer } from './served-pictures.ts';

export function pagesOf(parts: AppParts, reference: Reference) {
  const assets = loadAssets();
  const page = pageMaker(parts, assets);
  const docs = page((_, view) => ({ page: <DocsPage view={view} reference={reference} /> }));
  /** The answer for an address that is none of ours. */
  const missing = (c: Context) => refusalFor(page, c, failure(c.req.raw, 10005));
  const merchants = new Hono().route('/admin', adminPages(parts, page)).notFound(missing);
  // The application answers for faults.
  merchants.onError((error) => {
    throw error;
  });
  // With a router of its own, which takes paths that the one of orders cannot have: see its test.
  const forMerchants = (c: Context) => merchants.fetch(c.req.raw);
  const routes = new Hono()
    .route('/', buyerPages(parts, page))
    .get('/docs', pageHeaders, compressed, docs)
    .all('/admin', forMerchants)
    .all('/admin/*', forMerchants)
    .get('/assets/:name', (c) => {
      const encoding = acceptedEncoding(c, ['br', 'gzip']);
      return assets.answer(c.req.param('name'), encoding) ?? c.notFound();
    })
    .get('/pictures/:name', async (c) => {
      const { pictureFiles } = parts;
      return (await pictureAnswer(pictureFiles, c.req.raw, c.req.param('name'))) ?? c.notFound();
    });
  return { routes, missing };
}
