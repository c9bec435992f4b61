/** Pictures in SQLite. */
import { and, asc, eq, inArray, notExists, or } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { alias } from 'drizzle-orm/sqlite-core';
import { filesOf, moved } from '../pictures.ts';
import { itemPictures, pictures } from '../schema.sqlite.ts';
import type { NewPicture, PictureChanges, PictureFile, Pictures } from '../sql.ts';
import { guarded } from './connect.ts';

const small = alias(pictures, 'small');
const columns = {
  itemId: itemPictures.itemId,
  alt: itemPictures.alt,
  id: pictures.id,
  type: pictures.type,
  width: pictures.width,
  height: pictures.height,
  small: { id: small.id, type: small.type, width: small.width, height: small.height },
};

type Database = Pick<BunSQLiteDatabase, 'select' | 'insert' | 'update' | 'delete'>;

/** The pictures of some items, each item's in order. */
export function selectPictures(database: Database, itemIds: readonly number[]) {
  return database
    .select(columns)
    .from(itemPictures)
    .innerJoin(pictures, eq(pictures.id, itemPictures.pictureId))
    .innerJoin(small, eq(small.id, itemPictures.smallId))
    .where(inArray(itemPictures.itemId, [...itemIds]))
    .orderBy(asc(itemPictures.itemId), asc(itemPictures.position));
}

export class SqlitePictures implements Pictures {
  constructor(readonly database: BunSQLiteDatabase) {}

  async add(itemId: number, added: NewPicture, at: number, max: number): Promise<boolean> {
    return this.#changing((database) => {
      const ids = idsOf(database, itemId);
      if (ids.includes(added.picture.id)) return true;
      if (ids.length >= max) return false;
      const files = filesOf(added).map(({ bytes, ...file }) => ({
        ...file,
        bytes: Buffer.from(bytes),
        createdAt: at,
      }));
      database.insert(pictures).values(files).onConflictDoNothing().run();
      const [pictureId, smallId] = [added.picture.id, added.small.id];
      const row = { itemId, position: ids.length, pictureId, smallId, alt: added.alt };
      database.insert(itemPictures).values(row).run();
      return true;
    });
  }

  async edit(
    itemId: number,
    pictureId: string,
    { alt, position }: PictureChanges,
  ): Promise<boolean> {
    return this.#changing((database) => {
      const ids = idsOf(database, itemId);
      if (!ids.includes(pictureId)) return false;
      if (alt !== undefined) {
        const isIt = isOne(itemId, pictureId);
        database.update(itemPictures).set({ alt }).where(isIt).run();
      }
      if (position !== undefined) number(database, itemId, moved(ids, pictureId, position));
      return true;
    });
  }

  async remove(itemId: number, pictureId: string): Promise<boolean> {
    return this.#changing((database) => {
      const isIt = isOne(itemId, pictureId);
      const [gone] = database.delete(itemPictures).where(isIt).returning().all();
      if (gone === undefined) return false;
      number(database, itemId, idsOf(database, itemId));
      const refers = or(
        eq(itemPictures.pictureId, pictures.id),
        eq(itemPictures.smallId, pictures.id),
      );
      const unused = notExists(database.select().from(itemPictures).where(refers));
      const its = inArray(pictures.id, [gone.pictureId, gone.smallId]);
      database.delete(pictures).where(and(its, unused)).run();
      return true;
    });
  }

  async file(id: string): Promise<Pick<PictureFile, 'type' | 'bytes'> | null> {
    const { type, bytes } = pictures;
    const asked = this.database.select({ type, bytes }).from(pictures).where(eq(pictures.id, id));
    return guarded(() => asked.get() ?? null);
  }

  #changing<T>(change: (database: Database) => T): T {
    return guarded(() => this.database.transaction(change, { behavior: 'immediate' }));
  }
}

const isOne = (itemId: number, pictureId: string) =>
  and(eq(itemPictures.itemId, itemId), eq(itemPictures.pictureId, pictureId));

/** The ids of an item's pictures, in order. */
function idsOf(database: Database, itemId: number): string[] {
  const rows = database
    .select({ id: itemPictures.pictureId })
    .from(itemPictures)
    .where(eq(itemPictures.itemId, itemId))
    .orderBy(asc(itemPictures.position))
    .all();
  return rows.map(({ id }) => id);
}

function number(database: Database, itemId: number, ids: readonly string[]): void {
  for (const [position, id] of ids.entries()) {
    database.update(itemPictures).set({ position }).where(isOne(itemId, id)).run();
  }
}
