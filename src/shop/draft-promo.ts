/** Drafting a promo: a row in SQL, which sells nothing before it is published. */
import * as v from 'valibot';
import {
  admitDefaultMs,
  gateFactorDefault,
  gateFactorMax,
  itemIdMax,
  orderUnitsMax,
  payWindowDefaultMs,
  payWindowMsMax,
  priceMinorMax,
  promoIdMax,
} from '../../actors/limits.ts';
import { code } from '../../actors/protocol.ts';
import type { PromoRow } from '../db/sql.ts';
import { integerField, textField, timeField } from './input.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { lastTaken } from './taken-numbers.ts';

export const newPromoSchema = v.pipe(
  v.object({
    itemId: integerField(1, itemIdMax),
    name: textField(1, 200),
    price: integerField(0, priceMinorMax),
    startAt: timeField(),
    endAt: timeField(),
    limitPerUser: v.optional(integerField(1, orderUnitsMax), 1),
    gateFactor: v.optional(integerField(1, gateFactorMax), gateFactorDefault),
    payWindowSeconds: v.optional(integerField(1, payWindowMsMax / 1000), payWindowDefaultMs / 1000),
    captcha: v.optional(v.boolean('must be true or false'), true),
  }),
  v.forward(
    v.check(({ startAt, endAt }) => startAt < endAt, 'must be after startAt'),
    ['endAt'],
  ),
);
type NewPromo = v.InferOutput<typeof newPromoSchema>;

/** @throws SqlUnavailable */
export async function draftPromo(
  parts: Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'catalog'>,
  { payWindowSeconds, ...promo }: NewPromo,
): Promise<Outcome<PromoRow>> {
  const { board, catalog } = parts;
  if (!board.has(promo.itemId)) return refuse(code.notFound);
  const taken = lastTaken(parts);
  if (taken === null) return refuse(code.journalUnavailable);
  const noQueue = { queue: 'off', admitS: admitDefaultMs / 1000, queueOpenAt: null } as const;
  const draft = { ...promo, payWindowS: payWindowSeconds, ...noQueue };
  const row = await catalog.createPromo(draft, taken.promo);
  if (row.id > promoIdMax) throw new Error(`promo ids are used up: ${row.id}`);
  return done(row);
}
