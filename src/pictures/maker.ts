/**
 * Makes the pictures that are served from those that merchants send: decoded, turned as the camera was held, made
 * smaller where they are large, and written anew as WebP. So of the file that was sent nothing but the profile of
 * its colours is ever served: no place where it was taken, no text, nothing behind its end. The runtime does it in
 * threads of its own.
 */
import {
  picturePixelsMax,
  pictureProfileBytesMax,
  pictureSideMax,
  pictureSmallSideMax,
} from '../../actors/limits.ts';
import type { NewPicture, PictureFile } from '../db/sql.ts';
import { inspect } from './inspect.ts';
import type { Unfit } from './unfit.ts';
import { chunksOf } from './webp.ts';

type MadePicture = Pick<NewPicture, 'picture' | 'small'>;
type Outcome<T> = { value: T; unfit: null } | { value: null; unfit: Unfit };

/** Of 100: differences to the original are not seen without looking for them. */
const quality = 82;

/** What a picture consists of, with the profile of its colours. */
const ownChunks = new Set(['VP8X', 'ICCP', 'ALPH', 'VP8 ', 'VP8L']);

export class PictureMaker {
  #last: Promise<unknown> = Promise.resolve();

  /** One at a time: each takes up to 160 megabytes for a moment. `bytes` must not change meanwhile. */
  make(bytes: Uint8Array): Promise<Outcome<MadePicture>> {
    const made = this.#last.then(() => make(bytes));
    // Who comes next waits for this one, whatever becomes of it.
    this.#last = made.catch(() => undefined);
    return made;
  }
}

async function make(bytes: Uint8Array): Promise<Outcome<MadePicture>> {
  const found = inspect(bytes);
  if (typeof found === 'string') return { value: null, unfit: found };
  const picture = await encode(bytes, pictureSideMax);
  if (typeof picture === 'string') return { value: null, unfit: picture };
  const isSmall = Math.max(picture.width, picture.height) <= pictureSmallSideMax;
  const small = isSmall ? picture : await encode(picture.bytes, pictureSmallSideMax);
  if (typeof small === 'string') throw new Error(`a picture made here cannot be read: ${small}`);
  return { value: { picture, small }, unfit: null };
}

async function encode(source: Uint8Array, side: number): Promise<PictureFile | Unfit> {
  const image = new Bun.Image(source, { maxPixels: picturePixelsMax })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality });
  const bytes = await image.bytes().catch((error: unknown) => {
    const reason = unfitFor(error);
    if (reason === null) throw error;
    return reason;
  });
  if (typeof bytes === 'string') return bytes;
  if (profileBytes(bytes) > pictureProfileBytesMax) return 'profile';
  const { width, height } = image;
  return { id: Bun.SHA256.hash(bytes, 'hex'), type: 'image/webp', width, height, bytes };
}

/** What a decoder's refusal means; null where it is a fault of ours. */
function unfitFor(error: unknown): Unfit | null {
  const reason = error instanceof Error && 'code' in error ? error.code : null;
  if (reason === 'ERR_IMAGE_DECODE_FAILED' || reason === 'ERR_IMAGE_UNKNOWN_FORMAT')
    return 'broken';
  return reason === 'ERR_IMAGE_TOO_MANY_PIXELS' ? 'pixels' : null;
}

/** The length of a picture's colour profile. @throws Error where the encoder has kept anything else */
function profileBytes(bytes: Uint8Array): number {
  const chunks = chunksOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (typeof chunks === 'string') throw new Error(`the encoder's picture is ${chunks}`);
  const foreign = chunks.find(({ name }) => !ownChunks.has(name));
  if (foreign !== undefined) throw new Error(`the encoder has kept ${foreign.name} of a picture`);
  return chunks.find(({ name }) => name === 'ICCP')?.data.length ?? 0;
}
