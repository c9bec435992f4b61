/** Drafts of promos: rows in SQL, which sell nothing before they are published, and may be changed. */
import * as v from 'valibot';
import { queueModes } from '../../actors/events.ts';
import {
  admitDefaultMs,
  admitMsMax,
  gateFactorDefault,
  gateFactorMax,
  itemIdMax,
  orderUnitsMax,
  payWindowDefaultMs,
  payWindowMsMax,
  priceMinorMax,
  promoIdMax,
  queueOpenBeforeMs,
} from '../../actors/limits.ts';
import { code } from '../../actors/protocol.ts';
import type { PromoDraft, PromoRow } from '../db/sql.ts';
import { flagField, integerField, textField, timeField } from './input.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { isPublished } from './promo-state.ts';
import { lastTaken } from './taken-numbers.ts';

const fields = {
  itemId: integerField(1, itemIdMax),
  name: textField(1, 200),
  price: integerField(0, priceMinorMax),
  startAt: timeField(),
  endAt: timeField(),
  limitPerUser: integerField(1, orderUnitsMax),
  gateFactor: integerField(1, gateFactorMax),
  payWindowSeconds: integerField(1, payWindowMsMax / 1000),
  admitSeconds: integerField(1, admitMsMax / 1000),
  captcha: flagField(),
  queue: v.picklist(queueModes, `must be ${queueModes.join(', ')}`),
  queueOpenAt: v.nullable(timeField()),
};

/** What is wrong with times that are each right, by field. */
function wrongTimes(draft: {
  startAt: number;
  endAt: number;
  queue: PromoDraft['queue'];
  queueOpenAt: number | null;
}): Record<string, string> {
  const { startAt, endAt, queue, queueOpenAt } = draft;
  const isEarly = queue !== 'draw' || queueOpenAt === null || queueOpenAt < startAt;
  return {
    ...(startAt < endAt ? {} : { endAt: 'must be after startAt' }),
    ...(isEarly ? {} : { queueOpenAt: 'must be before startAt' }),
  };
}

export const newPromoSchema = v.pipe(
  v.object({
    itemId: fields.itemId,
    name: fields.name,
    price: fields.price,
    startAt: fields.startAt,
    endAt: fields.endAt,
    limitPerUser: v.optional(fields.limitPerUser, 1),
    gateFactor: v.optional(fields.gateFactor, gateFactorDefault),
    payWindowSeconds: v.optional(fields.payWindowSeconds, payWindowDefaultMs / 1000),
    admitSeconds: v.optional(fields.admitSeconds, admitDefaultMs / 1000),
    captcha: v.optional(fields.captcha, true),
    queue: v.optional(fields.queue, 'fifo'),
    queueOpenAt: v.optional(fields.queueOpenAt, null),
  }),
  v.forward(
    v.check((draft) => wrongTimes(draft).endAt === undefined, 'must be after startAt'),
    ['endAt'],
  ),
  v.forward(
    v.check((draft) => wrongTimes(draft).queueOpenAt === undefined, 'must be before startAt'),
    ['queueOpenAt'],
  ),
);
type NewPromo = v.InferOutput<typeof newPromoSchema>;

export const promoChangesSchema = v.partial(v.object(fields));
type Changes = v.InferOutput<typeof promoChangesSchema>;

/** When users may join a promo with a draw: when it says so, or some time before its start. */
export function queueOpensAt({
  startAt,
  queueOpenAt,
}: Pick<PromoDraft, 'startAt' | 'queueOpenAt'>): number {
  return queueOpenAt ?? startAt - queueOpenBeforeMs;
}

/** @param attempt - see `createItem`. @throws SqlUnavailable */
export async function draftPromo(
  parts: Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'catalog'>,
  promo: NewPromo,
  attempt: string | null = null,
): Promise<Outcome<PromoRow>> {
  const { board, catalog } = parts;
  if (!board.has(promo.itemId)) return refuse(code.notFound);
  const taken = lastTaken(parts);
  if (taken === null) return refuse(code.journalUnavailable);
  const { payWindowSeconds, admitSeconds, ...rest } = promo;
  const draft = { ...rest, payWindowS: payWindowSeconds, admitS: admitSeconds };
  const row = await catalog.createPromo(draft, taken.promo, attempt);
  if (row.id > promoIdMax) throw new Error(`promo ids are used up: ${row.id}`);
  return done(row);
}

/** Changes a draft; or says what would be wrong with it. @throws SqlUnavailable */
export async function editPromo(
  { board, sql, catalog }: Pick<ShopParts, 'board' | 'sql' | 'catalog'>,
  id: number,
  { payWindowSeconds, admitSeconds, ...rest }: Changes,
): Promise<{ wrong: Record<string, string> } | (Outcome<PromoRow> & { wrong: null })> {
  const row = await sql.catalog.promo(id);
  if (row === null) return { ...refuse(code.notFound), wrong: null };
  if (isPublished(row, board)) return { ...refuse(code.wrongState), wrong: null };
  const all = {
    ...rest,
    ...(payWindowSeconds === undefined ? {} : { payWindowS: payWindowSeconds }),
    ...(admitSeconds === undefined ? {} : { admitS: admitSeconds }),
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  const changes = Object.fromEntries(given) as Partial<PromoDraft>; // Some of its fields.
  const changed = { ...row, ...changes };
  const wrong = wrongTimes(changed);
  if (Object.keys(wrong).length > 0) return { wrong };
  if (!board.has(changed.itemId)) return { ...refuse(code.notFound), wrong: null };
  const edited = await sql.drafts.edit(id, changes);
  await catalog.changed();
  const outcome = edited === null ? refuse(code.wrongState) : done(edited);
  return { ...outcome, wrong: null };
}

/** Deletes a draft. @throws SqlUnavailable */
export async function removePromo(
  { board, sql, catalog }: Pick<ShopParts, 'board' | 'sql' | 'catalog'>,
  id: number,
): Promise<Outcome<null>> {
  const row = await sql.catalog.promo(id);
  if (row === null) return refuse(code.notFound);
  if (isPublished(row, board) || !(await sql.drafts.remove(id))) return refuse(code.wrongState);
  await catalog.changed();
  return done(null);
}
