/** The files of a form, made into pictures. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { pictureBytesMax, pictureFormBytesMax } from '../../../../../actors/limits.ts';
import type { NewPicture } from '../../../../db/sql.ts';
import type { PictureRefusal } from '../../../../shop/pictures/pictures.ts';
import type { AppParts } from '../../../parts.ts';
import { failure } from '../../../wire/envelope.ts';
import { valuesOf } from '../../../wire/form.ts';
import {
  boundaryOf,
  readMultipart,
  type SentFile,
  type SentForm,
} from '../../../wire/multipart.ts';
import { fill } from '../../texts.ts';
import type { PictureTexts } from './pictures-texts.ts';

/** A file that was not taken. */
export interface RefusedFile {
  name: string;
  reason: PictureRefusal | 'large';
}

/** In front of forms with files: refuses one that is too long. What is long may take its time to come. */
export function pictureFormMax({ mayIdle }: Pick<AppParts, 'mayIdle'>) {
  const limited = bodyLimit({
    maxSize: pictureFormBytesMax,
    onError: (c) => failure(c.req.raw, 10006),
  });
  return (c: Context, next: () => Promise<void>) => {
    mayIdle(c.req.raw);
    return limited(c, next);
  };
}

/** A form as it was sent, with its files where it has some. */
export async function filledForm(c: Context): Promise<SentForm> {
  const boundary = boundaryOf(c.req.header('content-type') ?? null);
  const { body } = c.req.raw;
  if (boundary === null || body === null) return { values: await valuesOf(c), files: [] };
  return readMultipart(body, boundary, pictureBytesMax);
}

interface MadeFiles {
  pictures: { name: string; picture: NewPicture }[];
  refused: RefusedFile[];
}

/** Makes pictures of all files that are some, one after the other. */
export async function picturesFrom(
  { pictureMaker }: Pick<AppParts, 'pictureMaker'>,
  files: readonly SentFile[],
): Promise<MadeFiles> {
  const made: MadeFiles = { pictures: [], refused: [] };
  for (const { name, bytes } of files) {
    if (bytes === null) {
      made.refused.push({ name, reason: 'large' });
      continue;
    }
    const { value, unfit } = await pictureMaker.make(bytes);
    if (unfit === null) made.pictures.push({ name, picture: { ...value, alt: '' } });
    else made.refused.push({ name, reason: unfit });
  }
  return made;
}

/** Which files were not taken, and why. */
export function refusedText(own: PictureTexts, refused: readonly RefusedFile[]): string {
  return refused
    .map(({ name, reason }) => fill(own.refusedOne, { name, reason: own.refusals[reason] }))
    .join(' · ');
}
