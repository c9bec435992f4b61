/** The pages of buyers. Their scripts call the API as any client does. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { addressBlock } from '../../../admission/rate-limits.ts';
import { itemSections } from '../../../shop/item-sections.ts';
import { itemIdOf, readItem } from '../../../shop/read-item.ts';
import { searchLimit } from '../../guard/rate-limits.ts';
import type { AppParts } from '../../parts.ts';
import { listSchema } from '../../routes/items.ts';
import { failure } from '../../wire/envelope.ts';
import { ApologyPage } from '../apology.tsx';
import { compressed } from '../compression.ts';
import { pageHeaders } from '../headers.ts';
import type { View } from '../layout.tsx';
import { type Made, notFound, type PageMaker } from '../page.tsx';
import { watchedItems } from '../watched-items.ts';
import { accountPages } from './accounts/routes.tsx';
import { checkoutPages } from './checkout/routes.tsx';
import { drawPage } from './draw/make.tsx';
import { HomePage, homeSorts } from './home.tsx';
import { ItemPage } from './item.tsx';
import { listedOfferOf, normalOfferOf, type Offer, offerOf } from './offer.tsx';
import { hasReceipt } from './order/details.tsx';
import { ReceiptPage } from './order/receipt.tsx';
import { OrdersPage } from './orders.tsx';
import { isOrderId, logInFirst, orderFor, referenceOf } from './own-order.tsx';
import { isTooLate } from './sold-out.tsx';
import { standingOnPage } from './standing.ts';
import { tellPages } from './tell/routes.tsx';

/** A link that someone has mistyped still leads to the list. */
const homeSchema = v.object({
  show: v.fallback(v.nullable(v.picklist(itemSections)), null),
  sort: v.fallback(v.picklist(homeSorts), 'urgent'),
  q: v.fallback(listSchema.entries.q, ''),
  cursor: v.fallback(v.nullable(v.string()), null),
});

export function buyerPages(parts: AppParts, page: PageMaker) {
  const homePage = page((c, view) => home(parts, c, view));
  const itemPage = page((c, view) => item(parts, c, view));
  const drawnPage = page((c, view) => drawPage(parts, c, view));
  const ordersPage = page((c, view) => orders(parts, c, view));
  const orderPage = page((c, view) => order(parts, c, view));
  const receiptPage = page((c, view) => receipt(parts, c, view));
  return new Hono()
    .get('/', pageHeaders, compressed, homePage)
    .get('/items/:id', pageHeaders, compressed, itemPage)
    .get('/items/:id/draw/:promoId', pageHeaders, compressed, drawnPage)
    .route('/items', tellPages(parts, page))
    .route('/', accountPages(parts, page))
    .get('/orders', pageHeaders, compressed, ordersPage)
    .get('/orders/:id', pageHeaders, compressed, orderPage)
    .get('/orders/:id/receipt', pageHeaders, compressed, receiptPage)
    .route('/demo/pay', checkoutPages(parts, page))
    .get('/live', (c) => live(parts, c));
}

/** One stream for all tabs of a browser: `items` names the items that they show, as `4,7`. */
function live({ board, live: feed, addressOf }: AppParts, c: Context): Response {
  const request = c.req.raw;
  const items = watchedItems(c.req.query('items')).filter((id) => board.has(id));
  if (items.length === 0) return failure(request, 10005);
  return feed.openSeveral(items, request, addressBlock(addressOf(request)));
}

async function home(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { show: section, sort, q, cursor } = v.parse(homeSchema, c.req.query());
  if (q !== '' && !(await searchLimit(parts, c.req.raw)).allowed)
    return { page: <ApologyPage view={view} reason={10003} />, status: 429 };
  const search = q === '' ? null : q;
  const listed = await parts.lists.page({ sort, section, search, cursor });
  if (listed === null) return c.redirect('/', 303);
  const offers = listed.items.map((each) =>
    listedOfferOf({ item: each, row: parts.board.read(each.id)! }, view.now),
  );
  const { next, hidden } = listed;
  const census = await parts.lists.census(search);
  const list = { offers, sort, section, census, search, next, hidden, isFirst: cursor === null };
  return { page: <HomePage view={view} list={list} /> };
}

async function item(parts: AppParts, c: Context, view: View): Promise<Made> {
  const found = await readItem(parts, itemIdOf(c.req.param('id')));
  if (found === null) return notFound(view);
  const isNormal = c.req.query('price') === 'normal';
  const offer = (isNormal ? normalOfferOf : offerOf)(found, view.now);
  const standing = await standingOnPage(parts, view.visitor.userId, offer);
  const others = isTooLate(offer) ? await otherSales(parts, view, found.item.id) : [];
  return { page: <ItemPage view={view} offer={offer} standing={standing} others={others} /> };
}

const othersMax = 3;

/** Sales other than an item's own that somebody may still be in time for: the most urgent. */
async function otherSales(parts: AppParts, view: View, itemId: number): Promise<Offer[]> {
  const offers: Offer[] = [];
  for (const section of ['running', 'coming'] as const) {
    const question = { sort: 'urgent', section, search: null, cursor: null } as const;
    // The first page is always one of its list.
    const { items } = (await parts.lists.page(question))!;
    for (const each of items) {
      if (each.id === itemId || offers.length === othersMax) continue;
      const offer = offerOf({ item: each, row: parts.board.read(each.id)! }, view.now);
      const { status, row } = offer;
      if (status === 'pending' || (status === 'running' && row.left > 0)) offers.push(offer);
    }
  }
  return offers;
}

async function orders(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { userId } = view.visitor;
  if (userId === null) return logInFirst(c, view);
  const awaited = await parts.awaited.shown((await parts.awaited.of(userId, true)) ?? []);
  const paysHere = parts.demoProvider !== null;
  return { page: <OrdersPage view={view} shown={null} awaited={awaited} paysHere={paysHere} /> };
}

/** An order of the user's own, by its id. */
async function order(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = c.req.param('id') ?? '';
  if (!isOrderId(id)) return notFound(view);
  if (view.visitor.userId === null) return logInFirst(c, view);
  const { shown, instead } = await orderFor(parts, view, id);
  if (instead !== null) return instead;
  const paysHere = parts.demoProvider !== null;
  return { page: <OrdersPage view={view} shown={shown} awaited={[]} paysHere={paysHere} /> };
}

/** The receipt of an order of the user's own; as long as it was not paid, the order itself. */
async function receipt(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = c.req.param('id') ?? '';
  if (!isOrderId(id)) return notFound(view);
  if (view.visitor.userId === null) return logInFirst(c, view);
  const { shown, instead } = await orderFor(parts, view, id);
  if (instead !== null) return instead;
  if (!hasReceipt(shown.order)) return c.redirect(`/orders/${id}`, 303);
  const reference = await referenceOf(parts, shown);
  return { page: <ReceiptPage view={view} shown={shown} reference={reference} /> };
}
