/** Making an item: a row in SQL, and its first units on sale at the normal price. */
import * as v from 'valibot';
import { itemIdMax, loadedUnitsMax, priceMinorMax } from '../../actors/limits.ts';
import { integerField, textField } from './input.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { ShopParts } from './parts.ts';

const urlMessage = 'must be an http or https URL, or a path of this site';

export const newItemSchema = v.object({
  title: textField(1, 200),
  description: textField(0, 10_000),
  price: integerField(0, priceMinorMax),
  stock: integerField(0, loadedUnitsMax),
  imageUrl: v.nullish(
    v.pipe(
      v.string(urlMessage),
      v.maxLength(2_000, urlMessage),
      v.regex(/^(https?:\/\/|\/(?!\/))/, urlMessage),
    ),
    null,
  ),
});
type NewItem = v.InferOutput<typeof newItemSchema>;

/** Resolves with the item's id. @throws SqlUnavailable */
export async function createItem(
  { catalog, clock, send }: Pick<ShopParts, 'catalog' | 'clock' | 'send'>,
  { title, description, price, stock, imageUrl }: NewItem,
): Promise<Outcome<number>> {
  const createdAt = clock();
  const { id } = await catalog.createItem({ title, description, imageUrl, price, createdAt });
  if (id > itemIdMax) throw new Error(`item ids are used up: ${id}`);
  return outcomeOf(await send({ type: 'open', item: id, price, units: stock }), id);
}
