/** Promos: drafts in SQL, their publication to the item's actor, and what a merchant does with them then. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import type { PromoRow } from '../../db/sql.ts';
import {
  controlPromo,
  extendPromo,
  extensionSchema,
  isExtension,
  promoActions,
} from '../../shop/control-promo.ts';
import {
  draftPromo,
  editPromo,
  newPromoSchema,
  promoChangesSchema,
  queueOpensAt,
  removePromo,
} from '../../shop/draft-promo.ts';
import { idField } from '../../shop/input.ts';
import type { Outcome } from '../../shop/outcome.ts';
import { isPublished, promoState } from '../../shop/promo-state.ts';
import { warningsOf } from '../../shop/promo-warnings.ts';
import { publishPromo } from '../../shop/publish-promo.ts';
import { actorName, operatorsOnly } from '../guard/admin.ts';
import { once } from '../guard/idempotency.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, invalid, promoRefused, success } from '../wire/envelope.ts';
import { languageOf } from '../wire/messages.ts';
import { warningText } from '../wire/promo-texts.ts';
import { timeText } from '../wire/time.ts';

const emptySchema = v.object({});
const idSchema = idField(Number.MAX_SAFE_INTEGER);

export function promoRoutes(parts: AppParts) {
  const merchant = operatorsOnly(parts, 'items:write');
  const routes = new Hono()
    .post('/', merchant, (c) => draft(parts, c))
    .patch('/:id', merchant, (c) => edit(parts, c.req.raw, c.req.param('id')))
    .delete('/:id', merchant, (c) => remove(parts, c.req.raw, c.req.param('id')))
    .post('/:id/extend', merchant, (c) => extend(parts, c, c.req.param('id')))
    .post('/:id/publish', merchant, (c) =>
      act(parts, c, c.req.param('id'), (id, by) => publishPromo(parts, id, by)),
    );
  for (const action of promoActions) {
    routes.post(`/:id/${action}`, merchant, (c) =>
      act(parts, c, c.req.param('id'), (id, by) => controlPromo(parts, id, action, by)),
    );
  }
  return routes;
}

async function draft(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, newPromoSchema);
  if (unfit !== null) return unfit;
  return once(parts, c, value, async (attempt) => {
    const drafted = await draftPromo(parts, value, attempt);
    if (drafted.refused !== null) return promoRefused(request, drafted.refused, drafted.about);
    return success(await withWarnings(parts, request, drafted.value), 201);
  });
}

async function edit(parts: AppParts, request: Request, id: string): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, promoChangesSchema);
  if (unfit !== null) return unfit;
  const edited = await editPromo(parts, numberOf(id), value);
  if (edited.wrong !== null) return invalid(request, edited.wrong);
  if (edited.refused !== null) return promoRefused(request, edited.refused, edited.about);
  return success(await withWarnings(parts, request, edited.value));
}

async function remove(parts: AppParts, request: Request, id: string): Promise<Response> {
  const { refused, about } = { about: 0, ...(await removePromo(parts, numberOf(id))) };
  return refused === null ? success(null) : promoRefused(request, refused, about);
}

async function extend(parts: AppParts, c: Context, id: string): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, extensionSchema);
  if (unfit !== null) return unfit;
  if (!isExtension(value, parts.clock()))
    return invalid(request, { endAt: 'must be later than now' });
  const extended = extendPromo(parts, numberOf(id), value.endAt, actorName(c));
  return answer(parts, request, await extended);
}

/** A request without a body that says anything. */
async function act(
  parts: AppParts,
  c: Context,
  id: string,
  service: (id: number, by: string) => Promise<Outcome<PromoRow>>,
): Promise<Response> {
  const request = c.req.raw;
  const { refused: unfit } = await parseBody(request, emptySchema);
  if (unfit !== null) return unfit;
  return answer(parts, request, await service(numberOf(id), actorName(c)));
}

function answer(parts: AppParts, request: Request, outcome: Outcome<PromoRow>): Response {
  const { value: promo, refused } = outcome;
  if (refused !== null) return promoRefused(request, refused, outcome.about);
  return promo === null ? failure(request, 10005) : success(promoData(parts, promo));
}

/** The number that a path names; 0, which no promo has, where it names none. */
function numberOf(text: string): number {
  const parsed = v.safeParse(idSchema, text);
  return parsed.success ? parsed.output : 0;
}

async function withWarnings(parts: AppParts, request: Request, row: PromoRow) {
  const language = languageOf(request.headers.get('accept-language'));
  const warnings = (await warningsOf(parts, row)).map((warning) => ({
    code: warning.code,
    text: warningText(warning, language),
  }));
  return { ...promoData(parts, row), warnings };
}

/** A promo as its merchant sees it; `published` when its actor knows it. */
function promoData({ board, clock }: AppParts, row: PromoRow) {
  const { id, itemId, name, price, startAt, limitPerUser, gateFactor, captcha, queue } = row;
  const { status, endAt } = promoState(row, board, clock());
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
    admitSeconds: row.admitS,
    captcha,
    queue,
    queueOpenAt: queue === 'draw' ? timeText(queueOpensAt(row)) : null,
    drawCommitment: row.drawCommitment,
    published: isPublished(row, board),
    status,
  };
}
