/**
 * The administrator's pages: plain forms that are sent to routes of their own, so that they work
 * without a script.
 */
import { type Context, Hono } from 'hono';
import { saleStatus } from '../../../../actors/memory/board.ts';
import { shownPromo } from '../../../catalog/item.ts';
import { newestItems, readItem } from '../../../shop/read-item.ts';
import { RefusalSearch } from '../../../shop/why-refused/search.ts';
import { sameSiteOnly } from '../../guard/who.ts';
import type { AppParts } from '../../parts.ts';
import { pageHeaders } from '../headers.ts';
import type { View } from '../layout.tsx';
import type { Made, PageMaker } from '../page.tsx';
import { watchedItems } from '../watched-items.ts';
import { formRoutes } from './forms/routes.tsx';
import { empty } from './frame.tsx';
import { itemPage } from './item/item.tsx';
import { NewItemPage } from './new-item.tsx';
import { OverviewPage } from './overview.tsx';
import { searchPage } from './search/search.tsx';
import { adminSessionOf, loggedInOnly, logInRoutes, logOutRoute } from './session.tsx';

export function adminPages(parts: AppParts, page: PageMaker) {
  const searches = new RefusalSearch(parts);
  const overviewPage = page((_, view) => overview(parts, view));
  const search = page((c, view) => searchPage(parts, searches, view, c.req.query()));
  const newItem = page((_, view) => ({ page: <NewItemPage view={view} filled={empty} /> }));
  const item = page((c, view) =>
    itemPage(parts, view, c.req.param('id'), { done: c.req.query('done') }),
  );
  return new Hono()
    .use(pageHeaders)
    .route('/', logInRoutes(parts, page))
    .use(loggedInOnly(parts))
    .route('/', logOutRoute(parts))
    .get('/', overviewPage)
    .get('/live', (c) => live(parts, c))
    .get('/search', search)
    .get('/items', (c) => c.redirect('/admin', 303))
    .get('/new-item', newItem)
    .get('/items/:id', item)
    .use(sameSiteOnly)
    .route('/', formRoutes(parts, page));
}

async function overview(parts: AppParts, view: View): Promise<Made> {
  const { positions, partitions, journalPromise } = parts;
  const found = await Promise.all(newestItems(parts).map((id) => readItem(parts, id)));
  const items = found
    .filter((each) => each !== null)
    .map(({ item, row }) => ({
      id: item.id,
      title: item.title,
      price: item.price,
      promo: shownPromo(item, row)?.name ?? null,
      status: saleStatus(row, view.now),
    }));
  const all = Array.from({ length: partitions }, (_, partition) => positions.mode(partition));
  const ready = all.filter((mode) => mode === 'ready').length;
  const well = { partitions: { ready, all: partitions }, journalPromise };
  return { page: <OverviewPage view={view} items={items} {...well} /> };
}

/** One stream for all tabs of a browser: `items` names what each of them shows, 0 the overview. */
function live({ board, adminFeed, adminSessions }: AppParts, c: Context): Response {
  const items = watchedItems(c.req.query('items')).filter((id) => board.has(id) || id === 0);
  const token = adminSessionOf(c);
  const selections = items.length === 0 ? [0] : items;
  return adminFeed.open(selections, c.req.raw, () => adminSessions.check(token));
}
