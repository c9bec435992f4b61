import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { type Buyer, newTelephone, password, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(60_000);

const folder = temporaryFolder();
let shop: Shop;
let buyer: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
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
    expect(headers.get('set-cookie')).toBe(
      `session=${data.token}; Path=/; HttpOnly; SameSite=Strict`,
    );
    expect((await withCookie(`session=${data.token}`)).data).toMatchObject({ id: buyer.userId });
  });

  test('over https gives a cookie that is sent over https alone', async () => {
    const forwarded = { 'x-forwarded-proto': 'https' };
    const { headers } = await logIn(buyer.telephone, password, forwarded);
    expect(headers.get('set-cookie')).toEndWith('; HttpOnly; Secure; SameSite=Strict');
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
    const time = async (telephone: () => string) => {
      const startedAt = performance.now();
      for (let tries = 0; tries < 4; tries++) await logIn(telephone(), 'a wrong password');
      return performance.now() - startedAt;
    };
    const known = (await shop.buyer()).telephone;
    const [wrong, unknown] = [await time(() => known), await time(newTelephone)];
    expect(unknown).toBeGreaterThan(wrong / 5);
    expect(wrong).toBeGreaterThan(unknown / 5);
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
  const guess = async (telephone: string) => {
    const guesses = Array.from({ length: 12 }, (_, n) => logIn(telephone, `wrong guess ${n}`));
    return (await Promise.all(guesses)).map(({ errCode }) => errCode).sort();
  };
  const five = [...Array(7).fill(10003), ...Array(5).fill(20002)];

  test('is stopped after five wrong ones, and then the right one must wait as well', async () => {
    const victim = await shop.buyer();
    expect(await guess(victim.telephone)).toEqual(five);
    const right = await logIn(victim.telephone, password);
    expect([right.status, right.errCode]).toEqual([429, 10003]);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await victim.api('GET', '/api/users/me')).status).toBe(200);
  });

  test('is stopped in the same way for a telephone that is not registered', async () => {
    expect(await guess(newTelephone())).toEqual(five);
  });

  test('is forgiven once the right password is given', async () => {
    const { telephone } = await shop.buyer();
    for (let rounds = 0; rounds < 2; rounds++) {
      for (let tries = 0; tries < 4; tries++) await logIn(telephone, 'not yet right');
      expect((await logIn(telephone, password)).status).toBe(201);
    }
  });
});

describe('a session', () => {
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
