/** The pages for people, and the files they load. They use the API as any client does. */
import { type Context, Hono } from 'hono';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as v from 'valibot';
import { itemIdMax } from '../../../actors/limits.ts';
import type { AppParts } from '../parts.ts';
import { idField } from '../wire/body.ts';
import { failure } from '../wire/envelope.ts';
import { languageOf } from '../wire/messages.ts';
import { LogInPage, RegisterPage } from './accounts.tsx';
import { adminPages } from './admin/routes.tsx';
import { ApologyPage } from './apology.tsx';
import { loadAssets } from './assets.ts';
import { DocsPage } from './docs.tsx';
import { pageHeaders } from './headers.ts';
import { HomePage } from './home.tsx';
import { ItemPage } from './item.tsx';
import { document, type View } from './layout.tsx';
import { offerOf } from './offer.tsx';
import { OrdersPage } from './orders.tsx';
import { chooseLanguage, ownPath, visitorOf } from './visitor.ts';

const idSchema = idField(itemIdMax);

export function pageRoutes(parts: AppParts) {
  const { board, catalog, clock } = parts;
  const assets = loadAssets();
  const viewOf = async (c: Context): Promise<View> => ({
    visitor: await visitorOf(c, parts),
    assets,
    now: clock(),
  });

  /** Makes a page; where that fails, people get a page as well, and the log gets the reason. */
  const page: PageMaker = (make) => async (c) => {
    try {
      const made = chooseLanguage(c) ?? (await make(c, await viewOf(c)));
      if (made instanceof Response) return made;
      return c.html(document(made.page), made.status ?? 200);
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parts.logError('page failed', { path: c.req.path, error: reason });
      const language = languageOf(c.req.header('accept-language') ?? null);
      const visitor = { language, userId: null, path: '/' };
      const view = { visitor, assets, now: clock() };
      c.header('retry-after', '1');
      return c.html(document(<ApologyPage view={view} reason="failed" />), 503);
    }
  };

  return new Hono()
    .get(
      '/',
      pageHeaders,
      page((c, view) => home(c, view)),
    )
    .get(
      '/items/:id',
      pageHeaders,
      page((c, view) => item(c, view)),
    )
    .get(
      '/register',
      pageHeaders,
      page((c, view) => account(c, view, RegisterPage)),
    )
    .get(
      '/login',
      pageHeaders,
      page((c, view) => account(c, view, LogInPage)),
    )
    .get(
      '/orders',
      pageHeaders,
      page((c, view) => orders(c, view)),
    )
    .get(
      '/docs',
      pageHeaders,
      page((_, view) => ({ page: <DocsPage view={view} /> })),
    )
    .route('/admin', adminPages(parts, page))
    .get('/assets/:name', (c) => assets.answer(c.req.param('name')) ?? failure(c.req.raw, 10005));

  async function home(c: Context, view: View): Promise<Made> {
    const sort = c.req.query('sort') === 'sales' ? 'sales' : 'newest';
    const items = (await catalog.items(sort)).filter(({ id }) => board.has(id));
    const offers = items.map((each) => offerOf(each, board.read(each.id)!, view.now));
    return { page: <HomePage view={view} offers={offers} sort={sort} /> };
  }

  async function item(c: Context, view: View): Promise<Made> {
    const id = v.safeParse(idSchema, c.req.param('id'));
    const row = id.success ? board.read(id.output) : null;
    const found = row === null ? null : await catalog.item(Number(id.output));
    if (row === null || found === null) {
      return { page: <ApologyPage view={view} reason="notFound" />, status: 404 };
    }
    return { page: <ItemPage view={view} offer={offerOf(found, row, view.now)} /> };
  }

  function account(c: Context, view: View, Page: typeof LogInPage): Made {
    const next = ownPath(c.req.query('next'));
    return view.visitor.userId === null
      ? { page: <Page view={view} next={next} /> }
      : c.redirect(next, 303);
  }

  function orders(c: Context, view: View): Made {
    if (view.visitor.userId !== null) return { page: <OrdersPage view={view} /> };
    const { path } = view.visitor;
    return c.redirect(`/login?next=${encodeURIComponent(ownPath(path))}`, 303);
  }
}

/** A page with its status, 200 when not given; or another answer altogether. */
export type Made = { page: Child; status?: ContentfulStatusCode } | Response;

export type PageMaker = (
  make: (c: Context, view: View) => Promise<Made> | Made,
) => (c: Context) => Promise<Response>;
