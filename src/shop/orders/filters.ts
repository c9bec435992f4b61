/** What a merchant asks of a list of orders, as texts of a query or a form; an empty one asks nothing. */
import * as v from 'valibot';
import { itemIdMax } from '../../../actors/limits.ts';
import { orderStatusNames } from '../../../actors/protocol.ts';
import type { OrderFilter } from '../../db/order-walk/order-walk.ts';
import { decodeCursor, type PromoRow, type Sql } from '../../db/sql.ts';
import { orderKey, parseOrderId } from '../../order-id.ts';
import { type Checked, checkInput, idField, timeField } from '../input.ts';

/** Digits of a day, an item and a number, and what is between them. */
const idCharactersMax = 25;
const dayMs = 86_400_000;

const partMessage = 'must be an order id or a part of one';

/** Promo 0 is the normal price. */
function promoField() {
  const message = 'must be a whole number';
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.safeInteger(message),
  );
}

export const orderFiltersSchema = v.object({
  item: v.optional(idField(itemIdMax)),
  promo: v.optional(promoField()),
  user: v.optional(idField(Number.MAX_SAFE_INTEGER)),
  status: v.optional(v.picklist(orderStatusNames, `must be one of ${orderStatusNames.join(', ')}`)),
  from: v.optional(timeField()),
  to: v.optional(timeField()),
  q: v.optional(
    v.pipe(
      v.string(partMessage),
      v.trim(),
      v.maxLength(idCharactersMax, partMessage),
      v.regex(/^[\d-]+$/, partMessage),
    ),
  ),
});

/** With the page that is wanted: the `next` of another. */
export const orderListSchema = v.object({
  ...orderFiltersSchema.entries,
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => decodeCursor(text) !== null, 'must be the `next` of another page'),
    ),
  ),
});

export type OrderFilters = v.InferOutput<typeof orderFiltersSchema>;

/** Names every filter that is wrong. */
export function checkOrderFilters<S extends typeof orderFiltersSchema | typeof orderListSchema>(
  schema: S,
  query: Record<string, string>,
): Checked<v.InferOutput<S>> {
  const given = Object.entries(query).filter(([, text]) => text.trim() !== '');
  const checked = checkInput<v.GenericSchema<unknown, v.InferOutput<S>>>(
    // Both schemas are of texts; the union hides it.
    schema as unknown as v.GenericSchema<unknown, v.InferOutput<S>>,
    Object.fromEntries(given),
  );
  if (checked.wrong !== null) return checked;
  const { from = 0, to = Number.POSITIVE_INFINITY } = checked.value;
  return from < to ? checked : { value: null, wrong: { to: 'must be later than `from`' } };
}

/** What must hold of the orders, as narrow as the filters allow; null where no order can fit. */
export async function orderFilterOf(
  { catalog }: Pick<Sql, 'catalog'>,
  { item, promo, user, status, from, to, q }: OrderFilters,
): Promise<OrderFilter | null> {
  const row = promo === undefined || promo === 0 ? null : await catalog.promo(promo);
  return joined([
    {
      ...{ itemId: item ?? null, promoId: promo ?? null, userId: user ?? null, key: null },
      ...{ status: status ?? null, fromAt: from ?? null, belowAt: to ?? null, idPart: q ?? null },
    },
    row === null ? {} : narrowedByPromo(row),
    q === undefined ? {} : narrowedById(q),
  ]);
}

/** A promo sells one item, from its start to its end. */
function narrowedByPromo({ itemId, startAt, endAt }: PromoRow): Partial<OrderFilter> {
  return { itemId, fromAt: startAt, belowAt: endAt };
}

/**
 * What the part of an id tells by where it begins: nothing but an id's day has eight digits and a dash after them. A
 * whole id is that order's alone, and no part of longer ones.
 */
function narrowedById(part: string): Partial<OrderFilter> {
  const whole = parseOrderId(part);
  if (whole !== null) return { itemId: whole.item, key: orderKey(whole.item, whole.n) };
  const [, year, month, day, , item] = /^(\d{4})(\d\d)(\d\d)-((\d+)-)?/.exec(part) ?? [];
  if (year === undefined) return {};
  const fromAt = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return {
    ...{ fromAt, belowAt: fromAt + dayMs },
    ...(item === undefined ? {} : { itemId: Number(item) }),
  };
}

/** All of them; null where they contradict each other. */
function joined([first, ...others]: [OrderFilter, ...Partial<OrderFilter>[]]): OrderFilter | null {
  const all = { ...first };
  for (const { itemId = null, key = null, fromAt = null, belowAt = null } of others) {
    if (itemId !== null && all.itemId !== null && itemId !== all.itemId) return null;
    all.itemId ??= itemId;
    all.key ??= key;
    if (fromAt !== null) all.fromAt = Math.max(fromAt, all.fromAt ?? fromAt);
    if (belowAt !== null) all.belowAt = Math.min(belowAt, all.belowAt ?? belowAt);
  }
  const { itemId, fromAt, belowAt } = all;
  if (itemId !== null && (itemId < 1 || itemId > itemIdMax)) return null;
  return fromAt !== null && belowAt !== null && fromAt >= belowAt ? null : all;
}
