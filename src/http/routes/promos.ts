/** Promos: drafts in SQL, and their publication to the item's actor. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { PromoRow } from '../../db/sql.ts';
import { draftPromo, newPromoSchema } from '../../shop/draft-promo.ts';
import { idField } from '../../shop/input.ts';
import { isPublished, publishPromo } from '../../shop/publish-promo.ts';
import { adminOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

const emptySchema = v.object({});
const idSchema = idField(Number.MAX_SAFE_INTEGER);

export function promoRoutes(parts: AppParts) {
  const admin = adminOnly(parts);
  return new Hono()
    .post('/', admin, (c) => draft(parts, c.req.raw))
    .post('/:id/publish', admin, (c) => publish(parts, c.req.raw, c.req.param('id')));
}

async function draft(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, newPromoSchema);
  if (unfit !== null) return unfit;
  const { value: promo, refused: why } = await draftPromo(parts, value);
  return why === null ? success(promoData(parts, promo), 201) : refused(request, why);
}

async function publish(parts: AppParts, request: Request, id: string): Promise<Response> {
  const { refused: unfit } = await parseBody(request, emptySchema);
  if (unfit !== null) return unfit;
  const parsed = v.safeParse(idSchema, id);
  if (!parsed.success) return failure(request, 10005);
  const { value: promo, refused: why } = await publishPromo(parts, parsed.output);
  if (why !== null) return refused(request, why);
  return success({ ...promoData(parts, promo), published: true });
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
    published: isPublished(row, board.read(itemId)),
  };
}
