/** Where pictures are served: under the hash of what they consist of, so that they may be kept for ever. */
import type { StoredPicture } from '../db/sql.ts';

const extensions: Record<StoredPicture['type'], string> = { 'image/webp': 'webp' };

/** The name of a picture's file. */
export function pictureName({ id, type }: Pick<StoredPicture, 'id' | 'type'>): string {
  return `${id}.${extensions[type]}`;
}

/** The path of this site under which a picture is served. */
export function picturePath(picture: Pick<StoredPicture, 'id' | 'type'>): string {
  return `/pictures/${pictureName(picture)}`;
}

/** The id in the name of a picture's file; null where it is none. */
export function pictureIdOf(name: string): string | null {
  return /^([0-9a-f]{64})\.webp$/.exec(name)?.[1] ?? null;
}
