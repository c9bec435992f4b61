/** Making an item: a row in SQL, and its first units on sale at the normal price. */
import * as v from 'valibot';
import {
  itemIdMax,
  loadedUnitsMax,
  normalLimitDefault,
  orderUnitsMax,
  priceMinorMax,
} from '../../actors/limits.ts';
import { code } from '../../actors/protocol.ts';
import type { ItemDraft, MadeItem } from '../db/sql.ts';
import { flagField, integerField, pictureField, textField } from './input.ts';
import { done, type Outcome, outcomeOf, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { lastTaken } from './taken-numbers.ts';

/** What an item is made with, and what of it may be changed. */
export const itemFields = {
  title: textField(1, 200),
  description: textField(0, 10_000),
  imageUrl: v.nullable(pictureField()),
  price: integerField(0, priceMinorMax),
  normalSale: flagField(),
  limitPerUser: integerField(1, orderUnitsMax),
  hidden: flagField(),
};

export const newItemSchema = v.object({
  title: itemFields.title,
  description: itemFields.description,
  price: itemFields.price,
  stock: integerField(0, loadedUnitsMax),
  imageUrl: v.nullish(pictureField(), null),
  normalSale: v.optional(itemFields.normalSale, true),
  limitPerUser: v.optional(itemFields.limitPerUser, normalLimitDefault),
  hidden: v.optional(itemFields.hidden, false),
});
type NewItem = v.InferOutput<typeof newItemSchema>;

type Parts = Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'catalog' | 'clock' | 'send'>;

/**
 * Resolves with the item's id.
 * @param attempt - finds the item that an earlier try of the same request has made; null for no other try.
 * @throws SqlUnavailable
 */
export async function createItem(
  parts: Parts,
  { stock, ...item }: NewItem,
  by: string,
  attempt: string | null = null,
): Promise<Outcome<number>> {
  const { catalog, clock, send } = parts;
  const taken = lastTaken(parts);
  if (taken === null) return refuse(code.journalUnavailable);
  const draft = { ...item, createdAt: clock() };
  for (let above = taken.item; ; ) {
    const { row, isNew } = await made(catalog, draft, above, attempt);
    const { id, price, normalSale, limitPerUser: limit } = row;
    if (id > itemIdMax) throw new Error(`item ids are used up: ${id}`);
    const reply = await send({
      type: 'open',
      item: id,
      price,
      units: stock,
      normalSale,
      limit,
      by,
    });
    const known = reply.repeated || reply.code === code.wrongState;
    if (known && !isNew) return done(id);
    if (!known) return outcomeOf(reply, id);
    // Another engine opened the item after our board was written, and SQL has lost it since: this row
    // would give its orders another title.
    await catalog.removeItem(id);
    above = id;
  }
}

async function made(
  catalog: Parts['catalog'],
  draft: ItemDraft,
  above: number,
  attempt: string | null,
): Promise<MadeItem> {
  if (attempt !== null) return catalog.createItemOnce(draft, above, attempt);
  return { row: await catalog.createItem(draft, above), isNew: true };
}
