/** Pictures in Postgres. */
import { and, asc, eq, inArray, notExists, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { alias } from 'drizzle-orm/pg-core';
import { filesOf, moved } from '../pictures.ts';
import { itemPictures, pictures } from '../schema.postgres.ts';
import type { NewPicture, PictureChanges, PictureFile, Pictures } from '../sql.ts';
import type { Connections } from './connections.ts';

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

type Database = ReturnType<typeof drizzle>;

/** Any number that nothing else locks in this database. */
const picturesLock = 7_301_404;

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

export class PostgresPictures implements Pictures {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  add(itemId: number, added: NewPicture, at: number, max: number): Promise<boolean> {
    return this.#changing(async (database) => {
      const ids = await idsOf(database, itemId);
      if (ids.includes(added.picture.id)) return true;
      if (ids.length >= max) return false;
      const files = filesOf(added).map((file) => ({ ...file, createdAt: at }));
      await database.insert(pictures).values(files).onConflictDoNothing();
      const [pictureId, smallId] = [added.picture.id, added.small.id];
      const row = { itemId, position: ids.length, pictureId, smallId, alt: added.alt };
      await database.insert(itemPictures).values(row);
      return true;
    });
  }

  edit(itemId: number, pictureId: string, { alt, position }: PictureChanges): Promise<boolean> {
    return this.#changing(async (database) => {
      const ids = await idsOf(database, itemId);
      if (!ids.includes(pictureId)) return false;
      if (alt !== undefined) {
        await database.update(itemPictures).set({ alt }).where(isOne(itemId, pictureId));
      }
      if (position !== undefined) await number(database, itemId, moved(ids, pictureId, position));
      return true;
    });
  }

  remove(itemId: number, pictureId: string): Promise<boolean> {
    return this.#changing(async (database) => {
      const isIt = isOne(itemId, pictureId);
      const [gone] = await database.delete(itemPictures).where(isIt).returning();
      if (gone === undefined) return false;
      await number(database, itemId, await idsOf(database, itemId));
      const refers = or(
        eq(itemPictures.pictureId, pictures.id),
        eq(itemPictures.smallId, pictures.id),
      );
      const unused = notExists(database.select().from(itemPictures).where(refers));
      const its = inArray(pictures.id, [gone.pictureId, gone.smallId]);
      await database.delete(pictures).where(and(its, unused));
      return true;
    });
  }

  async file(id: string): Promise<Pick<PictureFile, 'type' | 'bytes'> | null> {
    const { type, bytes } = pictures;
    const [found] = await this.#connections.run((client) =>
      drizzle(client).select({ type, bytes }).from(pictures).where(eq(pictures.id, id)),
    );
    return found ?? null;
  }

  /** One change after the other: what one removes as unused another may be about to refer to. */
  #changing<T>(change: (database: Database) => Promise<T>): Promise<T> {
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      await database.execute(sql`select pg_advisory_xact_lock(${picturesLock})`);
      return change(database);
    });
  }
}

const isOne = (itemId: number, pictureId: string) =>
  and(eq(itemPictures.itemId, itemId), eq(itemPictures.pictureId, pictureId));

/** The ids of an item's pictures, in order. */
async function idsOf(database: Database, itemId: number): Promise<string[]> {
  const rows = await database
    .select({ id: itemPictures.pictureId })
    .from(itemPictures)
    .where(eq(itemPictures.itemId, itemId))
    .orderBy(asc(itemPictures.position));
  return rows.map(({ id }) => id);
}

async function number(database: Database, itemId: number, ids: readonly string[]): Promise<void> {
  for (const [position, id] of ids.entries()) {
    await database.update(itemPictures).set({ position }).where(isOne(itemId, id));
  }
}
