/**
 * `/pictures/<sha-256>.webp`: a picture of an item. Its name says what is in it, so that browsers and caches may
 * keep it for ever. It was made here, and is a picture and nothing else; should anybody take it for a page all the
 * same, it may run nothing and load nothing.
 */

import { pictureIdOf, pictureName } from '../../pictures/address.ts';
import type { PictureFiles } from '../../pictures/files.ts';

const headers = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // Shops of the merchant's elsewhere show it as well.
  'cross-origin-resource-policy': 'cross-origin',
};

/** Null where there is none. @throws SqlUnavailable */
export async function pictureAnswer(
  files: PictureFiles,
  request: Request,
  name: string,
): Promise<Response | null> {
  const id = pictureIdOf(name);
  if (id === null) return null;
  const own = { ...headers, etag: `"${id}"` };
  // Whoever names it has it: what it consists of cannot change.
  if (namesTag(request.headers.get('if-none-match'), own.etag)) {
    return new Response(null, { status: 304, headers: own });
  }
  const file = await files.file(id);
  if (file === null) return null;
  const { type, bytes } = file;
  const disposition = `inline; filename="${pictureName({ id: id.slice(0, 12), type })}"`;
  return new Response(bytes, {
    headers: { ...own, 'content-type': type, 'content-disposition': disposition },
  });
}

/** Whether a list of tags has one, which a proxy may have called weak. */
function namesTag(list: string | null, tag: string): boolean {
  return (list ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}
