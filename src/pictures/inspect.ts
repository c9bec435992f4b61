/**
 * What a file is, by its content alone: a picture of one of three kinds, whole, with its size, read from its
 * structure before anything is decoded. Decoders forgive too much: one takes a JPEG that was cut off and fills
 * it up with grey.
 */
import { picturePixelsMax } from '../../actors/limits.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import type { Found } from './unfit.ts';
import { readWebp } from './webp.ts';

/** Pixels as the file says; or why it cannot be taken. */
export function inspect(bytes: Uint8Array): Found {
  if (bytes.length === 0) return 'empty';
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readerOf(file);
  if (read === null) return 'kind';
  const found = read(file);
  if (typeof found === 'string') return found;
  const { width, height } = found;
  if (width === 0 || height === 0) return 'broken';
  return width * height > picturePixelsMax ? 'pixels' : found;
}

function readerOf(file: Buffer): ((file: Buffer) => Found) | null {
  const head = file.toString('latin1', 0, 12);
  if (head.startsWith('\xff\xd8\xff')) return readJpeg;
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return readPng;
  if (/^RIFF.{4}WEBP$/s.test(head)) return readWebp;
  return null;
}
