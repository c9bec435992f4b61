/** The pages of a sale, and what its merchant does there. The services are those of the API. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { promoIdMax } from '../../../../../actors/limits.ts';
import { code } from '../../../../../actors/protocol.ts';
import {
  controlPromo,
  extendPromo,
  extensionSchema,
  isExtension,
} from '../../../../shop/control-promo.ts';
import { removePromo } from '../../../../shop/draft-promo.ts';
import { checkInput, idField } from '../../../../shop/input.ts';
import { type Outcome, refuse } from '../../../../shop/outcome.ts';
import { untilProjected } from '../../../../shop/promo-state.ts';
import { publishPromo } from '../../../../shop/publish-promo.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import { deliverySchema, restock, withdrawUnits } from '../../../../shop/restock.ts';
import { readSale, type Sale } from '../../../../shop/sale/read-sale.ts';
import { actorName } from '../../../guard/admin.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, type Values, valuesOf } from '../../../wire/form.ts';
import { type ErrorCode, failures } from '../../../wire/messages.ts';
import { promoRefusalText } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { deliveryInput, extensionInput } from '../forms/form-data.ts';
import { attempt, filledOf, submit } from '../forms/submit.ts';
import { empty, type Filled, here } from '../frame.tsx';
import { actionsOf, type SaleAction, saleActions } from './actions.ts';
import { ConfirmPage } from './confirm.tsx';
import { reportPages } from './report-routes.tsx';
import { SalePage, SaleParts } from './sale.tsx';
import { saleTexts } from './sale-texts.ts';

const promoIdSchema = idField(promoIdMax);

export function salePages(parts: AppParts, page: PageMaker) {
  const sameSite = sameSiteOnly(parts);
  const shown = page((c, view) => showSale(parts, c, view));
  const live = page((c, view) => showParts(parts, c, view));
  const routes = new Hono().get('/sales/:id{[0-9]+}', shown).get('/sales/:id{[0-9]+}/live', live);
  routes.route('/', reportPages(parts, page));
  for (const action of saleActions) {
    const asked = page((c, view) => ask(parts, c, view, action));
    const acted = page((c, view) => act(parts, c, view, action));
    routes.get(`/sales/:id{[0-9]+}/${action}`, asked);
    routes.post(`/sales/:id{[0-9]+}/${action}`, sameSite, formMax, acted);
  }
  return routes;
}

async function saleOf(parts: AppParts, c: Context): Promise<Sale | null> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  return id.success ? readSale(parts, id.output) : null;
}

/** As `saleOf`, with all that has happened until now, unless SQL is slow. */
async function saleNow(parts: AppParts, c: Context): Promise<Sale | null> {
  const sale = await saleOf(parts, c);
  if (sale === null) return null;
  await untilProjected(parts, sale.item.id);
  return saleOf(parts, c);
}

async function showSale(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sale = await saleNow(parts, c);
  if (sale === null) return notFound(view);
  if (sale.state.status === 'draft') {
    return c.redirect(`/admin/sales/${sale.promo.id}/preview`, 303);
  }
  const texts: Record<string, string> = saleTexts[view.visitor.language].done;
  const told = texts[c.req.query('done') ?? ''];
  return pageOf(parts, view, sale, told === undefined ? null : { text: told, isError: false });
}

async function showParts(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sale = await saleOf(parts, c);
  if (sale === null) return notFound(view);
  return { page: <SaleParts view={view} sale={sale} {...besideOf(parts, sale)} /> };
}

/** What a sale's page shows that is not the sale's own. */
function besideOf({ refusals, reports }: AppParts, { item, promo, state }: Sale) {
  const { made } = reports.stateOf(item.id);
  const counted = made?.buyers.find(([promoId]) => promoId === promo.id)?.[1] ?? null;
  const isLater = made !== null && made.at >= state.endAt;
  return { refusals: refusals.of(item.id), buyers: isLater ? counted : null };
}

async function pageOf(
  parts: AppParts,
  view: View,
  sale: Sale,
  notice: { text: string; isError: boolean } | null,
) {
  await parts.refusals.ask([sale.item.id]);
  const props = { sale, notice, ...besideOf(parts, sale) };
  return { page: <SalePage view={here(view, `/admin/sales/${sale.promo.id}`)} {...props} /> };
}

