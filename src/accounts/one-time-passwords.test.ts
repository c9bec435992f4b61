import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, mock, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { type MessageBudget, normalCode, OneTimePasswords } from './one-time-passwords.ts';
import { SmsFailed } from './sms.ts';

const telephone = '+8613800000001';
const minuteMs = 60_000;
const owner = { id: 'address 192.0.2.1', isKnown: false };
const stranger = { id: 'address 198.51.100.1', isKnown: false };

let folder: TemporaryFolder;
let store: SqliteStore;
let now: number;
let sent: { telephone: string; code: string }[];
let gatewayWorks: boolean;
let budget: MessageBudget;
let passwords: OneTimePasswords;

beforeEach(() => {
  folder = temporaryFolder();
  now = Date.UTC(2026, 10, 22);
  store = new SqliteStore(folder.file('store.db'), () => now);
  sent = [];
  gatewayWorks = true;
  const sms = {
    delivery: 'gateway' as const,
    async send(to: string, code: string) {
      sent.push({ telephone: to, code });
      if (!gatewayWorks) throw new SmsFailed('the gateway is down');
    },
  };
  budget = { perMinute: 100, sent: mock(), refused: mock() };
  passwords = new OneTimePasswords(store, sms, 'a secret of this test', budget);
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

const sentOne = { sent: true, shown: null } as const;
const elsewhere = (n: number) => ({ id: `address 198.51.100.${n}`, isKnown: false });
const lastCode = () => sent.at(-1)!.code;
const wrongCode = () => String((Number(lastCode()) + 1) % 1_000_000).padStart(6, '0');

describe('a one-time password', () => {
  test('has six digits and goes to its telephone', async () => {
    expect(await passwords.send(telephone, owner)).toEqual(sentOne);
    expect(sent).toEqual([{ telephone, code: expect.stringMatching(/^\d{6}$/) }]);
  });

  test('is valid once', async () => {
    await passwords.send(telephone, owner);
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
    const used = [1, 2, 3].map(() => passwords.use(telephone, lastCode()));
    expect((await Promise.all(used)).filter(Boolean)).toHaveLength(1);
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('used up');
  });

  test('is valid for its telephone only', async () => {
    await passwords.send(telephone, owner);
    const code = lastCode();
    await passwords.send('+8613800000002', owner);
    if (lastCode() !== code)
      expect(await passwords.check('+8613800000002', code, owner)).toBe('wrong');
    expect(await passwords.check('+8613800000003', code, owner)).toBe('wrong');
    expect(await passwords.check(telephone, code, owner)).toBe('right');
  });

  test('expires after five minutes', async () => {
    await passwords.send(telephone, owner);
    now += 5 * minuteMs - 1;
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
    now += 1;
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('wrong');
    expect(await passwords.use(telephone, lastCode())).toBe(false);
  });

  test('is valid after four wrong tries, and no longer after five', async () => {
    await passwords.send(telephone, owner);
    for (let tries = 0; tries < 4; tries++) {
      expect(await passwords.check(telephone, wrongCode(), owner)).toBe('wrong');
    }
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('used up');
  });

  test('cannot be found by many simultaneous guesses', async () => {
    await passwords.send(telephone, owner);
    const guesses = Array.from({ length: 200 }, (_, n) =>
      passwords.check(telephone, n < 5 ? wrongCode() : lastCode(), owner),
    );
    expect(await Promise.all(guesses)).not.toContain('right');
  });

  test('is replaced by the next, which has its own tries', async () => {
    await passwords.send(telephone, owner);
    const first = lastCode();
    for (let tries = 0; tries < 5; tries++) await passwords.check(telephone, wrongCode(), owner);
    now += minuteMs;
    await passwords.send(telephone, owner);
    if (lastCode() !== first) expect(await passwords.check(telephone, first, owner)).toBe('wrong');
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
  });

  test('is not used up by what a stranger guesses, also while the stranger asks as well', async () => {
    await passwords.send(telephone, owner);
    const code = lastCode();
    for (let tries = 0; tries < 20; tries++)
      await passwords.check(telephone, wrongCode(), stranger);
    await passwords.send(telephone, stranger);
    for (let tries = 0; tries < 20; tries++)
      await passwords.check(telephone, wrongCode(), stranger);
    expect(await passwords.check(telephone, lastCode(), stranger)).toBe('used up');
    expect(await passwords.check(telephone, code, owner)).toBe('right');
    expect(await passwords.use(telephone, code)).toBe(true);
  });

  test('is valid from another address too, five tries for each that has not asked', async () => {
    await passwords.send(telephone, owner);
    for (let tries = 0; tries < 5; tries++) {
      expect(await passwords.check(telephone, wrongCode(), elsewhere(1))).toBe('wrong');
    }
    expect(await passwords.check(telephone, lastCode(), elsewhere(1))).toBe('used up');
    // The owner, whose network has changed since.
    expect(await passwords.check(telephone, lastCode(), elsewhere(2))).toBe('right');
  });

  test('is tried 25 times by all that have not asked, and then by its owner alone', async () => {
    await passwords.send(telephone, owner);
    let judged = 0;
    for (let n = 0; n < 60; n++) {
      if ((await passwords.check(telephone, wrongCode(), elsewhere(n))) === 'wrong') judged++;
    }
    expect(judged).toBe(25);
    expect(await passwords.check(telephone, lastCode(), elsewhere(99))).toBe('used up');
    const known = { id: 'device of the owner', isKnown: true };
    expect(await passwords.check(telephone, lastCode(), known)).toBe('right');
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
  });

  test('has its tries back where a right one came to nothing', async () => {
    await passwords.send(telephone, owner);
    for (const who of [owner, elsewhere(1)]) {
      for (let tries = 0; tries < 8; tries++) {
        expect(await passwords.check(telephone, lastCode(), who)).toBe('right');
        await passwords.restore(telephone, who);
      }
    }
  });

  test('that was used in one place is used up in all', async () => {
    await passwords.send(telephone, owner);
    expect(await passwords.check(telephone, lastCode(), stranger)).toBe('right');
    await passwords.use(telephone, lastCode());
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('used up');
    expect(await passwords.use(telephone, lastCode())).toBe(false);
  });

  test.each([
    '123456',
    ' 123 456\n',
    '１２３４５６',
    '123-456',
    '\u200e1\u200b23456\ufeff',
    '١٢٣٤٥٦',
  ])('pasted as %j is 123456', (text) => expect(normalCode(text)).toBe('123456'));

  test.each(['', '12345', '1234567', '12345a', '+123456', '1234５６７'])('is not %j', (text) =>
    expect(normalCode(text)).toBeNull(),
  );

  test('appears nowhere in the store, and neither does the telephone', async () => {
    await passwords.send(telephone, owner);
    await passwords.check(telephone, lastCode(), owner);
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
    const outcomes = await Promise.all([1, 2, 3].map(() => passwords.send(telephone, owner)));
    expect(outcomes.filter((outcome) => outcome.sent)).toHaveLength(1);
    expect(sent).toHaveLength(1);
    now += 20_000;
    expect(await passwords.send(telephone, owner)).toEqual({ sent: false, retryAfterMs: 40_000 });
    now += 40_000;
    expect(await passwords.send(telephone, owner)).toEqual(sentOne);
  });

  test('happens five times an hour for a telephone', async () => {
    for (let messages = 0; messages < 5; messages++) {
      expect(await passwords.send(telephone, owner)).toEqual(sentOne);
      now += minuteMs;
    }
    expect(await passwords.send(telephone, owner)).toEqual({
      sent: false,
      retryAfterMs: 55 * minuteMs,
    });
    expect(await passwords.send('+8613800000002', owner)).toEqual(sentOne);
    now += 55 * minuteMs;
    expect(await passwords.send(telephone, owner)).toEqual(sentOne);
    expect(sent).toHaveLength(7);
  });

  test('is not delayed by strangers, whom one telephone gets few messages for altogether', async () => {
    let forStrangers = 0;
    for (let n = 0; n < 30; n++) {
      const { sent: isSent } = await passwords.send(telephone, { ...stranger, id: `address ${n}` });
      if (isSent) forStrangers++;
    }
    expect(forStrangers).toBe(10);
    const refused = await passwords.send(telephone, owner);
    expect(refused).toMatchObject({ sent: false });
    const known = { id: 'device of the owner', isKnown: true };
    expect(await passwords.send(telephone, known)).toEqual(sentOne);
    expect(await passwords.check(telephone, lastCode(), known)).toBe('right');
    now += 12 * minuteMs;
    expect(await passwords.send(telephone, owner)).toEqual(sentOne);
  });

  test('is not prevented by one stranger who asks all day: two addresses leave some for the others', async () => {
    const delivered = new Map<number, number>();
    for (let minutes = 0; minutes < 24 * 60; minutes += 15) {
      for (const n of [1, 2]) {
        const { sent: isSent } = await passwords.send(telephone, elsewhere(n));
        if (isSent) delivered.set(n, (delivered.get(n) ?? 0) + 1);
      }
      if (minutes === 23 * 60) expect(await passwords.send(telephone, owner)).toEqual(sentOne);
      now += 15 * minuteMs;
    }
    expect([...delivered.values()]).toEqual([10, 10]);
  });

  test('to all telephones together stays within the budget of a minute, and says how long to wait', async () => {
    let refused = 0;
    for (let n = 0; n < 200; n++) {
      const outcome = await passwords.send(`+8613900${10_000 + n}`, elsewhere(n));
      if (!outcome.sent) {
        expect(outcome.retryAfterMs).toBe(600);
        refused++;
      }
    }
    expect([sent.length, refused]).toEqual([100, 100]);
    expect(budget.sent).toHaveBeenCalledTimes(100);
    expect(budget.refused).toHaveBeenCalledTimes(100);
    now += 600;
    // Who was refused has lost nothing else by it.
    expect(await passwords.send('+861390010150', elsewhere(150))).toEqual(sentOne);
    expect((await passwords.send('+861390010151', elsewhere(151))).sent).toBe(false);
    now += minuteMs;
    expect(await passwords.send('+861390010151', elsewhere(151))).toEqual(sentOne);
  });

  test('that failed counts towards no limit, and a code that may have arrived is valid', async () => {
    gatewayWorks = false;
    for (let messages = 0; messages < 10; messages++) {
      await expect(passwords.send(telephone, owner)).rejects.toBeInstanceOf(SmsFailed);
    }
    expect(await passwords.check(telephone, lastCode(), owner)).toBe('right');
    gatewayWorks = true;
    expect(await passwords.send(telephone, owner)).toEqual(sentOne);
  });
});
