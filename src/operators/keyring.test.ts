import { beforeEach, describe, expect, test } from 'bun:test';
import { actorNameBytesMax } from '../../actors/limits.ts';
import { SqlUnavailable } from '../db/sql.ts';
import { checkInput } from '../shop/input.ts';
import { sqliteFixture } from '../testing/sql-fixture.ts';
import { Keyring, keyNameBytesMax, operatorName } from './keyring.ts';
import { newKeySchema } from './new-key.ts';

const fixture = await sqliteFixture();
const { apiKeys } = await fixture.open();
let now = Date.now();
let away = false;
/** The keys of SQL, which may be away. */
const keys = {
  ...{ create: apiKeys.create.bind(apiKeys), list: apiKeys.list.bind(apiKeys) },
  ...{ byId: apiKeys.byId.bind(apiKeys), revoke: apiKeys.revoke.bind(apiKeys) },
  used: apiKeys.used.bind(apiKeys),
  async byHash(hash: string) {
    if (away) throw new SqlUnavailable('away');
    return apiKeys.byHash(hash);
  },
};
let ring: Keyring;

beforeEach(() => {
  away = false;
  ring = new Keyring(keys, 'the-admin-token', () => now);
});

const draft = { name: 'Shop', scopes: ['mint', 'orders:read'] } as const;

/** Makes a key and returns what its owner sends. */
async function made(scopes: readonly (typeof draft.scopes)[number][] | readonly ['admin']) {
  const attempt = Bun.randomUUIDv7();
  const row = await ring.make({ name: 'Shop', scopes }, 'admin', attempt);
  return { row, text: ring.textOf(attempt) };
}

describe('a key', () => {
  test('is good for its scopes, and for nothing else', async () => {
    const { row, text } = await made(draft.scopes);
    const operator = await ring.find(text);
    expect([operator?.by, operator?.keyId]).toEqual([`Shop #${row.id}`, row.id]);
    expect(operator?.may('mint')).toBe(true);
    expect(operator?.may('orders:write')).toBe(false);
    expect(operator?.may('admin')).toBe(false);
    expect(await ring.find(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
  });

  test('of an administrator is good for everything, as ADMIN_TOKEN is', async () => {
    const { text } = await made(['admin']);
    for (const token of [text, 'the-admin-token']) {
      const operator = await ring.find(token);
      expect(operator?.may('admin')).toBe(true);
      expect(operator?.may('items:write')).toBe(true);
    }
    expect((await ring.find('the-admin-token'))?.by).toBe('admin');
    expect(await ring.find('the-admin-token ')).toBeNull();
  });

  test('is the same where its attempt is made again, and another for another ADMIN_TOKEN', async () => {
    const once = await ring.make(draft, 'admin', 'an attempt');
    expect((await ring.make(draft, 'admin', 'an attempt')).id).toBe(once.id);
    const other = new Keyring(keys, 'another-admin-token', () => now);
    expect(other.textOf('an attempt')).not.toBe(ring.textOf('an attempt'));
    expect(ring.mayBeKey(ring.textOf('an attempt'))).toBe(true);
  });

  test('that was revoked is nobody’s at once', async () => {
    const { row, text } = await made(['admin']);
    expect(await ring.find(text)).not.toBeNull();
    await apiKeys.revoke(row.id, now, 'admin');
    expect(await ring.find(text)).toBeNull();
    expect(await ring.holder(row.id)).toBeNull();
    away = true;
    expect(await ring.find(text)).toBeNull();
  });

  test('that SQL has vouched for is good while SQL is away, any other is not known', async () => {
    const [{ text }, other] = [await made(draft.scopes), await made(draft.scopes)];
    await ring.find(text);
    away = true;
    expect((await ring.find(text))?.may('mint')).toBe(true);
    expect(ring.find(other.text)).rejects.toThrow(SqlUnavailable);
    expect((await ring.find('the-admin-token'))?.keyId).toBe(0);
  });

  test('shows when it was last used, within a minute', async () => {
    const { row, text } = await made(draft.scopes);
    const first = now;
    const used = async () => (await apiKeys.byId(row.id))?.lastUsedAt;
    await ring.find(text);
    expect(await used()).toBe(first);
    now += 59_000;
    await ring.find(text);
    expect(await used()).toBe(first);
    now += 1_000;
    await ring.find(text);
    expect(await used()).toBe(now);
  });
});

describe('the name of a key', () => {
  const wrong = (name: unknown) => checkInput(newKeySchema, { name, scopes: ['mint'] }).wrong;

  test('fits with its number into what the journal takes', () => {
    const name = '库'.repeat(keyNameBytesMax / 3);
    expect(wrong(name)).toBeNull();
    expect(wrong(`${name}库`)).toEqual({ name: expect.any(String) });
    const by = operatorName({ id: 999_999_999, name });
    expect(Buffer.byteLength(by)).toBeLessThanOrEqual(actorNameBytesMax);
  });

  test('is on one line, and there', () => {
    for (const name of ['', '  ', 'a\nb', 'a\u0000', null]) expect(wrong(name)).not.toBeNull();
  });
});

test('scopes are known ones, each once, and an administrator needs no other', () => {
  const of = (scopes: unknown) => checkInput(newKeySchema, { name: 'x', scopes });
  for (const scopes of [[], ['mint', 'mint'], ['all'], 'mint', null])
    expect(Object.keys(of(scopes).wrong ?? {})).toEqual([expect.stringMatching(/^scopes/)]);
  expect(of(['metrics', 'admin']).value?.scopes).toEqual(['admin']);
  expect(of(['metrics', 'mint']).value?.scopes).toEqual(['mint', 'metrics']);
});
