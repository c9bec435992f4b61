import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { SqliteStore } from '../../store/sqlite.ts';
import { mustSucceed } from '../../testing/engine-process.ts';
import {
  type Buyer,
  type LoggedIn,
  newTelephone,
  password,
  type Shop,
  startShop,
} from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let buyer: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path, env: { TRUSTED_PROXIES: '127.0.0.1' } });
  buyer = await shop.buyer();
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const logIn = (telephone: string, word: string, headers: Record<string, string> = {}) =>
  shop.call('POST', '/api/sessions', { telephone, password: word }, { headers });

const withCookie = (cookie: string, headers: Record<string, string> = {}) =>
  shop.call('GET', '/api/users/me', undefined, { headers: { cookie, ...headers } });

describe('logging in', () => {
  test('answers 201 with a token, its end, the user and a cookie that scripts cannot read', async () => {
    const { status, headers, data } = await logIn(buyer.telephone, password);
    expect(status).toBe(201);
    expect(Object.keys(data)).toEqual(['token', 'expiresAt', 'user']);
    expect(data.user).toMatchObject({ id: buyer.userId, telephone: buyer.telephone });
    const [session, device] = headers.getSetCookie();
    expect(session).toBe(`session=${data.token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`);
    expect(device).toMatch(
      /^device=[\w-]{22}\.\w{64}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(device).not.toContain(buyer.telephone.slice(3));
    expect((await withCookie(`session=${data.token}`)).data).toMatchObject({ id: buyer.userId });
  });

  test('over https gives a cookie that is sent over https alone', async () => {
    const forwarded = { 'x-forwarded-proto': 'https' };
    const { headers } = await logIn(buyer.telephone, password, forwarded);
    for (const cookie of headers.getSetCookie()) {
      expect(cookie).toEndWith('; HttpOnly; Secure; SameSite=Lax');
    }
  });

  test('takes the telephone without its prefix', async () => {
    expect((await logIn(buyer.telephone.slice(3), password)).status).toBe(201);
  });

  test('answers wrong passwords and unknown telephones alike', async () => {
    const wrong = await logIn(buyer.telephone, 'a wrong password');
    const unknown = await logIn(newTelephone(), 'a wrong password');
    expect([wrong.status, wrong.errCode]).toEqual([401, 20002]);
    expect([unknown.status, unknown.data]).toEqual([wrong.status, wrong.data]);
    const names = (headers: Headers) => [...headers.keys()].sort();
    expect(names(unknown.headers)).toEqual(names(wrong.headers));
    expect(wrong.headers.get('set-cookie')).toBeNull();
  });

  test('does as much work for unknown telephones as for wrong passwords', async () => {
    const place = temporaryFolder();
    const real = await startShop({ dataDir: place.path, realPasswords: true });
    const time = async (telephone: () => string) => {
      const startedAt = performance.now();
      for (let tries = 0; tries < 4; tries++)
        await real.call('POST', '/api/sessions', { telephone: telephone(), password: 'wrong' });
      return performance.now() - startedAt;
    };
    const known = (await real.buyer()).telephone;
    const [wrong, unknown] = [await time(() => known), await time(newTelephone)];
    expect(unknown).toBeGreaterThan(wrong / 5);
    expect(wrong).toBeGreaterThan(unknown / 5);
    await real.stop();
    place.remove();
  });

  test.each([
    {},
    { telephone: '+8613800000001' },
    { password: 'x' },
    { telephone: 1, password: 2 },
  ])('is refused with the body %j', async (body) =>
    expect((await shop.call('POST', '/api/sessions', body)).errCode).toBe(10001),
  );
});

describe('guessing passwords', () => {
  const guess = async (telephone: string, headers: Record<string, string> = {}) => {
    const guesses = Array.from({ length: 12 }, (_, n) => logIn(telephone, `wrong ${n}`, headers));
    return (await Promise.all(guesses)).map(({ errCode }) => errCode).sort();
  };
  const five = [...Array(7).fill(10003), ...Array(5).fill(20002)];
  /** As the proxy tells it. */
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('is stopped after five wrong ones, for the address that guesses, which is told how long', async () => {
    const victim = await shop.buyer();
    expect(await guess(victim.telephone, from('198.51.100.1'))).toEqual(five);
    const refused = await logIn(victim.telephone, password, {
      ...from('198.51.100.1'),
      'accept-language': 'zh',
    });
    expect([refused.status, refused.errCode]).toEqual([429, 10003]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(refused.errMsg).toMatch(/^请求过于频繁，请在\d+(秒钟|分钟)后再试$/);
    const english = await logIn(victim.telephone, password, from('198.51.100.1'));
    expect(english.errMsg).toMatch(/^too many requests: try again in \d+ (seconds|minutes)$/);
    expect((await logIn(victim.telephone, password, from('192.0.2.1'))).status).toBe(201);
    expect((await victim.api('GET', '/api/users/me')).status).toBe(200);
  });

  test('from many addresses is stopped for all that are not known, and never for the owner', async () => {
    const { telephone } = await shop.buyer();
    const { headers } = await logIn(telephone, password, from('192.0.2.2'));
    const device = headers.getSetCookie().find((cookie) => cookie.startsWith('device='))!;
    const cookie = device.split(';')[0]!;
    const codes: (number | null)[] = [];
    for (let n = 1; n <= 10; n++) codes.push(...(await guess(telephone, from(`198.51.100.${n}`))));
    expect(codes.filter((code) => code === 20002)).toHaveLength(rates.logInByStrangers.burst);
    // From an address that is new to the shop, the owner's known browser, or else a code, lets them in.
    const elsewhere = from('192.0.2.3');
    expect((await logIn(telephone, password, elsewhere)).errCode).toBe(10003);
    expect((await logIn(telephone, password, { ...elsewhere, cookie })).status).toBe(201);
    mustSucceed(await shop.call('POST', '/api/otp', { telephone }, { headers: elsewhere }));
    const otp = shop.gateway.codeOf(telephone);
    const opened = await shop.call(
      'POST',
      '/api/sessions',
      { telephone, otp },
      { headers: elsewhere },
    );
    expect(opened.status).toBe(201);
  });

  test('from the address of a victim does not lock out a browser that the victim has used', async () => {
    const { telephone } = await shop.buyer();
    const { headers } = await logIn(telephone, password, from('192.0.2.4'));
    const cookie = headers
      .getSetCookie()
      .map((each) => each.split(';')[0]!)
      .join('; ');
    expect(await guess(telephone, from('192.0.2.4'))).toEqual(five);
    expect((await logIn(telephone, password, from('192.0.2.4'))).errCode).toBe(10003);
    const again = await logIn(telephone, password, { ...from('192.0.2.4'), cookie });
    expect(again.status).toBe(201);
    expect(again.headers.getSetCookie().join()).toContain(cookie.split('; ').at(-1)!);
    // And the browser that is known guesses no more than others.
    expect(await guess(telephone, { ...from('192.0.2.4'), cookie })).toEqual(five);
  });

  test('is stopped in the same way for a telephone that is not registered', async () => {
    expect(await guess(newTelephone())).toEqual(five);
  });

  test('is forgiven once the right password is given', async () => {
    const { telephone } = await shop.buyer();
    for (let rounds = 0; rounds < 6; rounds++) {
      for (let tries = 0; tries < 3; tries++) await logIn(telephone, 'not yet right');
      expect((await logIn(telephone, password)).status).toBe(201);
    }
  });
});

describe('a session', () => {
  test('says whose it is, and when it ends', async () => {
    const { status, data } = await buyer.api<{ userId: number; expiresAt: string }>(
      'GET',
      '/api/sessions',
    );
    expect([status, data]).toEqual([200, { userId: buyer.userId, expiresAt: expect.any(String) }]);
    const leftMs = Date.parse(data.expiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(3_400_000);
    expect(leftMs).toBeLessThanOrEqual(3_600_000);
    expect((await shop.call('GET', '/api/sessions')).errCode).toBe(20003);
  });

  test('that is used in a browser moves the end of its cookie, on every route and page', async () => {
    const store = new SqliteStore(folder.file('store.db'));
    const { token } = mustSucceed(
      await shop.call<LoggedIn>('POST', '/api/sessions', { telephone: buyer.telephone, password }),
    );
    const key = `session:${new Bun.CryptoHasher('sha256').update(token).digest('hex')}`;
    /** As if the session was last used so long ago. */
    const usedAgo = async (minutes: number) => {
      const at = Date.now() - minutes * 60_000;
      await store.set(key, `${buyer.userId} ${at} ${at} -`, (60 - minutes) * 60_000);
    };
    const cookie = `session=${token}`;
    const cookiesOf = async (path: string, headers: Record<string, string> = { cookie }) => {
      const request = { headers: { ...headers }, redirect: 'manual' } as const;
      return (await fetch(shop.engine.url + path, request)).headers.getSetCookie();
    };
    const renewed = [`${cookie}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`];
    for (const path of [
      '/api/sessions',
      '/api/users/me',
      '/api/orders',
      '/',
      '/orders',
      '/login',
    ]) {
      await usedAgo(59);
      expect([path, await cookiesOf(path)]).toEqual([path, renewed]);
      expect([path, await cookiesOf(path)]).toEqual([path, []]);
    }
    // A client that sends the token itself keeps no cookie, and a log-out ends the one that there is.
    await usedAgo(59);
    expect(await cookiesOf('/api/sessions', { authorization: `Bearer ${token}` })).toEqual([]);
    await usedAgo(59);
    const out = await shop.call('DELETE', '/api/sessions', undefined, { headers: { cookie } });
    expect(out.headers.getSetCookie()).toEqual([
      'session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect((await withCookie(cookie)).errCode).toBe(20003);
    await store.close();
  });

  test('ends by logging out, and only this one', async () => {
    const [here, there] = [await shop.logIn(buyer.telephone), await shop.logIn(buyer.telephone)];
    const out = await here.api('DELETE', '/api/sessions');
    expect([out.status, out.data]).toEqual([200, null as never]); // The API reference says null.
    expect(out.headers.get('set-cookie')).toStartWith('session=; Max-Age=0; Path=/; HttpOnly');
    expect((await here.api('GET', '/api/users/me')).errCode).toBe(20003);
    expect((await here.api('DELETE', '/api/sessions')).errCode).toBe(20003);
    expect((await there.api('GET', '/api/users/me')).status).toBe(200);
  });

  test('in the header takes precedence over that in the cookie', async () => {
    const cookie = `session=${buyer.session}`;
    const { errCode } = await withCookie(cookie, { authorization: 'Bearer not-a-session' });
    expect(errCode).toBe(20003);
  });

  test.each([
    'session=',
    'session=x',
    'session=%00',
    'session="; HttpOnly',
    `session=${'a'.repeat(43)}`,
    `session=${'a'.repeat(10_000)}`,
    'SESSION=x; session',
    '%E0%A4%A=x',
  ])('is not opened by the cookie %j', async (cookie) => {
    expect((await withCookie(cookie)).errCode).toBe(20003);
  });

  test('is not opened by the admin token', async () => {
    expect((await shop.engine.api('GET', '/api/orders')).errCode).toBe(20003);
  });
});

describe('what another site makes a browser send', () => {
  const posts = [
    ['POST', '/api/sessions'],
    ['DELETE', '/api/sessions'],
    ['POST', '/api/otp'],
    ['POST', '/api/users'],
    ['POST', '/api/passwords'],
    ['POST', '/api/captchas'],
    ['POST', '/api/items/1/tokens'],
    ['POST', '/api/orders/20261122-1-1/pay'],
    ['POST', '/api/orders/20261122-1-1/cancel'],
  ] as const;
  const origins = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];

  test.each(posts)('is refused: %s %s', async (method, path) => {
    for (const origin of origins) {
      const headers: Record<string, string> = { cookie: `session=${buyer.session}`, ...origin };
      const { status, errCode } = await shop.call(method, path, {}, { headers });
      expect([status, errCode]).toEqual([403, 20006]);
    }
    expect((await buyer.api('GET', '/api/users/me')).status).toBe(200);
  });

  test('is let through where that site is our own', async () => {
    for (const own of [{ 'sec-fetch-site': 'same-origin' }, { origin: shop.engine.url }]) {
      const { telephone } = buyer;
      const answer = await logIn(telephone, password, { ...own } as Record<string, string>); // Either of two.
      expect(answer.status).toBe(201);
    }
  });

  test('as a form is not read', async () => {
    const body = `{"telephone":"${buyer.telephone}","password":"${password}"}`;
    const headers = { 'content-type': 'text/plain' };
    expect((await shop.call('POST', '/api/sessions', body, { headers })).errCode).toBe(10001);
  });
});
