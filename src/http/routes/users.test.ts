import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { newTelephone, password, registration, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;

beforeAll(async () => {
  shop = await startShop({
    dataDir: folder.path,
    env: { LOG_LEVEL: 'info', TRUSTED_PROXIES: '127.0.0.1' },
  });
});

afterEach(() => shop.gateway.answer(200));

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

/** A telephone that was just sent a one-time password. */
async function invited(): Promise<string> {
  const telephone = newTelephone();
  mustSucceed(await shop.call('POST', '/api/otp', { telephone }));
  return telephone;
}

const register = (fields: object) => shop.call<{ id: number }>('POST', '/api/users', fields);

describe('asking for a one-time password', () => {
  test('sends six digits to the telephone and answers nothing', async () => {
    const telephone = newTelephone();
    const answer = await shop.call('POST', '/api/otp', { telephone: telephone.slice(3) });
    expect([answer.status, answer.data]).toEqual([200, null as never]); // The API reference says null.
    expect(shop.gateway.codeOf(telephone)).toMatch(/^\d{6}$/);
    expect(answer.headers.get('ratelimit')).toStartWith('"oneTimePasswordByAddress";r=');
    expect(answer.headers.get('ratelimit-policy')).toMatch(
      /^"oneTimePasswordByAddress";q=\d+;w=\d+$/,
    );
  });

  test('is refused within a minute, with the seconds to wait', async () => {
    const telephone = await invited();
    const sent = shop.gateway.messages.length;
    const again = await shop.call('POST', '/api/otp', { telephone });
    expect([again.status, again.errCode]).toEqual([429, 10003]);
    const wait = Number(again.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(shop.gateway.messages.length).toBe(sent);
  });

  test('answers the same whether the telephone is registered or not', async () => {
    const telephone = await invited();
    mustSucceed(await register(registration(shop.gateway, telephone)));
    const [known, unknown] = [
      await shop.call('POST', '/api/otp', { telephone }),
      await shop.call('POST', '/api/otp', { telephone: await invited() }),
    ];
    expect([known.status, known.errCode]).toEqual([unknown.status, unknown.errCode]);
  });

  test('says that nothing was done when the gateway fails, and may be tried again at once', async () => {
    const telephone = newTelephone();
    shop.gateway.answer(500);
    const failed = await shop.call('POST', '/api/otp', { telephone });
    expect([failed.status, failed.errCode]).toEqual([503, 30003]);
    expect(failed.headers.get('retry-after')).toBe('1');
    shop.gateway.answer(200);
    expect((await shop.call('POST', '/api/otp', { telephone })).status).toBe(200);
  });

  test.each([
    {},
    { telephone: '' },
    { telephone: 13_800_000_001 },
    { telephone: ['+8613800000001'] },
  ])('is refused without a telephone: %j', async (body) => {
    const { errCode, data } = await shop.call('POST', '/api/otp', body);
    expect(errCode).toBe(10001);
    expect(Object.keys(data.fields as object)).toEqual(['telephone']); // The envelope's addition.
  });
});

describe('registering', () => {
  test('answers 201 with the user, without password or hash', async () => {
    const telephone = await invited();
    const person = {
      ...registration(shop.gateway, telephone),
      name: ' 艾达 🌊 ',
      gender: 'f',
      age: 0,
    };
    const { status, data } = await register(person);
    expect(status).toBe(201);
    const id = expect.any(Number);
    expect(data).toEqual({ id, telephone, name: '艾达 🌊', gender: 'f', age: 0 } as never); // As the API reference shows.
  });

  test('names every wrong field in one answer', async () => {
    const { status, errCode, data, errMsg } = await register({
      telephone: '123',
      otp: '12345',
      name: '',
      gender: 'male',
      age: 151,
      password: 'short',
    });
    expect([status, errCode]).toEqual([400, 10001]);
    const { fields } = data as unknown as { fields: object }; // The envelope's addition.
    const names = ['telephone', 'otp', 'name', 'gender', 'age', 'password'];
    expect(Object.keys(fields)).toEqual(names);
    for (const name of names) expect(errMsg).toContain(name);
    const nothing = (await register({})).data as unknown as { fields: object }; // As above.
    expect(Object.keys(nothing.fields)).toEqual(names);
    expect(Object.values(nothing.fields)).toEqual(names.map(() => 'is missing'));
  });

  test.each([
    { age: -1 },
    { age: 1.5 },
    { age: '36' },
    { gender: 'M' },
    { name: 'a'.repeat(51) },
    { name: 'a\r\nset-cookie: session=x' },
    { name: '\u0000' },
    { password: '1234567' },
    { password: 'x'.repeat(129) },
    { password: 'Password123' },
    { password: '88888888' },
    { otp: 123_456 },
    { otp: '12345６7' },
    { otp: '१२३४५x' },
  ])('is refused with %j', async (wrong) => {
    const otp = '123456';
    const right = { telephone: newTelephone(), otp, name: 'Ada', gender: 'x', age: 36, password };
    const { errCode, data } = await register({ ...right, ...wrong });
    expect(errCode).toBe(10001);
    const { fields } = data as unknown as { fields: object }; // The envelope's addition.
    expect(Object.keys(fields)).toEqual(Object.keys(wrong));
  });

  test('needs the code of this telephone', async () => {
    const [one, other] = [await invited(), await invited()];
    const otp = shop.gateway.codeOf(other);
    if (otp !== shop.gateway.codeOf(one)) {
      const { status, errCode } = await register({ ...registration(shop.gateway, one), otp });
      expect([status, errCode]).toEqual([400, 20005]);
    }
    expect((await register(registration(shop.gateway, one))).status).toBe(201);
  });

  test('takes telephone and code as they are pasted, and makes one account of one number', async () => {
    const telephone = await invited();
    const national = telephone.slice(3);
    const otp = [...shop.gateway.codeOf(telephone)].join('\u200b ');
    const person = { ...registration(shop.gateway, telephone), otp };
    const pasted = `\u202dtel:0086-${national}\u202c`;
    expect((await register({ ...person, telephone: pasted })).data).toMatchObject({ telephone });
    for (const again of [`86${national}`, `\ufeff+86 ${national}`, `０${national}`]) {
      const asked = await shop.call('POST', '/api/otp', { telephone: again });
      expect([again, asked.errCode]).toEqual([again, 10003]);
      const logged = await shop.call('POST', '/api/sessions', { telephone: again, password });
      expect([again, logged.status]).toEqual([again, 201]);
    }
  });

  test('uses the code up', async () => {
    const telephone = await invited();
    const person = registration(shop.gateway, telephone);
    expect((await register(person)).status).toBe(201);
    expect((await register(person)).errCode).toBe(20005);
  });

  test('cannot be forced by guessing: after five wrong codes the right one is refused', async () => {
    const telephone = await invited();
    const person = registration(shop.gateway, telephone);
    const guesses = Array.from({ length: 30 }, (_, n) => {
      const otp = String((Number(person.otp) + 1 + n) % 1_000_000).padStart(6, '0');
      return register({ ...person, otp });
    });
    for (const { errCode } of await Promise.all(guesses)) expect(errCode).toBe(20005);
    expect((await register(person)).errCode).toBe(20005);
  });

  test('happens once for a telephone, also when sent many times at once', async () => {
    const telephone = await invited();
    const person = registration(shop.gateway, telephone);
    const answers = await Promise.all([1, 2, 3, 4].map(() => register(person)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const codes = answers.map(({ errCode }) => errCode).filter((code) => code !== null);
    for (const code of codes) expect([20004, 20005]).toContain(code);
  });

  test('sets only what a person may set', async () => {
    const telephone = await invited();
    const person = registration(shop.gateway, telephone);
    const { data } = await register({
      ...person,
      id: 1_000_000,
      createdAt: 0,
      admin: true,
      role: 'admin',
    });
    expect(data.id).not.toBe(1_000_000);
    expect(Object.keys(data)).toEqual(['id', 'telephone', 'name', 'gender', 'age']);
    const buyer = await shop.logIn(telephone);
    expect((await buyer.api('GET', '/api/admin/statements')).errCode).toBe(20006);
  });

  test('with a name that looks like SQL stores it as a name', async () => {
    const telephone = await invited();
    const name = `'); DROP TABLE users; -- <script>`;
    expect((await register({ ...registration(shop.gateway, telephone), name })).status).toBe(201);
    const buyer = await shop.logIn(telephone);
    expect((await buyer.api('GET', '/api/users/me')).data).toMatchObject({ name });
  });
});

describe('who is logged in', () => {
  test('is shown to users only', async () => {
    const buyer = await shop.buyer();
    const { status, data } = await buyer.api('GET', '/api/users/me');
    expect(status).toBe(200);
    const { userId: id, telephone } = buyer;
    expect(data).toEqual({ id, telephone, name: 'Ada', gender: 'x', age: 36 });
    expect((await shop.call('GET', '/api/users/me')).errCode).toBe(20003);
    expect((await shop.engine.api('GET', '/api/users/me')).errCode).toBe(20003);
  });
});

describe('erasing an account', () => {
  /** From another address, which may ask for a code for a telephone that was sent one a moment ago. */
  const headers = { 'x-forwarded-for': '192.0.2.7' };
  const send = (path: string, body: object) => shop.call('POST', path, body, { headers });

  async function anotherCode(telephone: string): Promise<string> {
    mustSucceed(await send('/api/otp', { telephone }));
    return shop.gateway.codeOf(telephone);
  }

  test('ends it on every device, and nobody can log in', async () => {
    const buyer = await shop.buyer();
    const { telephone } = buyer;
    const elsewhere = await shop.logIn(telephone);
    const { status, data, headers } = await buyer.api('DELETE', '/api/users/me');
    expect([status, data]).toEqual([200, null as never]); // As the API reference says.
    const cookies = headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split(';')[0])).toEqual(['session=', 'device=']);
    for (const cookie of cookies) expect(cookie).toContain('Max-Age=0');
    for (const device of [buyer, elsewhere]) {
      expect((await device.api('GET', '/api/users/me')).errCode).toBe(20003);
    }
    expect((await buyer.api('DELETE', '/api/users/me')).errCode).toBe(20003);
    expect((await send('/api/sessions', { telephone, password })).errCode).toBe(20002);
    const otp = await anotherCode(telephone);
    expect((await send('/api/sessions', { telephone, otp })).errCode).toBe(20001);
    expect((await send('/api/passwords', { telephone, otp, password })).errCode).toBe(20001);
  });

  test('leads to no new limit: who registers again has the number, its orders and what was bought', async () => {
    const buyer = await shop.buyer();
    const { telephone, userId } = buyer;
    const sale = await shop.engine.sale({ limitPerUser: 1 });
    const { orderId } = mustSucceed(await shop.engine.place(tokenFor(sale, userId)));
    mustSucceed(await buyer.api('DELETE', '/api/users/me'));
    // The merchant finds the order, and no more than the number of who placed it.
    const order = mustSucceed(await shop.engine.api('GET', `/api/orders/${orderId}`));
    expect(order).toMatchObject({ userId, status: 'placed' });
    await anotherCode(telephone);
    const person = { ...registration(shop.gateway, telephone), name: 'Eve' };
    const { status, data } = await send('/api/users', person);
    expect([status, data]).toEqual([201, expect.objectContaining({ id: userId, name: 'Eve' })]);
    const again = await shop.logIn(telephone);
    expect((await again.api('GET', `/api/orders/${orderId}`)).status).toBe(200);
    expect((await shop.engine.place(tokenFor(sale, again.userId))).errCode).toBe(30006);
    expect((await buyer.api('GET', '/api/users/me')).errCode).toBe(20003);
  });

  test('is nothing that another site may have a browser do', async () => {
    const buyer = await shop.buyer();
    const crossing = { headers: { origin: 'https://evil.example' } };
    const { errCode } = await buyer.api('DELETE', '/api/users/me', undefined, crossing);
    expect(errCode).toBe(20006);
    expect((await buyer.api('GET', '/api/users/me')).status).toBe(200);
  });
});

test('the log has neither codes nor telephones nor passwords', async () => {
  const buyer = await shop.buyer();
  const output = shop.engine.process.output();
  expect(output).not.toContain(buyer.telephone.slice(3));
  expect(output).not.toContain(password);
  expect(output).not.toContain(buyer.session);
  for (const { code } of shop.gateway.messages) expect(output).not.toContain(`"${code}"`);
});
