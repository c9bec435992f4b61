/** What the users must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Sql, UserDraft } from '../db/sql.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const ada: UserDraft = {
  telephone: '+8613800000001',
  name: "艾达 O'Hara; DROP TABLE users",
  gender: 'x',
  age: 36,
  createdAt: Date.UTC(2026, 10, 22),
};

export function usersContract(database: string, make: SqlFixtureMaker): void {
  describe(`users on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    test('a user is found by id and by telephone, with the hash of the password', async () => {
      const user = await sql.users.create(ada, 'the hash');
      expect(user).toEqual({ ...ada, id: expect.any(Number) });
      expect(await sql.users.byId(user!.id)).toEqual(user);
      expect(await sql.users.byTelephone(ada.telephone)).toEqual({
        user: user!,
        passwordHash: 'the hash',
      });
    });

    test('several are found at once, without those that are none', async () => {
      const one = await sql.users.create(ada, 'hash');
      const other = await sql.users.create({ ...ada, telephone: '+8613800000009' }, 'hash');
      const found = await sql.users.byIds([one!.id, 2, other!.id]);
      expect(found.toSorted((a, b) => a.id - b.id)).toEqual(
        [one!, other!].toSorted((a, b) => a.id - b.id),
      );
      expect(await sql.users.byIds([])).toEqual([]);
    });

    test('no one is found under another id or telephone', async () => {
      await sql.users.create(ada, 'the hash');
      expect(await sql.users.byId(2)).toBeNull();
      expect(await sql.users.byIds([2])).toEqual([]);
      expect(await sql.users.byTelephone('+8613800000002')).toBeNull();
    });

    test('numbers grow with the time of registration, whatever the database has lost', async () => {
      const lost = await sql.users.create(ada, 'hash');
      await fixture.forget('user_passwords');
      await fixture.forget('users');
      const later = await sql.users.create({ ...ada, createdAt: ada.createdAt + 1 }, 'hash');
      expect(later!.id).toBeGreaterThan(lost!.id);
      expect(Number.isSafeInteger(later!.id)).toBe(true);
    });

    test('two users who register in one millisecond never share a number', async () => {
      // So many that some number of that millisecond is drawn twice, but once in ten thousand runs.
      const crowd = Array.from({ length: 150 }, (_, n) => `+86138${String(n).padStart(8, '0')}`);
      const ids = new Set<number>();
      for (const telephone of crowd) {
        ids.add((await sql.users.create({ ...ada, telephone }, 'hash'))!.id);
      }
      expect(ids.size).toBe(crowd.length);
    });

    test('a telephone is registered once, and the first password stays', async () => {
      await sql.users.create(ada, 'first');
      expect(await sql.users.create({ ...ada, name: 'Another' }, 'second')).toBeNull();
      const known = await sql.users.byTelephone(ada.telephone);
      expect(known).toMatchObject({ user: { name: ada.name }, passwordHash: 'first' });
      expect(await fixture.rows('users')).toHaveLength(1);
      expect(await fixture.rows('user_passwords')).toHaveLength(1);
    });

    test('a new password replaces the old one, of this user alone', async () => {
      const user = (await sql.users.create(ada, 'first'))!;
      const other = { ...ada, telephone: '+8613800000002' };
      await sql.users.create(other, 'of another');
      await sql.users.setPassword(user.id, 'second');
      expect((await sql.users.byTelephone(ada.telephone))?.passwordHash).toBe('second');
      expect((await sql.users.byTelephone(other.telephone))?.passwordHash).toBe('of another');
    });

    test('of several that register one telephone at the same time, one succeeds', async () => {
      const other = await fixture.open();
      const attempts = Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? sql : other).users.create({ ...ada, name: `user ${n}` }, `hash ${n}`),
      );
      const made = (await Promise.all(attempts)).filter((user) => user !== null);
      expect(made).toHaveLength(1);
      expect((await sql.users.byTelephone(ada.telephone))?.user).toEqual(made[0]!);
      expect(await fixture.rows('user_passwords')).toHaveLength(1);
    });
  });
}
