/** Promos: drafts in SQL, and their publication to the item's actor. */
import { Hono } from 'hono';
import * as v from 'valibot';
import {
  gateFactorDefault,
  gateFactorMax,
  itemIdMax,
  orderUnitsMax,
  payWindowDefaultMs,
  payWindowMsMax,
  priceMinorMax,
} from '../../../actors/limits.ts';
import { code } from '../../../actors/protocol.ts';
import type { PromoRow } from '../../db/sql.ts';
import { adminCheck, adminOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { idField, integerField, parseBody, textField, timeField } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

export const promoSchema = v.pipe(
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
const emptySchema = v.object({});
const idSchema = idField(Number.MAX_SAFE_INTEGER);

export function promoRoutes(parts: AppParts) {
  const admin = adminOnly(adminCheck(parts.adminToken));
  return new Hono()
    .post('/', admin, (c) => draft(parts, c.req.raw))
    .post('/:id/publish', admin, (c) => publish(parts, c.req.raw, c.req.param('id')));
}

async function draft(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, promoSchema);
  if (unfit !== null) return unfit;
  if (!parts.board.has(value.itemId)) return failure(request, 10005);
  const { payWindowSeconds, ...rest } = value;
  const row = await parts.catalog.createPromo({ ...rest, payWindowS: payWindowSeconds });
  return success(promoData(parts, row), 201);
}

async function publish(parts: AppParts, request: Request, id: string): Promise<Response> {
  const { refused: unfit } = await parseBody(request, emptySchema);
  if (unfit !== null) return unfit;
  const parsed = v.safeParse(idSchema, id);
  const row = parsed.success ? await parts.sql.catalog.promo(parsed.output) : null;
  if (row === null) return failure(request, 10005);
  const reply = await parts.send({
    type: 'publish',
    item: row.itemId,
    promo: row.id,
    price: row.price,
    startAt: row.startAt,
    endAt: row.endAt,
    limit: row.limitPerUser,
    gateFactor: row.gateFactor,
    payWindowMs: row.payWindowS * 1000,
  });
  if (reply.code !== code.ok) return refused(request, reply.code);
  return success({ ...promoData(parts, row), published: true });
}

/** A promo as its merchant sees it; `published` when its actor knows it. */
function promoData({ board }: AppParts, row: PromoRow) {
  const { id, itemId, name, price, startAt, endAt, limitPerUser, gateFactor, captcha } = row;
  return {
    id,
    itemId,
    name,
    price,
    startAt: timeText(startAt),
    endAt: timeText(endAt),
    limitPerUser,
    gateFactor,
    payWindowSeconds: row.payWindowS,
    captcha,
    published: row.publishedAt !== null || board.read(itemId)?.promo === id,
  };
}
