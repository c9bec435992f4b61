/** What "tell me" does, and the calendar file of a sale. No script is needed for either. */
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as v from 'valibot';
import { itemIdOf, readItem } from '../../../../shop/read-item.ts';
import { promoNow } from '../../../../shop/reminders/awaited-sales.ts';
import { calendarText } from '../../../../shop/reminders/calendar.ts';
import { refusedByLimit } from '../../../guard/limit-answers.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { refusalsForPeople } from '../../for-people.tsx';
import { pageHeaders } from '../../headers.ts';
import { languageTag, type View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { sitePath, withQuery } from '../../visitor.ts';
import { saleEvent } from './sale-calendar.ts';

/**
 * What somebody asked for who is not logged in: only the form of a page of this site sets it, and no other site's
 * links bring it along, so that the log-in may be followed by doing it.
 */
const askedCookie = 'tell';
const askedSeconds = 1_800;

const promoId = v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/), v.transform(Number));
const back = v.pipe(
  v.string(),
  v.transform((path: string) => sitePath(path)),
);
const sentSchema = v.object({
  promo: promoId,
  choice: v.picklist(['tell', 'stop']),
  back,
});
const afterLogInSchema = v.object({ promo: promoId, back });

export function tellPages(parts: AppParts, page: PageMaker) {
  const sent = page((c, view) => tell(parts, c, view));
  const loggedIn = page((c, view) => tellAfterLogIn(parts, c, view));
  const forCalendars = page((c, view) => calendar(parts, c, view));
  return new Hono()
    .post('/:id/tell', refusalsForPeople(page), sameSiteOnly(parts), formMax, pageHeaders, sent)
    .get('/:id/tell', pageHeaders, loggedIn)
    .get('/:id/sale.ics', pageHeaders, forCalendars);
}

const itemPath = (c: Context) => `/items/${itemIdOf(c.req.param('id'))}`;

async function tell(parts: AppParts, c: Context, view: View): Promise<Made> {
  const form = v.safeParse(sentSchema, await valuesOf(c));
  // Whoever sends something else than the form did is shown the item again.
  if (!form.success) return c.redirect(itemPath(c), 303);
  const { promo, choice, back } = form.output;
  const { userId } = view.visitor;
  if (userId === null) return logInFirst(parts, c, promo, back);
  const state = await parts.limits.spend('reminderByUser', userId);
  if (!state.allowed) return refusedByLimit(c.req.raw, state);
  if (choice === 'stop') await parts.awaited.remove(userId, promo);
  else await parts.awaited.add(userId, itemIdOf(c.req.param('id')), promo);
  return c.redirect(toldPath(back, promo), 303);
}

/** Back where it was asked for, saying so, because another thread may not know it yet. */
function toldPath(back: string, promo: number): string {
  return `${withQuery(back, 'told', String(promo))}#tell-${promo}`;
}

function logInFirst({ site }: AppParts, c: Context, promo: number, back: string): Response {
  setCookie(c, askedCookie, String(promo), {
    path: '/items',
    maxAge: askedSeconds,
    sameSite: 'Strict',
    httpOnly: true,
    secure: site.isSecure(c.req.raw),
  });
  const query = new URLSearchParams({ promo: String(promo), back });
  const next = `${itemPath(c)}/tell?${query}`;
  return c.redirect(`/login?next=${encodeURIComponent(next)}`, 303);
}

/** Where a log-in leads whose visitor has asked for it before. */
async function tellAfterLogIn(parts: AppParts, c: Context, view: View): Promise<Made> {
  const asked = v.safeParse(afterLogInSchema, c.req.query());
  const { userId } = view.visitor;
  if (!asked.success || userId === null) return c.redirect(itemPath(c), 303);
  const { promo, back } = asked.output;
  if (getCookie(c, askedCookie) !== String(promo)) return c.redirect(back, 303);
  await parts.awaited.add(userId, itemIdOf(c.req.param('id')), promo);
  deleteCookie(c, askedCookie, { path: '/items' });
  return c.redirect(toldPath(back, promo), 303);
}

/** The sale that `promo` names, or else the one that the item's page shows. */
async function calendar(parts: AppParts, c: Context, view: View): Promise<Made> {
  const found = await readItem(parts, itemIdOf(c.req.param('id')));
  if (found === null) return notFound(view);
  const { item, row } = found;
  const named = v.safeParse(promoId, c.req.query('promo') ?? String(row.promo));
  const sale = named.success ? promoNow(parts, item, named.output) : null;
  if (sale === null) return notFound(view);
  const price = sale.promo.id === row.promo ? row.promoPrice : sale.promo.price;
  const sold = { ...sale, item, price, sequence: row.seq };
  const event = saleEvent(view, parts.site.originOf(c.req.raw), sold);
  c.header('content-type', 'text/calendar; charset=utf-8');
  c.header('content-disposition', `attachment; filename="sale-${sale.promo.id}.ics"`);
  return c.body(calendarText(event, view.now, languageTag(view.visitor)));
}
