/** Pictures as they are served: those that a crowd looks at are in the thread's memory, the rest in SQL. */
import { LRUCache } from 'lru-cache';
import { picturesAtHandBytesMax } from '../../actors/limits.ts';
import type { PictureFile, Pictures } from '../db/sql.ts';

interface ServedPicture extends Pick<PictureFile, 'type'> {
  bytes: Uint8Array<ArrayBuffer>;
}

export class PictureFiles {
  readonly #files: LRUCache<string, ServedPicture>;

  constructor(sql: Pick<Pictures, 'file'>) {
    this.#files = new LRUCache({
      maxSize: picturesAtHandBytesMax,
      sizeCalculation: ({ bytes }) => bytes.length,
      // One read for all who wait for the same picture. What is not there is not kept: it may come.
      fetchMethod: async (id) => {
        const file = await sql.file(id);
        return file === null ? undefined : { ...file, bytes: new Uint8Array(file.bytes) };
      },
    });
  }

  /** Null where there is none. @throws SqlUnavailable where it is not at hand either */
  async file(id: string): Promise<ServedPicture | null> {
    return (await this.#files.fetch(id)) ?? null;
  }
}
