/** What the sales that users want to be told of must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Reminder, remindersMax } from '../db/reminders.ts';
import type { Sql } from '../db/sql.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const now = Date.UTC(2026, 10, 28);

export function remindersContract(database: string, make: SqlFixtureMaker): void {
  describe(`reminders on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;
    let users = 0;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    async function newUser(): Promise<number> {
      const telephone = `+86138${String(++users).padStart(8, '0')}`;
      const ada = { telephone, name: 'Ada', gender: 'x', age: 36, createdAt: now } as const;
      return (await sql.users.create(ada, 'hash', 'of the telephone'))!.id;
    }

    const of = (userId: number, promoId: number, createdAt = now): Reminder => {
      return { userId, promoId, itemId: promoId + 100, createdAt };
    };

    test('are a user’s own, the newest first, and each is there once', async () => {
      const [ada, bob] = [await newUser(), await newUser()];
      const [first, second] = [of(ada, 7), of(ada, 5, now + 1)];
      for (const each of [first, second, of(bob, 7)]) {
        expect(await sql.reminders.add(each)).toBe(true);
      }
      expect(await sql.reminders.add(of(ada, 7, now + 9))).toBe(true);
      expect(await sql.reminders.ofUser(ada)).toEqual([second, first]);
      expect(await sql.reminders.ofUser(bob)).toEqual([of(bob, 7)]);
    });

    test('go when their user has enough of them, and again changes nothing', async () => {
      const [ada, bob] = [await newUser(), await newUser()];
      for (const each of [of(ada, 7), of(ada, 8), of(bob, 7)]) await sql.reminders.add(each);
      for (let times = 0; times < 2; times++) await sql.reminders.remove(ada, 7);
      expect(await sql.reminders.ofUser(ada)).toEqual([of(ada, 8)]);
      expect(await sql.reminders.ofUser(bob)).toHaveLength(1);
    });

    test('are bounded: the oldest make room', async () => {
      const ada = await newUser();
      for (let n = 1; n <= remindersMax + 3; n++) await sql.reminders.add(of(ada, n, now + n));
      const kept = (await sql.reminders.ofUser(ada)).map(({ promoId }) => promoId);
      expect(kept).toEqual(Array.from({ length: remindersMax }, (_, n) => remindersMax + 3 - n));
    });

    test('are nobody’s where there is no such user, and are erased with their user', async () => {
      const ada = await newUser();
      expect(await sql.reminders.add(of(ada + 1, 7))).toBe(false);
      await sql.reminders.add(of(ada, 7));
      await sql.users.erase(ada, 'of the telephone', now);
      expect(await sql.reminders.ofUser(ada)).toEqual([]);
      expect(await fixture.rows('reminders')).toEqual([]);
    });

    test('of two that are added at the same time, both are kept', async () => {
      const other = await fixture.open();
      const ada = await newUser();
      await Promise.all([sql.reminders.add(of(ada, 1)), other.reminders.add(of(ada, 2))]);
      expect(await sql.reminders.ofUser(ada)).toEqual([of(ada, 2), of(ada, 1)]);
    });
  });
}
