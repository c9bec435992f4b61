/** Pictures of items, for the merchant. They are served under `/pictures`, see `pages/served-pictures.ts`. */
import { type Context, Hono } from 'hono';
import { pictureBytesMax } from '../../../actors/limits.ts';
import { pictureData } from '../../catalog/item.ts';
import {
  addPicture,
  editPicture,
  newPictureSchema,
  pictureChangesSchema,
  pictureRefusalText,
  removePicture,
} from '../../shop/pictures/pictures.ts';
import { itemIdOf } from '../../shop/read-item.ts';
import { operatorsOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { parseBody, readBytes, unreadable, validate } from '../wire/body.ts';
import { failure, invalid, success } from '../wire/envelope.ts';

export function pictureRoutes(parts: AppParts) {
  const merchant = operatorsOnly(parts, 'items:write');
  return new Hono()
    .post('/:id/pictures', merchant, (c) => add(parts, c, c.req.param('id')))
    .patch('/:id/pictures/:pictureId', merchant, (c) => edit(parts, c, c.req.param()))
    .delete('/:id/pictures/:pictureId', merchant, (c) => remove(parts, c, c.req.param()));
}

interface Named {
  id: string;
  pictureId: string;
}

async function add(parts: AppParts, c: Context, id: string): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = validate(request, newPictureSchema, c.req.query());
  if (unfit !== null) return unfit;
  // It is long, and who sends it is known: it may take its time to come.
  parts.mayIdle(request);
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(request, pictureBytesMax);
  } catch (error) {
    return unreadable(request, error);
  }
  return answer(request, await addPicture(parts, itemIdOf(id), bytes, value.alt), 201);
}

async function edit(parts: AppParts, c: Context, { id, pictureId }: Named): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, pictureChangesSchema);
  if (unfit !== null) return unfit;
  return answer(request, await editPicture(parts, itemIdOf(id), pictureId, value));
}

async function remove(parts: AppParts, c: Context, { id, pictureId }: Named): Promise<Response> {
  return answer(c.req.raw, await removePicture(parts, itemIdOf(id), pictureId));
}

function answer(
  request: Request,
  { value, refused }: Awaited<ReturnType<typeof addPicture>>,
  status: 200 | 201 = 200,
): Response {
  if (refused === null) return success({ pictures: value.map(pictureData) }, status);
  if (refused === 'missing') return failure(request, 10005);
  return invalid(request, { picture: pictureRefusalText(refused) });
}
