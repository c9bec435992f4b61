/** Items: the catalogue's rows with the stock and sale status that the board shows. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import type { Board } from '../../../actors/memory/board.ts';
import { addressBlock } from '../../admission/rate-limits.ts';
import { shown } from '../../catalog/item.ts';
import { createItem, newItemSchema } from '../../shop/create-item.ts';
import { editItem, itemChangesSchema } from '../../shop/edit-item.ts';
import { itemSorts } from '../../shop/item-ranking.ts';
import { itemSections } from '../../shop/item-sections.ts';
import { searchCharactersMax } from '../../shop/list-items.ts';
import { itemIdOf, readItem } from '../../shop/read-item.ts';
import { deliverySchema, restock, withdrawUnits } from '../../shop/restock.ts';
import { actorName, operatorsOnly } from '../guard/admin.ts';
import { once } from '../guard/idempotency.ts';
import { refusedByLimit } from '../guard/limit-answers.ts';
import { searchLimit } from '../guard/rate-limits.ts';
import type { AppParts } from '../parts.ts';
import { parseBody, validate } from '../wire/body.ts';
import {
  failure,
  invalid,
  openBody,
  refused,
  successEnvelope,
  successText,
} from '../wire/envelope.ts';

const oneOf = (names: readonly string[]) =>
  `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** The query of a list of items. */
export const listSchema = v.object({
  sort: v.optional(v.picklist(itemSorts, oneOf(itemSorts)), 'running'),
  status: v.optional(v.picklist(itemSections, oneOf(itemSections))),
  q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(searchCharactersMax)), ''),
  cursor: v.optional(v.string()),
});

export function itemRoutes(parts: AppParts) {
  const merchant = operatorsOnly(parts, 'items:write');
  // The hot route: no middleware precedes it, so it counts for itself.
  const row = parts.requests.rowOf('GET /api/items/:id');
  return new Hono()
    .post('/', merchant, (c) => create(parts, c))
    .get('/', (c) => list(parts, c.req.raw, c.req.query()))
    .patch('/:id', merchant, (c) => edit(parts, c, c.req.param('id')))
    .get('/:id', (c) => read(parts, row, c.req.raw, c.req.param('id')))
    .post('/:id/restock', merchant, (c) => deliver(parts, c, c.req.param('id'), restock))
    .post('/:id/withdraw', merchant, (c) => deliver(parts, c, c.req.param('id'), withdrawUnits))
    .get('/:id/live', (c) => {
      const id = itemId(parts, c.req.param('id'));
      if (id === null) return failure(c.req.raw, 10005);
      return parts.live.open(id, c.req.raw, addressBlock(parts.addressOf(c.req.raw)));
    });
}

async function create(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, newItemSchema);
  if (unfit !== null) return unfit;
  return once(parts, c, value, async (attempt) => {
    const { value: id, refused: why } = await createItem(parts, value, actorName(c), attempt);
    return why === null ? answerItem(parts, request, id, 201) : refused(request, why);
  });
}

async function edit(parts: AppParts, c: Context, text: string): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, itemChangesSchema);
  if (unfit !== null) return unfit;
  const { value: id, refused: why } = await editItem(parts, itemIdOf(text), value, actorName(c));
  return why === null ? answerItem(parts, request, id) : refused(request, why);
}

async function list(parts: AppParts, request: Request, query: unknown): Promise<Response> {
  const { value, refused: unfit } = validate(request, listSchema, query);
  if (unfit !== null) return unfit;
  const { sort, status: section = null, q, cursor = null } = value;
  if (q !== '') {
    const state = await searchLimit(parts, request);
    if (!state.allowed) return refusedByLimit(request, state);
  }
  const page = await parts.lists.page({ sort, section, search: q === '' ? null : q, cursor });
  if (page === null) return invalid(request, { cursor: 'must be the `next` of another page' });
  const now = parts.clock();
  const items = page.items.map((item) => shown(item, parts.board, now).json);
  const hidden = page.hidden === 0 ? '' : `,"hidden":${page.hidden}`;
  return openBody(
    successEnvelope(`{"items":[${items.join()}],"next":${JSON.stringify(page.next)}${hidden}}`),
  );
}

/** Answers at once, without a promise, where the thread has the item cached. Hot path. */
function read(
  parts: AppParts,
  row: number,
  request: Request,
  text: string,
): Response | Promise<Response> {
  const { board, catalog, clock, requests } = parts;
  const id = itemId(parts, text);
  const item = id === null ? undefined : catalog.itemAtHand(id);
  if (id !== null && item === undefined) {
    return answerItem(parts, request, id).then((answer) => {
      requests.countAt(row, answer.status);
      return answer;
    });
  }
  requests.countAt(row, item === undefined ? 404 : 200);
  if (item === undefined) return failure(request, 10005);
  const now = shown(item, board, clock());
  now.answer ??= successEnvelope(now.json);
  return openBody(now.answer);
}

/** Adds units, or takes some off sale. */
async function deliver(
  parts: AppParts,
  c: Context,
  text: string,
  service: typeof restock | typeof withdrawUnits,
): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, deliverySchema);
  if (unfit !== null) return unfit;
  return once(parts, c, value, async (attempt) => {
    const delivery = { ...value, attempt };
    const delivered = await service(parts, itemIdOf(text), delivery, actorName(c));
    const { value: id, refused: why } = delivered;
    return why === null ? answerItem(parts, request, id) : refused(request, why);
  });
}

async function answerItem(
  parts: AppParts,
  request: Request,
  id: number,
  status: 200 | 201 = 200,
): Promise<Response> {
  const found = await readItem(parts, id);
  if (found === null) return failure(request, 10005);
  const { json } = shown(found.item, parts.board, parts.clock());
  // Only what anyone may read is for caches.
  if (request.method === 'GET' || request.method === 'HEAD') return openBody(successEnvelope(json));
  return successText(json, status);
}

/** The id of the open item that a path names; else null. */
function itemId({ board }: { board: Board }, text: string): number | null {
  const id = itemIdOf(text);
  return board.has(id) ? id : null;
}
