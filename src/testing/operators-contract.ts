/** What keys, the log of actions and the merchant's lists of promos must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ActionDraft } from '../db/actions.ts';
import type { ApiKeyDraft } from '../db/api-keys.ts';
import type { PromoDraft, Sql } from '../db/sql.ts';
import { noQueue } from './drafts.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';

const now = Date.UTC(2026, 10, 22);
const hour = 3_600_000;

const key: ApiKeyDraft = {
  name: '仓库',
  hash: 'a'.repeat(64),
  scopes: ['mint', 'orders:read'],
  createdAt: now,
  createdBy: 'admin',
  attempt: null,
};

const action: ActionDraft = {
  ...{ at: now, by: 'Anna #1', action: 'promo.pause', target: '7' },
  ...{ details: '{}', status: 200 },
};

const promo: PromoDraft = {
  ...{ itemId: 1, name: 'Midnight', price: 9_900, startAt: now, endAt: now + hour },
  ...{ limitPerUser: 2, gateFactor: 5, payWindowS: 900, captcha: true },
  ...noQueue,
};

export function operatorsContract(database: string, make: SqlFixtureMaker): void {
  describe(`what operators keep on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    test('a key is found by its hash, which nobody is shown', async () => {
      const made = await sql.apiKeys.create(key);
      const { hash: _, attempt: __, ...shown } = key;
      expect(made).toEqual({
        ...shown,
        ...{ id: made.id, lastUsedAt: null, revokedAt: null, revokedBy: null },
      });
      const other = await sql.apiKeys.create({ ...key, name: 'B', hash: 'b'.repeat(64) });
      expect(await sql.apiKeys.byHash(key.hash)).toEqual(made);
      expect(await sql.apiKeys.byHash('c'.repeat(64))).toBeNull();
      expect(await sql.apiKeys.byId(other.id)).toEqual(other);
      expect(await sql.apiKeys.list()).toEqual([other, made]);
    });

    test('an attempt makes one key', async () => {
      const draft = { ...key, attempt: 'one' };
      expect(await sql.apiKeys.create(draft)).toEqual(await sql.apiKeys.create(draft));
      expect(await sql.apiKeys.list()).toHaveLength(1);
    });

    test('a key is revoked once, for every connection', async () => {
      const { id } = await sql.apiKeys.create(key);
      const other = await fixture.open();
      const revoked = await sql.apiKeys.revoke(id, now + 1, 'Anna #2');
      expect(revoked).toMatchObject({ revokedAt: now + 1, revokedBy: 'Anna #2' });
      expect(await other.apiKeys.revoke(id, now + 2, 'admin')).toEqual(revoked);
      expect(await other.apiKeys.byHash(key.hash)).toEqual(revoked);
      expect(await sql.apiKeys.revoke(id + 1, now, 'admin')).toBeNull();
    });

    test('the last use of a key never goes back', async () => {
      const { id } = await sql.apiKeys.create(key);
      await sql.apiKeys.used(id, now + 5);
      await sql.apiKeys.used(id, now + 3);
      expect((await sql.apiKeys.byId(id))?.lastUsedAt).toBe(now + 5);
    });

    test('actions are read from the newest on, page by page', async () => {
      expect(await sql.actions.list(null, 2)).toEqual([]);
      const drafts = [1, 2, 3].map((n) => ({ ...action, at: now + n, target: String(n) }));
      await sql.actions.add(drafts);
      await sql.actions.add([{ ...action, target: null, details: '{"units":3}', status: 503 }]);
      const newest = await sql.actions.list(null, 2);
      expect(newest.map(({ target, status }) => [target, status])).toEqual([
        [null, 503],
        ['3', 200],
      ]);
      const older = await sql.actions.list(newest[1]!.id, 2);
      expect(older.map(({ target }) => target)).toEqual(['2', '1']);
      expect(older[0]).toEqual({ ...drafts[1]!, id: older[0]!.id });
    });

    test('promos are found by their time, whatever became of them', async () => {
      const { catalog, promoLists } = sql;
      const at = (start: number, hours: number) =>
        catalog.createPromo({
          ...promo,
          ...{ startAt: now + start * hour, endAt: now + (start + hours) * hour },
        });
      const [early, long, late] = [await at(0, 1), await at(-5, 20), await at(8, 2)];
      const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);
      expect(ids(await promoLists.within(now, now + 2 * hour, 9))).toEqual([long.id, early.id]);
      // What ends as the time begins, or begins as it ends, is outside.
      expect(ids(await promoLists.within(now + hour, now + 8 * hour, 9))).toEqual([long.id]);
      expect(ids(await promoLists.within(now - 9 * hour, now + 99 * hour, 2))).toEqual([
        long.id,
        early.id,
      ]);
      expect(ids(await promoLists.startingFrom(now, 9))).toEqual([early.id, late.id]);
      expect(ids(await promoLists.drafts(2))).toEqual([late.id, long.id]);
      const all = { overAt: now + 99 * hour, id: 0 };
      expect(ids(await promoLists.past(all, 9))).toEqual([long.id, late.id, early.id]);
      const beyond = { overAt: late.endAt, id: late.id };
      expect(ids(await promoLists.past(beyond, 9))).toEqual([early.id]);
      expect(ids(await promoLists.past({ overAt: now + hour, id: 0 }, 9))).toEqual([]);
    });
  });
}
