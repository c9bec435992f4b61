/** Changing an item that is open: how it is sold, in its actor; what is written about it, in SQL. */
import * as v from 'valibot';
import { type ItemText, itemTexts } from '../../actors/events.ts';
import { code } from '../../actors/protocol.ts';
import type { ItemChanges } from '../db/sql.ts';
import { itemFields } from './create-item.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { untilProjected } from './promo-state.ts';

export const itemChangesSchema = v.partial(v.object(itemFields));
type Changes = v.InferOutput<typeof itemChangesSchema>;

/**
 * The actor comes first, since it sells, and the projector writes what it has decided. The texts are in
 * SQL alone: where that is away, the same request sent again makes good for it. Resolves with the item's
 * id. @throws SqlUnavailable
 */
export async function editItem(
  parts: Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'sql' | 'catalog' | 'send'>,
  id: number,
  changes: Changes,
  by: string,
): Promise<Outcome<number>> {
  const { board, sql, catalog, send } = parts;
  const item = board.has(id) ? await sql.catalog.item(id) : null;
  if (item === null) return refuse(code.notFound);
  const { price, normalSale, limitPerUser } = changes;
  const given = itemTexts.filter((text) => changes[text] !== undefined);
  const changed = given.filter((text) => changes[text] !== item[text]);
  const texts = changed.reduce((bits, text) => bits | (1 << itemTexts.indexOf(text)), 0);
  const reply = await send({
    ...{ type: 'edit', item: id, texts, by },
    ...(price === undefined ? {} : { price }),
    ...(normalSale === undefined ? {} : { normalSale }),
    ...(limitPerUser === undefined ? {} : { limit: limitPerUser }),
  });
  if (reply.code !== code.ok) return refuse(reply.code, reply.about);
  await untilProjected(parts, id);
  await catalog.editItem(id, textsOf(changes, given));
  return done(id);
}

function textsOf(changes: Changes, given: readonly ItemText[]): Pick<ItemChanges, ItemText> {
  return Object.fromEntries(given.map((text) => [text, changes[text]]));
}
