import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { mustSucceed } from '../../testing/engine-process.ts';
import {
  type Buyer,
  type LoggedIn,
  newTelephone,
  password,
  registration,
  type Shop,
  startShop,
} from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const another = 'another long and winding road';
let shop: Shop;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path, env: { TRUSTED_PROXIES: '127.0.0.1' } });
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

/** As the proxy tells it: each test comes from elsewhere. */
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const logIn = (body: object, address = '192.0.2.1') =>
  shop.call<LoggedIn>('POST', '/api/sessions', body, from(address));
const replace = (body: object, address = '192.0.2.1') =>
  shop.call('POST', '/api/passwords', body, from(address));

async function codeFor(telephone: string, address = '192.0.2.1'): Promise<string> {
  mustSucceed(await shop.call('POST', '/api/otp', { telephone }, from(address)));
  return shop.gateway.codeOf(telephone);
}

const wrong = (otp: string, n = 0) => String((Number(otp) + 1 + n) % 1_000_000).padStart(6, '0');

describe('logging in by a one-time password', () => {
  let buyer: Buyer;

  beforeAll(async () => {
    buyer = await shop.buyer();
  });

  test('answers as by a password, once; then the code is used up, and says so', async () => {
    const { telephone } = buyer;
    const otp = await codeFor(telephone);
    expect((await logIn({ telephone, otp: wrong(otp) })).errMsg).toBe(
      'wrong or expired one-time password',
    );
    const opened = await logIn({ telephone, otp: [...otp].join(' ') });
    expect(opened.status).toBe(201);
    expect(opened.data).toMatchObject({ user: { id: buyer.userId } });
    expect(opened.headers.getSetCookie()).toHaveLength(2);
    const { token } = opened.data;
    const headers = { authorization: `Bearer ${token}` };
    expect((await shop.call('GET', '/api/users/me', undefined, { headers })).status).toBe(200);
    const again = await logIn({ telephone, otp });
    expect([again.status, again.errCode]).toEqual([400, 20005]);
    expect(again.errMsg).toBe('this one-time password is used up: ask for another');
  });

  test('is not stopped by strangers who guess, and they are told that a code is used up', async () => {
    const { telephone } = await shop.buyer();
    const otp = await codeFor(telephone, '192.0.2.2');
    const headers = { 'x-forwarded-for': '198.51.100.1', 'accept-language': 'zh' };
    const told: (string | null)[] = [];
    for (let n = 0; n < 7; n++) {
      const body = { telephone, otp: wrong(otp, n) };
      told.push((await shop.call('POST', '/api/sessions', body, { headers })).errMsg);
    }
    expect(told.slice(0, 5)).toEqual(Array(5).fill('验证码错误或已过期'));
    expect(told.slice(5)).toEqual(Array(2).fill('该验证码已失效，请重新获取'));
    expect((await logIn({ telephone, otp }, '192.0.2.2')).status).toBe(201);
  });

  test('is open to whoever asks for a code while strangers ask as well', async () => {
    const { telephone } = await shop.buyer();
    await codeFor(telephone, '198.51.100.2');
    const otp = await codeFor(telephone, '192.0.2.3');
    const soon = await shop.call('POST', '/api/otp', { telephone }, from('192.0.2.3'));
    expect([soon.status, soon.errCode]).toEqual([429, 10003]);
    expect(soon.errMsg).toMatch(/^too many requests: try again in \d+ seconds?$/);
    expect((await logIn({ telephone, otp }, '192.0.2.3')).status).toBe(201);
  });

  test('tells only who holds the telephone that it is not registered, and leaves the code to register with', async () => {
    const telephone = newTelephone();
    const otp = await codeFor(telephone);
    expect((await logIn({ telephone, otp: wrong(otp) })).errCode).toBe(20005);
    const unknown = await logIn({ telephone, otp });
    expect([unknown.status, unknown.errCode]).toEqual([404, 20001]);
    const person = registration(shop.gateway, telephone);
    expect((await shop.call('POST', '/api/users', person, from('192.0.2.1'))).status).toBe(201);
  });

  test.each([
    [{ telephone: '+8613800000001', otp: '12345' }, ['otp']],
    [{ telephone: 'x', otp: 123_456 }, ['telephone', 'otp']],
    [{ otp: '123456' }, ['telephone']],
  ])('is refused with %j, naming %j', async (body, fields) => {
    const { errCode, data } = await logIn(body);
    expect(errCode).toBe(10001);
    expect(Object.keys((data as unknown as { fields: object }).fields)).toEqual(fields); // The envelope's.
  });
});

describe('a forgotten password', () => {
  test('is replaced by whoever has a code, and every session of the user ends', async () => {
    const buyer = await shop.buyer();
    const other = await shop.buyer();
    const { telephone } = buyer;
    const second = await shop.logIn(telephone);
    for (let n = 0; n < 6; n++) await logIn({ telephone, password: `forgotten ${n}` }, '192.0.2.4');
    const otp = await codeFor(telephone, '192.0.2.4');
    const answer = await replace({ telephone, otp, password: another }, '192.0.2.4');
    expect([answer.status, answer.data]).toEqual([200, null as never]); // The API reference says null.
    for (const ended of [buyer, second]) {
      expect((await ended.api('GET', '/api/users/me')).errCode).toBe(20003);
    }
    expect((await other.api('GET', '/api/users/me')).status).toBe(200);
    expect((await logIn({ telephone, password }, '192.0.2.5')).errCode).toBe(20002);
    const { token } = mustSucceed(await logIn({ telephone, password: another }, '192.0.2.4'));
    const headers = { authorization: `Bearer ${token}` };
    expect((await shop.call('GET', '/api/users/me', undefined, { headers })).status).toBe(200);
  });

  test('is not replaced without the code, nor with one that was used', async () => {
    const buyer = await shop.buyer();
    const { telephone } = buyer;
    const otp = await codeFor(telephone);
    const guess = await replace({ telephone, otp: wrong(otp), password: another });
    expect([guess.status, guess.errCode]).toEqual([400, 20005]);
    expect((await logIn({ telephone, otp })).status).toBe(201);
    const used = await replace({ telephone, otp, password: another });
    expect(used.errMsg).toContain('used up');
    expect((await buyer.api('GET', '/api/users/me')).status).toBe(200);
    expect((await logIn({ telephone, password })).status).toBe(201);
  });

  test('is replaced once by many at the same time', async () => {
    const { telephone } = await shop.buyer();
    const otp = await codeFor(telephone);
    const answers = await Promise.all(
      [1, 2, 3].map((n) => replace({ telephone, otp, password: `${another} ${n}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  test('is for registered telephones, which only who holds one learns', async () => {
    const telephone = newTelephone();
    const otp = await codeFor(telephone);
    const guess = await replace({ telephone, otp: wrong(otp), password: another });
    expect(guess.errCode).toBe(20005);
    const known = await replace({ telephone, otp, password: another });
    expect([known.status, known.errCode]).toEqual([404, 20001]);
  });

  test('must be a good one', async () => {
    const body = { telephone: '+8613800000001', otp: '123456', password: 'Password123' };
    const { errCode, data } = await replace(body);
    expect(errCode).toBe(10001);
    const { fields } = data as unknown as { fields: object }; // The envelope's addition.
    expect(Object.keys(fields)).toEqual(['password']);
  });
});
