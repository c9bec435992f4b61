/** What the users must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { erasedKeptMs } from '../db/erased-users.ts';
import type { Sql, UserDraft, UserRow } from '../db/sql.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const ada: UserDraft = {
  telephone: '+8613800000001',
  name: "艾达 O'Hara; DROP TABLE users",
  gender: 'x',
  age: 36,
  createdAt: Date.UTC(2026, 10, 22),
};

const hashOf = (telephone: string) => `hash of ${telephone}`;

export function usersContract(database: string, make: SqlFixtureMaker): void {
  describe(`users on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    const create = (draft: UserDraft, passwordHash: string, on = sql) =>
      on.users.create(draft, passwordHash, hashOf(draft.telephone));
    const erase = ({ id, telephone }: UserRow, at: number, on = sql) =>
      on.users.erase(id, hashOf(telephone), at);

    test('a user is found by id and by telephone, with the hash of the password', async () => {
      const user = await create(ada, 'the hash');
      expect(user).toEqual({ ...ada, id: expect.any(Number) });
      expect(await sql.users.byId(user!.id)).toEqual(user);
      expect(await sql.users.byTelephone(ada.telephone)).toEqual({
        user: user!,
        passwordHash: 'the hash',
      });
    });

    test('several are found at once, without those that are none', async () => {
      const one = await create(ada, 'hash');
      const other = await create({ ...ada, telephone: '+8613800000009' }, 'hash');
      const found = await sql.users.byIds([one!.id, 2, other!.id]);
      expect(found.toSorted((a, b) => a.id - b.id)).toEqual(
        [one!, other!].toSorted((a, b) => a.id - b.id),
      );
      expect(await sql.users.byIds([])).toEqual([]);
    });

    test('no one is found under another id or telephone', async () => {
      await create(ada, 'the hash');
      expect(await sql.users.byId(2)).toBeNull();
      expect(await sql.users.byIds([2])).toEqual([]);
      expect(await sql.users.byTelephone('+8613800000002')).toBeNull();
    });

    test('numbers grow with the time of registration, whatever the database has lost', async () => {
      const lost = await create(ada, 'hash');
      await fixture.forget('user_passwords');
      await fixture.forget('users');
      const later = await create({ ...ada, createdAt: ada.createdAt + 1 }, 'hash');
      expect(later!.id).toBeGreaterThan(lost!.id);
      expect(Number.isSafeInteger(later!.id)).toBe(true);
    });

    test('two users who register in one millisecond never share a number', async () => {
      // So many that some number of that millisecond is drawn twice, but once in ten thousand runs.
      const crowd = Array.from({ length: 150 }, (_, n) => `+86138${String(n).padStart(8, '0')}`);
      const ids = new Set<number>();
      for (const telephone of crowd) {
        ids.add((await create({ ...ada, telephone }, 'hash'))!.id);
      }
      expect(ids.size).toBe(crowd.length);
    });

    test('a telephone is registered once, and the first password stays', async () => {
      await create(ada, 'first');
      expect(await create({ ...ada, name: 'Another' }, 'second')).toBeNull();
      const known = await sql.users.byTelephone(ada.telephone);
      expect(known).toMatchObject({ user: { name: ada.name }, passwordHash: 'first' });
      expect(await fixture.rows('users')).toHaveLength(1);
      expect(await fixture.rows('user_passwords')).toHaveLength(1);
    });

    test('a new password replaces the old one, of this user alone', async () => {
      const user = (await create(ada, 'first'))!;
      const other = { ...ada, telephone: '+8613800000002' };
      await create(other, 'of another');
      await sql.users.setPassword(user.id, 'second');
      expect((await sql.users.byTelephone(ada.telephone))?.passwordHash).toBe('second');
      expect((await sql.users.byTelephone(other.telephone))?.passwordHash).toBe('of another');
    });

    test('of several that register one telephone at the same time, one succeeds', async () => {
      const other = await fixture.open();
      const attempts = Array.from({ length: 10 }, (_, n) =>
        create({ ...ada, name: `user ${n}` }, `hash ${n}`, n % 2 === 0 ? sql : other),
      );
      const made = (await Promise.all(attempts)).filter((user) => user !== null);
      expect(made).toHaveLength(1);
      expect((await sql.users.byTelephone(ada.telephone))?.user).toEqual(made[0]!);
      expect(await fixture.rows('user_passwords')).toHaveLength(1);
    });
    test('of an erased account nothing stays but its number and the hash of its telephone', async () => {
      const user = (await create(ada, 'hash'))!;
      const other = (await create({ ...ada, telephone: '+8613800000002' }, 'hash'))!;
      const at = ada.createdAt + 5;
      for (let times = 0; times < 2; times++) await erase(user, at + times);
      expect(await sql.users.byId(user.id)).toBeNull();
      expect(await sql.users.byTelephone(ada.telephone)).toBeNull();
      const [left] = await fixture.rows('erased_users');
      expect(Object.values(left!)).toEqual([user.id, hashOf(ada.telephone), at]);
      expect(await fixture.rows('user_passwords')).toHaveLength(1);
      expect(await sql.users.byId(other.id)).toEqual(other);
    });

    test('a telephone that registers again within 90 days has its old number, as often as it does', async () => {
      const { id } = (await create(ada, 'first'))!;
      for (let times = 1; times <= 2; times++) {
        const createdAt = ada.createdAt + times * (erasedKeptMs - 1);
        const before = (await sql.users.byId(id))!;
        await erase(before, createdAt - erasedKeptMs + 1);
        const again = await create({ ...ada, name: 'Another', createdAt }, `hash ${times}`);
        expect(again).toEqual({ ...ada, name: 'Another', createdAt, id });
        expect(await sql.users.byTelephone(ada.telephone)).toEqual({
          user: again!,
          passwordHash: `hash ${times}`,
        });
        expect(await fixture.rows('erased_users')).toEqual([]);
      }
    });

    test('after 90 days it has a new one, and the next that is written forgets the telephone', async () => {
      const user = (await create(ada, 'hash'))!;
      await erase(user, ada.createdAt);
      const createdAt = ada.createdAt + erasedKeptMs;
      const other = { ...ada, telephone: '+8613800000002', createdAt: createdAt - 1 };
      const bob = (await create(other, 'hash'))!;
      expect(await fixture.rows('erased_users')).toHaveLength(1);
      await erase(bob, createdAt);
      const kept = await fixture.rows('erased_users');
      expect(kept.map(({ id }) => id)).toEqual([bob.id]);
      const again = await create({ ...ada, createdAt }, 'hash');
      expect(again!.id).toBeGreaterThan(bob.id);
    });

    test('who erases an account and registers at the same time has the old number', async () => {
      const other = await fixture.open();
      let user = (await create(ada, 'hash'))!;
      for (let times = 0; times < 10; times++) {
        const at = user.createdAt + 1_000;
        const again = { ...ada, createdAt: at };
        const [, made] = await Promise.all([erase(user, at), create(again, 'hash', other)]);
        const now = made ?? (await create(again, 'hash'));
        expect(now).toEqual({ ...again, id: user.id });
        user = now!;
      }
    });
  });
}
