/** What the pictures of items must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { NewPicture, PictureFile, Sql } from '../db/sql.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const at = Date.UTC(2026, 10, 22);
const max = 3;

function file(content: string, width = 480): PictureFile {
  // Every byte there is: text columns and encodings would not survive it.
  const bytes = new Uint8Array([...Buffer.from(content), ...Array(256).keys()]);
  const id = Bun.SHA256.hash(bytes, 'hex');
  return { id, type: 'image/webp', width, height: 320, bytes };
}

const small = file('small');
const picture = (name: string): NewPicture => {
  return { picture: file(name, 1_600), small, alt: `of ${name}` };
};
const [front, back, side, top] = ['front', 'back', 'side', 'top'].map(picture) as [
  NewPicture,
  NewPicture,
  NewPicture,
  NewPicture,
];

export function picturesContract(database: string, make: SqlFixtureMaker): void {
  describe(`pictures on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    const add = (item: number, added: NewPicture) => sql.pictures.add(item, added, at, max);
    const altsOf = async (...items: number[]) =>
      (await sql.catalog.picturesOfItems(items)).map(({ alt }) => alt);

    test('an item has its pictures in order, each with its size and its small one', async () => {
      expect(await add(1, front)).toBe(true);
      expect(await add(1, back)).toBe(true);
      const { bytes: _, ...shown } = front.picture;
      const { bytes: __, ...shownSmall } = small;
      const [first, second] = await sql.catalog.picturesOfItems([1, 2]);
      expect(first).toEqual({ itemId: 1, ...shown, alt: 'of front', small: shownSmall });
      expect(second?.id).toBe(back.picture.id);
    });

    test('the bytes of a picture come back as they were', async () => {
      await add(1, front);
      const found = (await sql.pictures.file(front.picture.id))!;
      expect(found.type).toBe('image/webp');
      expect(Buffer.from(found.bytes).equals(front.picture.bytes)).toBe(true);
      expect(await sql.pictures.file(small.id)).not.toBeNull();
      expect(await sql.pictures.file(back.picture.id)).toBeNull();
    });

    test('the same picture is stored once, whoever shows it, and an item has it once', async () => {
      await add(1, front);
      await add(2, { ...front, alt: 'of another' });
      await add(1, { ...front, alt: 'sent again' });
      expect(await fixture.rows('pictures')).toHaveLength(2);
      expect(await altsOf(2, 1)).toEqual(['of front', 'of another']);
    });

    test('an item has so many pictures and no more', async () => {
      for (const each of [front, back, side]) expect(await add(1, each)).toBe(true);
      expect(await add(1, top)).toBe(false);
      expect(await add(1, back)).toBe(true);
      expect(await altsOf(1)).toHaveLength(max);
      expect(await sql.pictures.file(top.picture.id)).toBeNull();
    });

    test('a picture is moved, and told otherwise', async () => {
      for (const each of [front, back, side]) await add(1, each);
      const edit = (id: string, changes: { alt?: string; position?: number }) =>
        sql.pictures.edit(1, id, changes);
      expect(await edit(side.picture.id, { position: 1, alt: 'the side' })).toBe(true);
      expect(await altsOf(1)).toEqual(['the side', 'of front', 'of back']);
      expect(await edit(side.picture.id, { position: 2 })).toBe(true);
      expect(await altsOf(1)).toEqual(['of front', 'the side', 'of back']);
      expect(await edit(front.picture.id, { position: 99 })).toBe(true);
      expect(await altsOf(1)).toEqual(['the side', 'of back', 'of front']);
      expect(await edit(top.picture.id, { position: 1 })).toBe(false);
      expect(await sql.pictures.edit(2, front.picture.id, { alt: 'x' })).toBe(false);
    });

    test('bytes go when no item shows them any more, and not before', async () => {
      for (const each of [front, back]) await add(1, each);
      await add(2, front);
      expect(await sql.pictures.remove(1, front.picture.id)).toBe(true);
      expect(await sql.pictures.remove(1, front.picture.id)).toBe(false);
      expect(await altsOf(1)).toEqual(['of back']);
      expect(await sql.pictures.file(front.picture.id)).not.toBeNull();
      await sql.pictures.remove(2, front.picture.id);
      expect(await sql.pictures.file(front.picture.id)).toBeNull();
      expect(await sql.pictures.file(small.id)).not.toBeNull();
      await sql.pictures.remove(1, back.picture.id);
      expect(await fixture.rows('pictures')).toEqual([]);
      await add(1, side);
      expect(await altsOf(1)).toEqual(['of side']);
    });

    test('of several who add at the same time, so many succeed as there is room for', async () => {
      const other = await fixture.open();
      const taken = await Promise.all(
        [front, back, side, top].map((each, n) =>
          (n % 2 === 0 ? sql : other).pictures.add(1, each, at, max),
        ),
      );
      expect(taken.filter(Boolean)).toHaveLength(max);
      const rows = await fixture.rows('item_pictures');
      expect(rows.map(({ position }) => position).sort()).toEqual([0, 1, 2]);
    });
  });
}