/** What the action means now; where it is not possible any more, how the sale stands instead. */
async function ask(
  parts: AppParts,
  c: Context,
  view: View,
  action: SaleAction,
  filled: Filled = empty,
): Promise<Made> {
  const sale = await saleNow(parts, c);
  if (sale === null) return notFound(view);
  if (!actionsOf(sale, view.now).includes(action)) {
    return tooLate(parts, view, sale, { code: code.wrongState, about: 0 });
  }
  const visited = here(view, `/admin/sales/${sale.promo.id}/${action}`);
  return { page: <ConfirmPage view={visited} sale={sale} action={action} filled={filled} /> };
}

interface Refused {
  code: ErrorCode;
  about: number;
}

async function tooLate(
  parts: AppParts,
  view: View,
  sale: Sale,
  { code, about }: Refused,
): Promise<Made> {
  const why = promoRefusalText(code, about, view.visitor.language);
  const text = fill(saleTexts[view.visitor.language].notNow, { why });
  const { page } = await pageOf(parts, view, sale, { text, isError: true });
  return { page, status: failures[code].status };
}

/** Does it, and goes back to the sale, which says so, or why not. */
async function act(parts: AppParts, c: Context, view: View, action: SaleAction): Promise<Made> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  if (!id.success) return notFound(view);
  const values = await valuesOf(c);
  if (action === 'restock' || action === 'take') return deliver(parts, c, view, action, values);
  if (action === 'extend') return extend(parts, c, view, id.output, values);
  const by = actorName(c);
  const { refused } = await attempt<unknown>(parts, c, () => {
    if (action === 'publish') return publishPromo(parts, id.output, by);
    if (action === 'delete') return removePromo(parts, id.output);
    return controlPromo(parts, id.output, action, by);
  });
  if (action === 'delete' && (refused === null || refused.code === code.notFound)) {
    // Deleted now, or by the same form before.
    return c.redirect(`/admin/items/${itemIdOf(values.itemId)}?done=delete`, 303);
  }
  return refused === null ? backTo(c, action) : refusedPage(parts, c, view, refused);
}

function backTo(c: Context, action: SaleAction): Response {
  return c.redirect(`/admin/sales/${Number(c.req.param('id'))}?done=${action}`, 303);
}

async function refusedPage(
  parts: AppParts,
  c: Context,
  view: View,
  refused: Refused,
): Promise<Made> {
  const sale = await saleOf(parts, c);
  return sale === null ? notFound(view) : tooLate(parts, view, sale, refused);
}

async function extend(
  parts: AppParts,
  c: Context,
  view: View,
  promoId: number,
  values: Values,
): Promise<Made> {
  const { value, wrong } = checkInput(extensionSchema, extensionInput(values, view));
  if (wrong !== null || !isExtension(value, view.now)) {
    const { extendWrong } = saleTexts[view.visitor.language];
    const filled = { values, errors: { endAt: extendWrong }, message: null };
    return withStatus(await ask(parts, c, view, 'extend', filled), failures[10001].status);
  }
  const { refused } = await attempt(parts, c, () =>
    extendPromo(parts, promoId, value.endAt, actorName(c)),
  );
  return refused === null ? backTo(c, 'extend') : refusedPage(parts, c, view, refused);
}

/** Units are the item's; the form's key lets one that is sent twice do it once. */
async function deliver(
  parts: AppParts,
  c: Context,
  view: View,
  action: 'restock' | 'take',
  values: Values,
): Promise<Made> {
  const sale = await saleOf(parts, c);
  if (sale === null) return notFound(view);
  const service = action === 'restock' ? restock : withdrawUnits;
  const form = { schema: deliverySchema, input: deliveryInput(values) };
  const { refused } = await submit(
    parts,
    c,
    form,
    (delivery): Promise<Outcome<number>> =>
      actionsOf(sale, view.now).includes(action)
        ? service(parts, sale.item.id, delivery, actorName(c))
        : Promise.resolve(refuse(code.wrongState)),
  );
  if (refused === null) return backTo(c, action);
  if (refused.code === code.wrongState) return tooLate(parts, view, sale, refused);
  const filled = filledOf(view, values, refused);
  return withStatus(await ask(parts, c, view, action, filled), failures[refused.code].status);
}

function withStatus(made: Made, status: (typeof failures)[ErrorCode]['status']): Made {
  return made instanceof Response ? made : { ...made, status };
}
