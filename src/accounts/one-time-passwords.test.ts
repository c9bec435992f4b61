import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { OneTimePasswords } from './one-time-passwords.ts';
import { SmsFailed } from './sms.ts';

const telephone = '+8613800000001';
const minuteMs = 60_000;

let folder: TemporaryFolder;
let store: SqliteStore;
let now: number;
let sent: { telephone: string; code: string }[];
let gatewayWorks: boolean;
let passwords: OneTimePasswords;

beforeEach(() => {
  folder = temporaryFolder();
  now = Date.UTC(2026, 10, 22);
  store = new SqliteStore(folder.file('store.db'), () => now);
  sent = [];
  gatewayWorks = true;
  const sms = {
    async send(to: string, code: string) {
      sent.push({ telephone: to, code });
      if (!gatewayWorks) throw new SmsFailed('the gateway is down');
    },
  };
  passwords = new OneTimePasswords(store, sms, 'a secret of this test');
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

const lastCode = () => sent.at(-1)!.code;
const wrongCode = () => String((Number(lastCode()) + 1) % 1_000_000).padStart(6, '0');

describe('a one-time password', () => {
  test('has six digits and goes to its telephone', async () => {
    expect(await passwords.send(telephone)).toEqual({ sent: true });
    expect(sent).toEqual([{ telephone, code: expect.stringMatching(/^\d{6}$/) }]);
  });

  test('is valid once', async () => {
    await passwords.send(telephone);
    expect(await passwords.check(telephone, lastCode())).toBe(true);
    const used = [1, 2, 3].map(() => passwords.use(telephone, lastCode()));
    expect((await Promise.all(used)).filter(Boolean)).toHaveLength(1);
    expect(await passwords.check(telephone, lastCode())).toBe(false);
  });

  test('is valid for its telephone only', async () => {
    await passwords.send(telephone);
    const code = lastCode();
    await passwords.send('+8613800000002');
    if (lastCode() !== code) expect(await passwords.check('+8613800000002', code)).toBe(false);
    expect(await passwords.check('+8613800000003', code)).toBe(false);
    expect(await passwords.check(telephone, code)).toBe(true);
  });

  test('expires after five minutes', async () => {
    await passwords.send(telephone);
    now += 5 * minuteMs - 1;
    expect(await passwords.check(telephone, lastCode())).toBe(true);
    now += 1;
    expect(await passwords.check(telephone, lastCode())).toBe(false);
    expect(await passwords.use(telephone, lastCode())).toBe(false);
  });

  test('is valid after four wrong tries, and no longer after five', async () => {
    await passwords.send(telephone);
    for (let tries = 0; tries < 4; tries++) {
      expect(await passwords.check(telephone, wrongCode())).toBe(false);
    }
    expect(await passwords.check(telephone, lastCode())).toBe(true);
    expect(await passwords.check(telephone, lastCode())).toBe(false);
  });

  test('cannot be found by many simultaneous guesses', async () => {
    await passwords.send(telephone);
    const guesses = Array.from({ length: 200 }, (_, n) =>
      passwords.check(telephone, n < 5 ? wrongCode() : lastCode()),
    );
    expect((await Promise.all(guesses)).some(Boolean)).toBe(false);
  });

  test('is replaced by the next, which has its own tries', async () => {
    await passwords.send(telephone);
    const first = lastCode();
    for (let tries = 0; tries < 5; tries++) await passwords.check(telephone, wrongCode());
    now += minuteMs;
    await passwords.send(telephone);
    if (lastCode() !== first) expect(await passwords.check(telephone, first)).toBe(false);
    expect(await passwords.check(telephone, lastCode())).toBe(true);
  });

  test('appears nowhere in the store, and neither does the telephone', async () => {
    await passwords.send(telephone);
    await passwords.check(telephone, lastCode());
    const database = new Database(folder.file('store.db'), { readonly: true });
    const text = JSON.stringify(database.query('SELECT key, value FROM entries').all());
    database.close();
    expect(text).toContain('otp');
    expect(text).not.toContain(lastCode());
    expect(text).not.toContain('13800000001');
  });
});

describe('sending', () => {
  test('happens once a minute for a telephone, and says when the next may follow', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => passwords.send(telephone)));
    expect(outcomes.filter((outcome) => outcome.sent)).toHaveLength(1);
    expect(sent).toHaveLength(1);
    now += 20_000;
    expect(await passwords.send(telephone)).toEqual({ sent: false, retryAfterMs: 40_000 });
    now += 40_000;
    expect(await passwords.send(telephone)).toEqual({ sent: true });
  });

  test('happens five times an hour for a telephone', async () => {
    for (let messages = 0; messages < 5; messages++) {
      expect(await passwords.send(telephone)).toEqual({ sent: true });
      now += minuteMs;
    }
    expect(await passwords.send(telephone)).toEqual({ sent: false, retryAfterMs: 55 * minuteMs });
    expect(await passwords.send('+8613800000002')).toEqual({ sent: true });
    now += 55 * minuteMs;
    expect(await passwords.send(telephone)).toEqual({ sent: true });
    expect(sent).toHaveLength(7);
  });

  test('that failed counts towards no limit, and a code that may have arrived is valid', async () => {
    gatewayWorks = false;
    for (let messages = 0; messages < 10; messages++) {
      await expect(passwords.send(telephone)).rejects.toBeInstanceOf(SmsFailed);
    }
    expect(await passwords.check(telephone, lastCode())).toBe(true);
    gatewayWorks = true;
    expect(await passwords.send(telephone)).toEqual({ sent: true });
  });
});
