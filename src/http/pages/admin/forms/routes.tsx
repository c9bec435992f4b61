/** What the administrator's forms do. The services are those of the API. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../../../actors/protocol.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import {
  controlPromo,
  extendPromo,
  extensionSchema,
  isExtension,
  promoActions,
} from '../../../../shop/control-promo.ts';
import { editItem, itemChangesSchema } from '../../../../shop/edit-item.ts';
import { checkInput, idField } from '../../../../shop/input.ts';
import { type Outcome, refuse } from '../../../../shop/outcome.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import { deliverySchema, restock, withdrawUnits } from '../../../../shop/restock.ts';
import { actorName } from '../../../guard/admin.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, type Values, valuesOf } from '../../../wire/form.ts';
import { failures } from '../../../wire/messages.ts';
import { promoRefusalText } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import type { Made, PageMaker } from '../../page.tsx';
import { here, ownTexts } from '../frame.tsx';
import { itemPage } from '../item/item.tsx';
import { NewItemPage } from '../new-item.tsx';
import { filledForm, pictureFormMax } from '../pictures/files.ts';
import { changesInput, deliveryInput, extensionInput } from './form-data.ts';
import { makeItem } from './make-item.ts';
import { attempt, filledOf, submit } from './submit.ts';

const promoIdSchema = idField(Number.MAX_SAFE_INTEGER);

export function formRoutes(parts: AppParts, page: PageMaker) {
  const routes = new Hono()
    .post(
      '/items',
      pictureFormMax(parts),
      page((c, view) => submitItem(parts, c, view)),
    )
    .post(
      '/items/:id/edit',
      formMax,
      page((c, view) => submitChanges(parts, c, view)),
    )
    .post(
      '/items/:id/restock',
      formMax,
      page((c, view) => submitDelivery(parts, c, view, 'restock')),
    )
    .post(
      '/items/:id/withdraw',
      formMax,
      page((c, view) => submitDelivery(parts, c, view, 'withdraw')),
    )
    .post(
      '/promos/:id/extend',
      formMax,
      page((c, view) => submitExtension(parts, c, view)),
    );
  for (const action of promoActions) {
    const service: PromoService = (id, by) => controlPromo(parts, id, action, by);
    const made = page((c, view) => submitAction(parts, c, view, action, service));
    routes.post(`/promos/:id/${action}`, formMax, made);
  }
  return routes;
}

type PromoService = (id: number, by: string) => Promise<Outcome<PromoRow | null>>;

async function submitItem(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { id, filled, status } = await makeItem(parts, c, view, await filledForm(c));
  if (filled === null) return c.redirect(`/admin/items/${id}?done=item`, 303);
  return { page: <NewItemPage view={here(view, '/admin/items/new')} filled={filled} />, status };
}

async function submitChanges(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = c.req.param('id');
  const item = itemIdOf(id);
  const values = await valuesOf(c);
  const form = { schema: itemChangesSchema, input: changesInput(values, view) };
  const { refused } = await submit(parts, c, form, (changes) =>
    editItem(parts, item, changes, actorName(c)),
  );
  if (refused === null) return c.redirect(`/admin/items/${item}?done=edit`, 303);
  const edit = filledOf(view, values, refused);
  return itemPage(parts, view, id, { edit, status: failures[refused.code].status });
}

async function submitDelivery(
  parts: AppParts,
  c: Context,
  view: View,
  name: 'restock' | 'withdraw',
): Promise<Made> {
  const id = c.req.param('id');
  const item = itemIdOf(id);
  const values = await valuesOf(c);
  const form = { schema: deliverySchema, input: deliveryInput(values) };
  const service = name === 'restock' ? restock : withdrawUnits;
  const { refused } = await submit(parts, c, form, (delivery) =>
    service(parts, item, delivery, actorName(c)),
  );
  if (refused === null) return c.redirect(`/admin/items/${item}?done=${name}`, 303);
  const filled = filledOf(view, values, refused);
  return itemPage(parts, view, id, { [name]: filled, status: failures[refused.code].status });
}

async function submitExtension(parts: AppParts, c: Context, view: View): Promise<Made> {
  const values = await valuesOf(c);
  const { value, wrong } = checkInput(extensionSchema, extensionInput(values, view));
  if (wrong !== null || !isExtension(value, view.now)) {
    const notice = { text: ownTexts(view).item.extendWrong, isError: true };
    return itemPage(parts, view, values.itemId, { notice, status: failures[10001].status });
  }
  const { endAt } = value;
  const extend: PromoService = (id, by) => extendPromo(parts, id, endAt, by);
  return answerAction(parts, c, view, { action: 'extend', values, service: extend });
}

async function submitAction(
  parts: AppParts,
  c: Context,
  view: View,
  action: string,
  service: PromoService,
): Promise<Made> {
  return answerAction(parts, c, view, { action, values: await valuesOf(c), service });
}

/** Back to the page of the item, which says what was done, or why not. */
async function answerAction(
  parts: AppParts,
  c: Context,
  view: View,
  { action, values, service }: { action: string; values: Values; service: PromoService },
): Promise<Made> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  const { refused } = await attempt(parts, c, async () =>
    id.success ? service(id.output, actorName(c)) : refuse(code.notFound),
  );
  if (refused === null) {
    return c.redirect(`/admin/items/${itemIdOf(values.itemId)}?done=${action}`, 303);
  }
  const text = promoRefusalText(refused.code, refused.about, view.visitor.language);
  const notice = { text, isError: true };
  return itemPage(parts, view, values.itemId, { notice, status: failures[refused.code].status });
}
