/** Pictures of items: what both databases store of them. */

/** What is served: every picture is made anew, in the form that needs the fewest bytes. */
export const pictureTypes = ['image/webp'] as const;

export interface StoredPicture {
  /** The SHA-256 of its bytes, in hex. */
  id: string;
  type: (typeof pictureTypes)[number];
  /** Pixels. */
  width: number;
  height: number;
}

export interface PictureFile extends StoredPicture {
  bytes: Uint8Array;
}

/** A picture, and the small one for lists; where it is small enough itself they are the same. */
export interface NewPicture {
  picture: PictureFile;
  small: PictureFile;
  /** What it shows, for those who do not see it. */
  alt: string;
}

export interface ItemPicture extends StoredPicture {
  itemId: number;
  alt: string;
  small: StoredPicture;
}

export interface PictureChanges {
  alt?: string | undefined;
  /** Among the item's: 1 is the first; beyond the last it becomes the last. */
  position?: number | undefined;
}

/** What merchants change of the pictures of items. Each change is whole, or not done. */
export interface Pictures {
  /** Adds a picture as an item's last, unless the item has it; false where it has `max` others already. */
  add(itemId: number, picture: NewPicture, at: number, max: number): Promise<boolean>;
  /** False where the item has no such picture. */
  edit(itemId: number, pictureId: string, changes: PictureChanges): Promise<boolean>;
  /** Removes the bytes as well where no item shows them; false where the item has no such picture. */
  remove(itemId: number, pictureId: string): Promise<boolean>;
  /** A picture's bytes, as they are served; null where there is none. */
  file(id: string): Promise<Pick<PictureFile, 'type' | 'bytes'> | null>;
}

/** The files of a picture: one, where it is its own small one. */
export function filesOf({ picture, small }: NewPicture): PictureFile[] {
  return picture.id === small.id ? [picture] : [picture, small];
}

/** Ids in their order, with one of them moved to a position from 1 on. */
export function moved(ids: readonly string[], id: string, position: number): string[] {
  const others = ids.filter((each) => each !== id);
  others.splice(position - 1, 0, id);
  return others;
}
