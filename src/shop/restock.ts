/** Adding units to an item that is open, and taking unsold ones off sale. */
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
type Delivery = v.InferOutput<typeof deliverySchema> & {
  /** Names the delivery where it has no key of its own. */
  attempt?: string | null;
};

/** Adds units. Resolves with the item's id. */
export function restock(
  parts: Pick<ShopParts, 'board' | 'send'>,
  itemId: number,
  delivery: Delivery,
  by: string,
): Promise<Outcome<number>> {
  return deliver(parts, 'restock', itemId, delivery, by);
}

/** Takes units off sale that are left: more than those are refused for stock. As `restock`. */
export function withdrawUnits(
  parts: Pick<ShopParts, 'board' | 'send'>,
  itemId: number,
  delivery: Delivery,
  by: string,
): Promise<Outcome<number>> {
  return deliver(parts, 'withdrawUnits', itemId, delivery, by);
}

async function deliver(
  { board, send }: Pick<ShopParts, 'board' | 'send'>,
  type: 'restock' | 'withdrawUnits',
  itemId: number,
  { units, key, attempt }: Delivery,
  by: string,
): Promise<Outcome<number>> {
  if (!board.has(itemId)) return refuse(code.notFound);
  const reply = await send({ type, item: itemId, units, key: keyNumber(key ?? attempt), by });
  return outcomeOf(reply, itemId);
}

/** 53 bits of a key's hash: what a mailbox and the journal carry of it; 0 for none. */
function keyNumber(key: string | null | undefined): number {
  return key == null ? 0 : sha256Number(key);
}
