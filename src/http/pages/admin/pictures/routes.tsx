/** What the administrator's forms do with the pictures of an item. The services are those of the API. */
import { type Context, Hono } from 'hono';
import { picturesPerItemMax } from '../../../../../actors/limits.ts';
import { checkInput } from '../../../../shop/input.ts';
import { done } from '../../../../shop/outcome.ts';
import {
  editPicture,
  type PictureRefusal,
  pictureChangesSchema,
  removePicture,
  storePicture,
} from '../../../../shop/pictures/pictures.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { type ErrorCode, failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { attempt } from '../forms/submit.ts';
import { itemPage } from '../item/item.tsx';
import {
  filledForm,
  pictureFormMax,
  picturesFrom,
  type RefusedFile,
  refusedText,
} from './files.ts';
import { textsOfPictures } from './pictures.tsx';

export function pictureForms(parts: AppParts, page: PageMaker) {
  return new Hono()
    .post(
      '/items/:id/pictures',
      pictureFormMax(parts),
      page((c, view) => addFiles(parts, c, view)),
    )
    .post(
      '/items/:id/pictures/:pictureId',
      formMax,
      page((c, view) => change(parts, c, view)),
    )
    .post(
      '/items/:id/pictures/:pictureId/delete',
      formMax,
      page((c, view) => remove(parts, c, view)),
    );
}

/** Takes what can be taken, and says of the rest why not. */
async function addFiles(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = itemIdOf(c.req.param('id'));
  if (!parts.board.has(id)) return notFound(view);
  const own = textsOfPictures(view);
  const { files } = await filledForm(c);
  if (files.length === 0) return again(parts, view, id, own.nothing, 10001);
  const { value: refused, refused: fault } = await attempt(parts, c, async () => {
    const made = await picturesFrom(parts, files);
    const unstored: RefusedFile[] = [];
    for (const { name, picture } of made.pictures) {
      const stored = await storePicture(parts, id, picture);
      if (stored.refused !== null) unstored.push({ name, reason: stored.refused });
    }
    return done([...made.refused, ...unstored]);
  });
  if (fault !== null) return refusedBy(parts, view, id, fault.code);
  if (refused.length > 0) return again(parts, view, id, refusedText(own, refused), 10001);
  return c.redirect(`/admin/items/${id}?done=pictures#pictures`, 303);
}

/** What was typed is kept, whichever button was pressed. */
async function change(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = itemIdOf(c.req.param('id'));
  const pictureId = c.req.param('pictureId') ?? '';
  const values = await valuesOf(c);
  const service = async () => {
    const pictures = await parts.sql.catalog.picturesOfItems([id]);
    const now = 1 + pictures.findIndex((picture) => picture.id === pictureId);
    const input = { alt: values.alt, position: positionAfter(values.do, now) };
    const { value, wrong } = checkInput(pictureChangesSchema, input);
    if (wrong !== null) return 10001;
    return codeOf(await editPicture(parts, id, pictureId, value));
  };
  return answer(parts, c, view, { id, service, told: 'pictureSaved' });
}

async function remove(parts: AppParts, c: Context, view: View): Promise<Made> {
  const id = itemIdOf(c.req.param('id'));
  const service = async () =>
    codeOf(await removePicture(parts, id, c.req.param('pictureId') ?? ''));
  return answer(parts, c, view, { id, service, told: 'pictureRemoved' });
}

const codeOf = ({ refused }: { refused: PictureRefusal | null }) =>
  refused === null ? null : 10005;

interface Change {
  id: number;
  /** Resolves with why it was not done. */
  service(): Promise<ErrorCode | null>;
  /** The text of what was done, by its name. */
  told: string;
}

async function answer(
  parts: AppParts,
  c: Context,
  view: View,
  { id, service, told }: Change,
): Promise<Made> {
  const { value: code, refused } = await attempt(parts, c, async () => done(await service()));
  const why = refused?.code ?? code;
  if (why === null) return c.redirect(`/admin/items/${id}?done=${told}#pictures`, 303);
  return refusedBy(parts, view, id, why);
}

/** Where a button moves a picture that is in a place from 1 on; undefined where it stays. */
function positionAfter(pressed: string | undefined, now: number): number | undefined {
  if (pressed === 'first') return 1;
  if (pressed === 'up') return Math.max(1, now - 1);
  return pressed === 'down' ? Math.min(picturesPerItemMax, now + 1) : undefined;
}

function refusedBy(parts: AppParts, view: View, id: number, code: ErrorCode): Promise<Made> {
  return again(parts, view, id, failures[code][view.visitor.language], code);
}

/** The item's page, which says at its pictures what is wrong. */
function again(
  parts: AppParts,
  view: View,
  id: number,
  text: string,
  code: ErrorCode,
): Promise<Made> {
  const pictures = { text, isError: true };
  return itemPage(parts, view, String(id), { pictures, status: failures[code].status });
}
