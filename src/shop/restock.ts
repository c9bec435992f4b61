/** Adding units to an item that is open. */
import * as v from 'valibot';
import { loadedUnitsMax } from '../../actors/limits.ts';
import { code } from '../../actors/protocol.ts';
import { sha256Number } from '../../actors/sha256.ts';
import { integerField, textField } from './input.ts';
import { type Outcome, outcomeOf, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';

/** `key` names the delivery: the same request sent again after an unknown outcome adds nothing. */
export const deliverySchema = v.object({
  units: integerField(1, loadedUnitsMax),
  key: v.optional(textField(1, 100)),
});
type Delivery = v.InferOutput<typeof deliverySchema>;

/** Resolves with the item's id. */
export async function restock(
  { board, send }: Pick<ShopParts, 'board' | 'send'>,
  itemId: number,
  { units, key }: Delivery,
): Promise<Outcome<number>> {
  if (!board.has(itemId)) return refuse(code.notFound);
  const reply = await send({ type: 'restock', item: itemId, units, key: keyNumber(key) });
  return outcomeOf(reply, itemId);
}

/** 53 bits of a key's hash: what a mailbox and the journal carry of it; 0 for none. */
function keyNumber(key: string | undefined): number {
  return key === undefined ? 0 : sha256Number(key);
}
