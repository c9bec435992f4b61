/**
 * The administrator's pages: plain forms that are sent to routes of their own, so that they work
 * without a script. A session in a cookie opens them; it opens nothing else, the API least of all.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import * as v from 'valibot';
import { bodyBytesMax, itemIdMax } from '../../../../actors/limits.ts';
import { saleStatus } from '../../../../actors/memory/board.ts';
import { addressBlock } from '../../../admission/rate-limits.ts';
import { shownPromo } from '../../../catalog/item.ts';
import { adminCheck } from '../../guard/admin.ts';
import { sameSiteOnly } from '../../guard/who.ts';
import type { AppParts } from '../../parts.ts';
import { newestItems } from '../../wire/admin-feed.ts';
import { idField } from '../../wire/body.ts';
import { failure } from '../../wire/envelope.ts';
import { ApologyPage } from '../apology.tsx';
import { pageHeaders } from '../headers.ts';
import type { View } from '../layout.tsx';
import type { Made, PageMaker } from '../page.tsx';
import { fill } from '../texts.ts';
import { sitePath } from '../visitor.ts';
import type { AdminTexts } from './admin-texts.ts';
import {
  type ApiAnswer,
  apiOf,
  itemBody,
  promoBody,
  restockBody,
  type Values,
} from './form-data.ts';
import { empty, type Filled, ownTexts } from './frame.tsx';
import { AdminItemPage, type ItemPageProps } from './item.tsx';
import { AdminLogInPage } from './log-in.tsx';
import { NewItemPage } from './new-item.tsx';
import { OverviewPage } from './overview.tsx';
import { searchPage } from './search/search.tsx';

export const adminCookie = 'admin';
const idSchema = idField(itemIdMax);
const formMax = bodyLimit({
  maxSize: bodyBytesMax,
  onError: (c) => failure(c.req.raw, 10006),
});

export function adminPages(parts: AppParts, page: PageMaker) {
  const { adminSessions, board } = parts;
  const send = apiOf(parts);
  const isAdmin = adminCheck(parts.adminToken);

  const known = createMiddleware(async (c, next) => {
    const token = getCookie(c, adminCookie);
    if (token !== undefined && (await adminSessions.check(token))) return next();
    const { pathname, search } = new URL(c.req.url);
    const back = c.req.method === 'GET' ? pathname + search : '/admin';
    return c.redirect(`/admin/login?next=${encodeURIComponent(back)}`, 303);
  });

  return new Hono()
    .use(pageHeaders)
    .get(
      '/login',
      page((c, view) => ({
        page: <AdminLogInPage view={view} next={nextOf(c.req.query('next'))} error={null} />,
      })),
    )
    .post(
      '/login',
      sameSiteOnly,
      formMax,
      page((c, view) => logIn(c, view)),
    )
    .use(known)
    .get(
      '/',
      page((_, view) => overview(view)),
    )
    .post('/log-out', sameSiteOnly, async (c) => {
      await adminSessions.close(getCookie(c, adminCookie)!);
      deleteCookie(c, adminCookie, { path: '/' });
      return c.redirect('/admin/login', 303);
    })
    .get('/live', (c) => live(c))
    .get(
      '/search',
      page((c, view) => searchPage(parts, view, c.req.query())),
    )
    .get('/items', (c) => c.redirect('/admin', 303))
    .get(
      '/new-item',
      page((_, view) => ({ page: <NewItemPage view={view} filled={empty} /> })),
    )
    .get(
      '/items/:id',
      page((c, view) => itemPage(view, c.req.param('id'), { done: c.req.query('done') })),
    )
    .use(sameSiteOnly)
    .post(
      '/items',
      formMax,
      page((c, view) => createItem(c, view)),
    )
    .post(
      '/items/:id/promos',
      formMax,
      page((c, view) => draftPromo(c, view)),
    )
    .post(
      '/items/:id/restock',
      formMax,
      page((c, view) => restock(c, view)),
    )
    .post(
      '/promos/:id/publish',
      formMax,
      page((c, view) => publish(c, view)),
    );

  async function logIn(c: Context, view: View): Promise<Made> {
    const { token = '', next } = await valuesOf(c);
    const own = ownTexts(view).logIn;
    const again = (error: string, status: 401 | 429): Made => ({
      page: <AdminLogInPage view={here(view, '/admin/login')} next={nextOf(next)} error={error} />,
      status,
    });
    const address = addressBlock(parts.addressOf(c.req.raw));
    const limit = await parts.limits.spend('adminLogInByAddress', address);
    if (!limit.allowed) {
      const seconds = Math.ceil(limit.retryAfterMs / 1_000);
      c.header('retry-after', String(seconds));
      return again(fill(own.limited, { n: seconds }), 429);
    }
    const headers = { authorization: `Bearer ${token.trim()}` };
    const fits = /^[\x21-\x7e]{1,512}$/.test(token.trim());
    if (!fits || !isAdmin(new Request(c.req.url, { headers }))) return again(own.wrong, 401);
    await parts.limits.forgive('adminLogInByAddress', address);
    setCookie(c, adminCookie, await adminSessions.open(), {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: c.req.url.startsWith('https:') || c.req.header('x-forwarded-proto') === 'https',
    });
    return c.redirect(nextOf(next), 303);
  }

  async function overview(view: View): Promise<Made> {
    const { catalog, positions, partitions, journalPromise } = parts;
    const rows = await Promise.all(newestItems(board).map((id) => catalog.item(id)));
    const items = rows
      .filter((item) => item !== null)
      .map((item) => {
        const row = board.read(item.id)!;
        const { id, title, price } = item;
        const promo = shownPromo(item, row)?.name ?? null;
        return { id, title, price, promo, status: saleStatus(row, view.now) };
      });
    const all = Array.from({ length: partitions }, (_, partition) => positions.mode(partition));
    const ready = all.filter((mode) => mode === 'ready').length;
    const well = { partitions: { ready, all: partitions }, journalPromise };
    return { page: <OverviewPage view={view} items={items} {...well} /> };
  }

  function live(c: Context): Response {
    const id = v.safeParse(idSchema, c.req.query('item'));
    const item = id.success && board.has(id.output) ? id.output : 0;
    const token = getCookie(c, adminCookie)!;
    return parts.adminFeed.open(item, c.req.raw, () => adminSessions.check(token));
  }

  interface Shown extends Partial<Pick<ItemPageProps, 'notice' | 'promo' | 'restock'>> {
    done?: string | undefined;
    status?: ApiStatus;
  }

  async function itemPage(view: View, text: string | undefined, shown: Shown = {}): Promise<Made> {
    const id = v.safeParse(idSchema, text);
    const row = id.success ? board.read(id.output) : null;
    const item = row === null ? null : await parts.sql.catalog.item(Number(id.output));
    if (row === null || item === null) {
      return { page: <ApologyPage view={view} reason="notFound" />, status: 404 };
    }
    const promos = (await parts.sql.catalog.promosOfItems([item.id])).reverse();
    const { done, status = 200, ...rest } = shown;
    const texts: Record<string, string> = ownTexts(view).done;
    const told = done === undefined ? undefined : texts[done];
    const notice = told === undefined ? null : { text: told, isError: false };
    const props = { item, row, promos, deliveryKey: Bun.randomUUIDv7(), notice, ...rest };
    return {
      page: <AdminItemPage view={here(view, `/admin/items/${item.id}`)} {...props} />,
      status,
    };
  }

  async function createItem(c: Context, view: View): Promise<Made> {
    const values = await valuesOf(c);
    const answer = await send('/api/items', itemBody(values), view.visitor.language);
    if (answer.ok) return c.redirect(`/admin/items/${answer.data.id}?done=item`, 303);
    const filled = filledOf(view, values, answer);
    const page = <NewItemPage view={here(view, '/admin/new-item')} filled={filled} />;
    return { page, status: statusOf(answer) };
  }

  async function draftPromo(c: Context, view: View): Promise<Made> {
    const id = c.req.param('id')!;
    const values = await valuesOf(c);
    const answer = await send('/api/promos', promoBody(Number(id), values), view.visitor.language);
    if (answer.ok) return c.redirect(`/admin/items/${answer.data.itemId}?done=promo`, 303);
    const promo = filledOf(view, values, answer);
    return itemPage(view, id, { promo, status: statusOf(answer) });
  }

  async function restock(c: Context, view: View): Promise<Made> {
    const id = c.req.param('id')!;
    const values = await valuesOf(c);
    const path = `/api/items/${encodeURIComponent(id)}/restock`;
    const answer = await send(path, restockBody(values), view.visitor.language);
    if (answer.ok) return c.redirect(`/admin/items/${answer.data.id}?done=restock`, 303);
    const filled = filledOf(view, values, answer);
    return itemPage(view, id, { restock: filled, status: statusOf(answer) });
  }

  async function publish(c: Context, view: View): Promise<Made> {
    const path = `/api/promos/${encodeURIComponent(c.req.param('id')!)}/publish`;
    const { itemId } = await valuesOf(c);
    const answer = await send(path, {}, view.visitor.language);
    if (answer.ok) return c.redirect(`/admin/items/${answer.data.itemId}?done=publish`, 303);
    const notice = { text: answer.errMsg, isError: true };
    return itemPage(view, itemId, { notice, status: statusOf(answer) });
  }
}

type ApiStatus = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503;

function statusOf({ status }: Extract<ApiAnswer, { ok: false }>): ApiStatus {
  return status as ApiStatus; // Statuses of failures stand in `messages.ts`.
}

/** The texts among a form's fields. */
async function valuesOf(c: Context): Promise<Values> {
  const fields = Object.entries(await c.req.parseBody());
  return Object.fromEntries(
    fields.filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}

/** A form as it was sent, with what is wrong where it is wrong. */
function filledOf(
  view: View,
  values: Values,
  { errMsg, fields }: Extract<ApiAnswer, { ok: false }>,
): Filled {
  const { bounds, checkFields } = ownTexts(view);
  const named = fields.filter((name): name is keyof AdminTexts['bounds'] => name in bounds);
  const errors = Object.fromEntries(named.map((name) => [name, bounds[name]]));
  return { values, errors, message: named.length > 0 ? checkFields : errMsg };
}

/** The page that a form was on, for links back to it. */
function here(view: View, path: string): View {
  return { ...view, visitor: { ...view.visitor, path } };
}

/** A path of these pages to go on to. */
function nextOf(text: string | undefined): string {
  const path = sitePath(text);
  return /^\/admin(?!\/log)(?=[/?]|$)/.test(path) ? path : '/admin';
}
