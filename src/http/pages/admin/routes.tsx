/**
 * The administrator's pages: plain forms that are sent to routes of their own, so that they work
 * without a script.
 */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { saleStatus } from '../../../../actors/memory/board.ts';
import { shownPromo } from '../../../catalog/item.ts';
import { itemIdOf } from '../../../shop/read-item.ts';
import { RefusalSearch } from '../../../shop/why-refused/search.ts';
import { sameSiteOnly } from '../../guard/who.ts';
import type { AppParts } from '../../parts.ts';
import { listSchema } from '../../routes/items.ts';
import { refusalsForPeople } from '../for-people.tsx';
import { pageHeaders } from '../headers.ts';
import type { View } from '../layout.tsx';
import type { Made, PageMaker } from '../page.tsx';
import { watchedSelections } from '../watched-items.ts';
import { showActions } from './actions/actions.tsx';
import { draftPages } from './draft/routes.tsx';
import { enginePage } from './engines/engine.tsx';
import { formRoutes } from './forms/routes.tsx';
import { empty } from './frame.tsx';
import { itemPage } from './item/item.tsx';
import { ItemsPage } from './items.tsx';
import { keyPages } from './keys/routes.tsx';
import { moneyPages } from './money/routes.tsx';
import { NewItemPage } from './new-item.tsx';
import { orderPages } from './orders/routes.tsx';
import { pictureForms } from './pictures/routes.tsx';
import { queuePage } from './queue/queue.tsx';
import { salePages } from './sale/routes.tsx';
import { salesPage } from './sales/sales.tsx';
import { searchPage } from './search/search.tsx';
import {
  administrator,
  adminSessionOf,
  loggedInOnly,
  logInRoutes,
  logOutRoute,
} from './session.tsx';
import { webhookPages } from './webhooks/routes.tsx';

export function adminPages(parts: AppParts, page: PageMaker) {
  const searches = new RefusalSearch(parts);
  const sales = page((c, view) => salesPage(parts, view, c.req.query()));
  const actions = page((c, view) => showActions(parts, view, c.req.query('cursor') ?? null));
  const items = page((c, view) => listItems(parts, c, view));
  const engine = page((_, view) => enginePage(parts, view));
  const queue = page((c, view) => queuePage(parts, view, c.req.query()));
  const search = page((c, view) => searchPage(parts, searches, view, c.req.query()));
  const newItem = page((_, view) => ({ page: <NewItemPage view={view} filled={empty} /> }));
  const item = page((c, view) =>
    itemPage(parts, view, c.req.param('id'), { done: c.req.query('done') }),
  );
  return (
    new Hono()
      .use(pageHeaders)
      .use(refusalsForPeople(page))
      .route('/', logInRoutes(parts, page))
      .use(loggedInOnly(parts))
      .route('/', logOutRoute(parts))
      .get('/', sales)
      .get('/engine', engine)
      .get('/actions', actions)
      .get('/live', (c) => live(parts, c))
      .get('/search', search)
      .get('/queue', queue)
      .get('/items', items)
      .get('/items/new', newItem)
      .get('/items/:id', item)
      // A refused form has the address it was sent to: whoever opens that comes back to the form.
      .get('/items/:id/:form', backToItem)
      .get('/items/:id/:form/:which', backToItem)
      .get('/items/:id/:form/:which/:what', backToItem)
      .get('/promos/:id/:action', (c) => c.redirect('/admin', 303))
      .route('/', orderPages(parts, page))
      .route('/', moneyPages(parts, page))
      .route('/', keyPages(parts, page))
      .route('/', webhookPages(parts, page))
      .route('/', draftPages(parts, page))
      .route('/', salePages(parts, page))
      .use(sameSiteOnly(parts))
      .route('/', formRoutes(parts, page))
      .route('/', pictureForms(parts, page))
  );
}

function backToItem(c: Context): Response {
  return c.redirect(`/admin/items/${itemIdOf(c.req.param('id'))}`, 303);
}

async function listItems(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { board } = parts;
  const query = v.safeParse(listSchema, c.req.query());
  const { q, cursor = null } = query.success ? query.output : v.parse(listSchema, {});
  const search = q === '' ? null : q;
  const listed = await parts.lists.page({ sort: 'newest', search, cursor, withHidden: true });
  if (listed === null) return c.redirect('/admin/items', 303);
  const items = listed.items.map((item) => {
    const row = board.read(item.id)!;
    const promo = shownPromo(item, row) ?? null;
    const { id, title } = item;
    return { id, title, price: row.price, promo, status: saleStatus(row, view.now) };
  });
  const list = {
    items,
    total: board.opened,
    search,
    next: listed.next,
    hidden: listed.hidden,
    isFirst: cursor === null,
  };
  return { page: <ItemsPage view={view} list={list} /> };
}

/** One stream for all tabs of a browser: `items` names what each of them shows. */
function live(parts: AppParts, c: Context): Response {
  const { board, adminFeed } = parts;
  const selections = watchedSelections(c.req.query('items'), (id) => board.has(id));
  const token = adminSessionOf(c);
  return adminFeed.open(
    selections,
    c.req.raw,
    async () => (await administrator(parts, token)) !== null,
  );
}
