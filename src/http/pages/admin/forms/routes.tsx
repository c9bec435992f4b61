/** What the administrator's forms do. The services are those of the API. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { code } from '../../../../../actors/protocol.ts';
import { createItem, newItemSchema } from '../../../../shop/create-item.ts';
import { draftPromo, newPromoSchema } from '../../../../shop/draft-promo.ts';
import { idField } from '../../../../shop/input.ts';
import { refuse } from '../../../../shop/outcome.ts';
import { publishPromo } from '../../../../shop/publish-promo.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import { deliverySchema, restock } from '../../../../shop/restock.ts';
import { actorName } from '../../../guard/admin.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import type { Made, PageMaker } from '../../page.tsx';
import { here } from '../frame.tsx';
import { itemPage } from '../item/item.tsx';
import { NewItemPage } from '../new-item.tsx';
import { deliveryInput, itemInput, promoInput } from './form-data.ts';
import { attempt, filledOf, submit } from './submit.ts';

const promoIdSchema = idField(Number.MAX_SAFE_INTEGER);

export function formRoutes(parts: AppParts, page: PageMaker) {
  const newItem = page((c, view) => submitItem(parts, c, view));
  const promo = page((c, view) => submitPromo(parts, c, view));
  const delivery = page((c, view) => submitDelivery(parts, c, view));
  const publication = page((c, view) => submitPublication(parts, c, view));
  return new Hono()
    .post('/items', formMax, newItem)
    .post('/items/:id/promos', formMax, promo)
    .post('/items/:id/restock', formMax, delivery)
    .post('/promos/:id/publish', formMax, publication);
}

async function submitItem(parts: AppParts, c: Context, view: View): Promise<Made> {
  const values = await valuesOf(c);
  const form = { schema: newItemSchema, input: itemInput(values) };
  const { value: id, refused } = await submit(parts, c, form, (item) =>
    createItem(parts, item, actorName(c)),
  );
  if (refused === null) return c.redirect(`/admin/items/${id}?done=item`, 303);
  const filled = filledOf(view, values, refused);
  const page = <NewItemPage view={here(view, '/admin/new-item')} filled={filled} />;
  return { page, status: failures[refused.code].status };
}

async function submitPromo(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = c.req.param('id');
  const values = await valuesOf(c);
  const form = { schema: newPromoSchema, input: promoInput(itemIdOf(id), values) };
  const { value, refused } = await submit(parts, c, form, (promo) => draftPromo(parts, promo));
  if (refused === null) return c.redirect(`/admin/items/${value.itemId}?done=promo`, 303);
  const promo = filledOf(view, values, refused);
  return itemPage(parts, view, id, { promo, status: failures[refused.code].status });
}

async function submitDelivery(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = c.req.param('id');
  const item = itemIdOf(id);
  const values = await valuesOf(c);
  const form = { schema: deliverySchema, input: deliveryInput(values) };
  const { refused } = await submit(parts, c, form, (delivery) =>
    restock(parts, item, delivery, actorName(c)),
  );
  if (refused === null) return c.redirect(`/admin/items/${item}?done=restock`, 303);
  const filled = filledOf(view, values, refused);
  return itemPage(parts, view, id, { restock: filled, status: failures[refused.code].status });
}

async function submitPublication(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  const { itemId } = await valuesOf(c);
  const { value, refused } = await attempt(parts, c, async () =>
    id.success ? publishPromo(parts, id.output, actorName(c)) : refuse(code.notFound),
  );
  if (refused === null) return c.redirect(`/admin/items/${value.itemId}?done=publish`, 303);
  const { status, ...told } = failures[refused.code];
  const notice = { text: told[view.visitor.language], isError: true };
  return itemPage(parts, view, itemId, { notice, status });
}
