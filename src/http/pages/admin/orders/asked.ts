/** What the form of the list of orders asks: names instead of numbers, and times in the merchant's zone. */
import { normalTelephone } from '../../../../accounts/telephone.ts';
import {
  checkOrderFilters,
  type OrderFilters,
  orderFiltersSchema,
} from '../../../../shop/orders/filters.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { timeIn } from '../forms/time-field.tsx';
import {
  type Choice,
  type Chosen,
  choiceText,
  chosenItem,
  chosenPromo,
  offeredItems,
  offeredPromos,
} from './choices.ts';
import { type OrdersTexts, ordersTexts } from './orders-texts.ts';

type Query = Record<string, string>;

export interface Asked {
  /** Null where a filter is wrong. */
  filters: OrderFilters | null;
  errors: Record<string, string>;
  /** What the form's fields show. */
  values: Query;
  /** The filters as the API has them, for links; empty where there are none. */
  query: Query;
  offered: { items: Choice[]; promos: Choice[] };
}

export async function askedOf(parts: AppParts, view: View, given: Query): Promise<Asked> {
  const own = ordersTexts[view.visitor.language];
  const values: Query = {};
  for (const [name, text] of Object.entries(given))
    if (text.trim() !== '') values[name] = text.trim();
  // As the API calls it, in links.
  values.buyer ??= values.user ?? '';
  const errors: Record<string, string> = {};
  const query: Query = {};
  const choose = (name: 'item' | 'promo', none: string, chosen: Chosen) => {
    const { choice, among } = chosen;
    if (choice === null) errors[name] = troubleOf(own, none, among);
    else {
      query[name] = String(choice.id);
      if (choice.name !== '') values[name] = choiceText(choice);
    }
  };
  const items = await offeredItems(parts);
  if (values.item !== undefined) choose('item', own.noItem, await chosenItem(parts, values.item));
  const itemId = query.item === undefined ? null : Number(query.item);
  const normal = { id: 0, name: own.normalPrice };
  const promos = [normal, ...(await offeredPromos(parts, itemId, view.now))];
  if (values.promo !== undefined)
    choose('promo', own.noPromo, await chosenPromo(parts, values.promo, promos));
  if (query.promo === '0') values.promo = choiceText(normal);
  if (values.buyer !== '') await findBuyer(parts, own, values.buyer, query, errors);
  if (values.status !== undefined) query.status = values.status;
  for (const name of ['from', 'to'])
    if (values[name] !== undefined) query[name] = timeIn(values, name, view);
  if (values.q !== undefined) query.q = values.q;
  const { value, wrong } = checkOrderFilters(orderFiltersSchema, query);
  for (const [name, what] of Object.entries(wrong ?? {}))
    errors[fieldOf(name)] ??= said(own, name, what);
  const isRight = Object.keys(errors).length === 0;
  return { filters: isRight ? value : null, errors, values, query, offered: { items, promos } };
}

/** Buyers are known by their telephone or their number, in links by `user`. */
async function findBuyer(
  { sql }: AppParts,
  own: OrdersTexts,
  text: string,
  query: Query,
  errors: Record<string, string>,
): Promise<void> {
  if (/^[1-9]\d{0,15}$/.test(text)) {
    query.user = text;
    return;
  }
  const telephone = normalTelephone(text);
  const known = telephone === null ? null : await sql.users.byTelephone(telephone);
  if (known !== null) query.user = String(known.user.id);
  else errors.buyer = telephone === null ? own.buyerForm : own.noBuyer;
}

function troubleOf(own: OrdersTexts, none: string, among: readonly Choice[]): string {
  return among.length === 0 ? none : fill(own.several, { names: among.map(choiceText).join(', ') });
}

const fieldOf = (name: string) => (name === 'user' ? 'buyer' : name);

function said(own: OrdersTexts, name: string, what: string): string {
  const isLater = what.includes('later');
  const texts: Record<string, string> = {
    item: own.noItem,
    promo: own.noPromo,
    user: own.buyerForm,
    status: own.wrongStatus,
    from: own.wrongTime,
    to: isLater ? own.toBeforeFrom : own.wrongTime,
    q: own.wrongQ,
  };
  return texts[name] ?? what;
}
