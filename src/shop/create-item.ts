/** Making an item: a row in SQL, and its first units on sale at the normal price. */
import * as v from 'valibot';
import { itemIdMax, loadedUnitsMax, priceMinorMax } from '../../actors/limits.ts';
import { code } from '../../actors/protocol.ts';
import { integerField, pictureField, textField } from './input.ts';
import { type Outcome, outcomeOf, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { lastTaken } from './taken-numbers.ts';

export const newItemSchema = v.object({
  title: textField(1, 200),
  description: textField(0, 10_000),
  price: integerField(0, priceMinorMax),
  stock: integerField(0, loadedUnitsMax),
  imageUrl: v.nullish(pictureField(), null),
});
type NewItem = v.InferOutput<typeof newItemSchema>;

/** Resolves with the item's id. @throws SqlUnavailable */
export async function createItem(
  parts: Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'catalog' | 'clock' | 'send'>,
  { title, description, price, stock, imageUrl }: NewItem,
): Promise<Outcome<number>> {
  const { catalog, clock, send } = parts;
  const taken = lastTaken(parts);
  if (taken === null) return refuse(code.journalUnavailable);
  const sold = { normalSale: true, limitPerUser: loadedUnitsMax, hidden: false };
  const draft = { title, description, imageUrl, price, createdAt: clock(), ...sold };
  for (let above = taken.item; ; ) {
    const { id } = await catalog.createItem(draft, above);
    if (id > itemIdMax) throw new Error(`item ids are used up: ${id}`);
    const reply = await send({ type: 'open', item: id, price, units: stock });
    const known = reply.repeated || reply.code === code.wrongState;
    if (!known) return outcomeOf(reply, id);
    // Another engine opened the item after our board was written, and SQL has lost it since: this row
    // would give its orders another title.
    await catalog.removeItem(id);
    above = id;
  }
}
