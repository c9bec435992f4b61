/** Items: the catalogue's rows with the stock and sale status that the board shows. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { itemIdMax, loadedUnitsMax, priceMinorMax } from '../../../actors/limits.ts';
import type { Board } from '../../../actors/memory/board.ts';
import { code } from '../../../actors/protocol.ts';
import { shown } from '../../catalog/item.ts';
import { adminCheck, adminOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { integerField, parseBody, textField, validate } from '../wire/body.ts';
import { failure, refused, successBody, successEnvelope, successText } from '../wire/envelope.ts';

const urlMessage = 'must be an http or https URL, or a path of this site';
export const itemSchema = v.object({
  title: textField(1, 200),
  description: textField(0, 10_000),
  price: integerField(0, priceMinorMax),
  stock: integerField(0, loadedUnitsMax),
  imageUrl: v.nullish(
    v.pipe(
      v.string(urlMessage),
      v.maxLength(2_000, urlMessage),
      v.regex(/^(https?:\/\/|\/(?!\/))/, urlMessage),
    ),
    null,
  ),
});
/** `key` names the delivery: the same request sent again after an unknown outcome adds nothing. */
export const restockSchema = v.object({
  units: integerField(1, loadedUnitsMax),
  key: v.optional(textField(1, 100)),
});
const listSchema = v.object({
  sort: v.optional(v.picklist(['sales', 'newest'], 'must be sales or newest'), 'newest'),
});
const idShape = /^[1-9]\d{0,5}$/;

export function itemRoutes(parts: AppParts) {
  const admin = adminOnly(adminCheck(parts.adminToken));
  // The hot route: no middleware is in front of it, so it counts by itself.
  const row = parts.requests.rowOf('GET /api/items/:id');
  return new Hono()
    .post('/', admin, (c) => create(parts, c.req.raw))
    .get('/', (c) => list(parts, c.req.raw, c.req.query()))
    .get('/:id', (c) => read(parts, row, c.req.raw, c.req.param('id')))
    .post('/:id/restock', admin, (c) => restock(parts, c.req.raw, c.req.param('id')))
    .get('/:id/live', (c) => {
      const id = itemId(parts, c.req.param('id'));
      return id === null ? failure(c.req.raw, 10005) : parts.live.open(id, c.req.raw);
    });
}

async function create(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, itemSchema);
  if (unfit !== null) return unfit;
  const { title, description, price, stock, imageUrl } = value;
  const createdAt = parts.clock();
  const row = await parts.catalog.createItem({
    title,
    description,
    imageUrl,
    price,
    createdAt,
  });
  if (row.id > itemIdMax) throw new Error(`item ids are used up: ${row.id}`);
  const reply = await parts.send({ type: 'open', item: row.id, price, units: stock });
  if (reply.code !== code.ok) return refused(request, reply.code);
  return answerItem(parts, request, row.id, 201);
}

async function list(parts: AppParts, request: Request, query: unknown): Promise<Response> {
  const { value, refused: unfit } = validate(request, listSchema, query);
  if (unfit !== null) return unfit;
  const { board, clock, catalog } = parts;
  const items = await catalog.items(value.sort);
  const opened = items.filter(({ id }) => board.has(id));
  const texts = opened.map((item) => shown(item, board, clock()).json);
  return successText(`[${texts.join()}]`, 200);
}

/** Answers at once, without a promise, where the thread has the item at hand. Hot path. */
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
  return successBody(now.answer, 200);
}

async function restock(parts: AppParts, request: Request, id: string): Promise<Response> {
  const { value, refused: unfit } = await parseBody(request, restockSchema);
  if (unfit !== null) return unfit;
  const item = itemId(parts, id);
  if (item === null) return failure(request, 10005);
  const reply = await parts.send({
    type: 'restock',
    item,
    units: value.units,
    key: restockKey(value.key),
  });
  if (reply.code !== code.ok) return refused(request, reply.code);
  return answerItem(parts, request, item);
}

/** 53 bits of a key's hash: what a mailbox and the journal carry of it; 0 for none. */
function restockKey(key: string | undefined): number {
  if (key === undefined) return 0;
  const hash = Buffer.from(Bun.SHA256.hash(key, 'hex'), 'hex');
  return (hash.readUInt32BE(0) & 0x1f_ffff) * 0x1_0000_0000 + hash.readUInt32BE(4) || 1;
}

async function answerItem(
  { board, catalog, clock }: AppParts,
  request: Request,
  id: number,
  status: 200 | 201 = 200,
): Promise<Response> {
  const item = await catalog.item(id);
  if (item === null) return failure(request, 10005);
  return successText(shown(item, board, clock()).json, status);
}

/** The id that a path names, of an item that is open; else null. */
function itemId({ board }: { board: Board }, text: string): number | null {
  const id = idShape.test(text) ? Number(text) : 0;
  return board.has(id) ? id : null;
}
