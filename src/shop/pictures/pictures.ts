/** Pictures of an item: add one, put it in its place, say what it shows, take it away. */
import * as v from 'valibot';
import { pictureAltCharactersMax, picturesPerItemMax } from '../../../actors/limits.ts';
import type { ItemPicture, NewPicture } from '../../db/sql.ts';
import type { PictureMaker } from '../../pictures/maker.ts';
import { type Unfit, unfitReasons } from '../../pictures/unfit.ts';
import { integerField, textField } from '../input.ts';
import type { ShopParts } from '../parts.ts';

/** Why nothing was done. `missing`: no such item or picture; `full`: the item can have no more. */
export type PictureRefusal = Unfit | 'full' | 'missing';

type Outcome<T> = { value: T; refused: null } | { value: null; refused: PictureRefusal };

export interface PictureParts extends Pick<ShopParts, 'board' | 'sql' | 'catalog' | 'clock'> {
  pictureMaker: PictureMaker;
}

const altField = () => textField(0, pictureAltCharactersMax);

/** What comes with a new picture. */
export const newPictureSchema = v.object({ alt: v.optional(altField(), '') });

export const pictureChangesSchema = v.object({
  alt: v.optional(altField()),
  position: v.optional(integerField(1, picturesPerItemMax)),
});
type Changes = v.InferOutput<typeof pictureChangesSchema>;

const refuse = (refused: PictureRefusal) => ({ value: null, refused });

/** What a refusal means, in the words of the API. */
export function pictureRefusalText(refused: Exclude<PictureRefusal, 'missing'>): string {
  return refused === 'full'
    ? `must be one of ${picturesPerItemMax} of an item at most`
    : unfitReasons[refused];
}

/**
 * Makes a picture of what was sent and adds it as the item's last. The same picture again changes nothing.
 * Resolves with all of the item's. @throws SqlUnavailable
 */
export async function addPicture(
  parts: PictureParts,
  itemId: number,
  bytes: Uint8Array,
  alt: string,
): Promise<Outcome<ItemPicture[]>> {
  if (!(await exists(parts, itemId))) return refuse('missing');
  const { value, unfit } = await parts.pictureMaker.make(bytes);
  if (unfit !== null) return refuse(unfit);
  return storePicture(parts, itemId, { ...value, alt });
}

/** Adds a picture that was made before. @throws SqlUnavailable */
export async function storePicture(
  parts: Pick<PictureParts, 'sql' | 'catalog' | 'clock'>,
  itemId: number,
  picture: NewPicture,
): Promise<Outcome<ItemPicture[]>> {
  const { sql, clock } = parts;
  if (!(await sql.pictures.add(itemId, picture, clock(), picturesPerItemMax))) {
    return refuse('full');
  }
  return changed(parts, itemId);
}

/** Resolves with all of the item's pictures, as do the others. @throws SqlUnavailable */
export async function editPicture(
  parts: Pick<PictureParts, 'sql' | 'catalog'>,
  itemId: number,
  pictureId: string,
  changes: Changes,
): Promise<Outcome<ItemPicture[]>> {
  const found = await parts.sql.pictures.edit(itemId, pictureId, changes);
  return found ? changed(parts, itemId) : refuse('missing');
}

/** @throws SqlUnavailable */
export async function removePicture(
  parts: Pick<PictureParts, 'sql' | 'catalog'>,
  itemId: number,
  pictureId: string,
): Promise<Outcome<ItemPicture[]>> {
  const found = await parts.sql.pictures.remove(itemId, pictureId);
  return found ? changed(parts, itemId) : refuse('missing');
}

async function exists({ board, sql }: PictureParts, id: number): Promise<boolean> {
  return board.has(id) && (await sql.catalog.item(id)) !== null;
}

async function changed(
  { sql, catalog }: Pick<PictureParts, 'sql' | 'catalog'>,
  itemId: number,
): Promise<Outcome<ItemPicture[]>> {
  await catalog.changed();
  return { value: await sql.catalog.picturesOfItems([itemId]), refused: null };
}
