import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import fc from 'fast-check';
import { bodyBytesMax } from '../../../actors/limits.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import {
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let sale: Sale;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

beforeEach(async () => {
  sale = await engine.sale({ stock: 3, limitPerUser: 3 });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

const send = (body: string, headers?: Record<string, string>) =>
  engine.api('POST', '/api/orders', body, headers === undefined ? {} : { headers });

async function stock(): Promise<unknown> {
  return (await engine.api('GET', `/api/items/${sale.itemId}`)).data.stock;
}

describe('the order route', () => {
  test('refuses what is not a JSON object: 10001', async () => {
    const texts = ['{', '{"token"', 'null', '[]', '"x"', '1', 'true', '{}}', "{'a':1}", '\0', ' '];
    for (const text of [...texts, 'NaN', '{"amount":NaN}', '{"amount":01}', '﻿', '{"a":1,}']) {
      const { status, errCode } = await send(text);
      expect([text, status, errCode]).toEqual([text, 400, 10001]);
    }
  });

  test('refuses amounts that are not exactly a positive integer: 10001', async () => {
    const token = JSON.stringify(tokenFor(sale, 1));
    const numbers = ['0', '-1', '-0', '1.5', '1e999', '-1e999', '9007199254740993', '100001'];
    const others = ['"1"', 'true', 'null', '[1]', '{}', '{"valueOf":1}', '1e-7', '4294967297'];
    for (const amount of [...numbers, ...others, '1.0000000000000002']) {
      const { status, errCode, errMsg } = await send(`{"token":${token},"amount":${amount}}`);
      expect([amount, status, errCode]).toEqual([amount, 400, 10001]);
      expect(errMsg).toContain('amount');
      expect(errMsg).not.toContain('token');
    }
    expect(await stock()).toBe(3);
    expect((await send(`{"token":${token},"amount":1.0}`)).status).toBe(201);
  });

  test('refuses tokens that are not text, or far too long: 10001', async () => {
    for (const token of ['1', 'null', '{}', '["st1"]', `"${'s'.repeat(5_000)}"`]) {
      const { status, errCode, errMsg } = await send(`{"token":${token},"amount":1}`);
      expect([status, errCode]).toEqual([400, 10001]);
      expect(errMsg).toContain('token');
    }
  });

  test('names every wrong field in the answer', async () => {
    for (const text of ['{}', '{"token":1,"amount":"1"}', '']) {
      const { errCode, errMsg, data } = await send(text);
      expect(errCode).toBe(10001);
      expect(errMsg).toContain('token');
      expect(errMsg).toContain('amount');
      expect(Object.keys(data.fields as object).sort()).toEqual(['amount', 'token']);
    }
  });

  test('ignores fields it does not know', async () => {
    const body = { token: tokenFor(sale, 1), amount: 1, price: 0, toString: 1, constructor: {} };
    expect((await send(JSON.stringify(body))).status).toBe(201);
  });

  test('refuses __proto__ however deep and however spelled: 10001', async () => {
    const token = tokenFor(sale, 1);
    const evils = [
      '"__proto__":{"amount":1}',
      '"\\u005f_proto__":1',
      '"a":{"b":[{"__proto__":1}]}',
    ];
    for (const evil of [...evils, '"a":{"\\u005f\\u005fproto\\u005f\\u005f":{}}']) {
      const { status, errCode } = await send(`{"token":"${token}","amount":1,${evil}}`);
      expect([evil, status, errCode]).toEqual([evil, 400, 10001]);
    }
    expect((await engine.place(token)).status).toBe(201);
  });

  test('survives the deepest nesting that a body has room for', async () => {
    const depth = bodyBytesMax / 2 - 100;
    const nested = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const objects = `{"a":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`;
    for (const text of [nested, objects, '['.repeat(bodyBytesMax)]) {
      const { status, errCode } = await send(text);
      expect([status, errCode]).toEqual([400, 10001]);
    }
  });

  test('accepts bodies up to the limit, and not a byte more: 10006', async () => {
    const body = JSON.stringify({ token: tokenFor(sale, 1), amount: 1 });
    const padded = (bytes: number) => body.padEnd(bytes, ' ');
    expect((await send(padded(bodyBytesMax))).status).toBe(201);
    for (const bytes of [bodyBytesMax + 1, 10 * bodyBytesMax, 20 * 1024 * 1024]) {
      const { status, errCode } = await send(padded(bytes));
      expect([bytes, status, errCode]).toEqual([bytes, 413, 10006]);
    }
  });

  test('refuses other content types, or none at all: 10001', async () => {
    const body = JSON.stringify({ token: tokenFor(sale, 1), amount: 1 });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const { status, errCode, errMsg } = await send(body, { 'content-type': type });
      expect([type, status, errCode]).toEqual([type, 400, 10001]);
      expect(errMsg).toContain('content-type');
    }
    for (const type of ['application/json', 'Application/JSON ; charset=utf-8']) {
      const { errCode } = await send(body, { 'content-type': type });
      expect([type, errCode]).toEqual([type, null]);
    }
  });

  test('knows no other methods, and no other paths: 10005', async () => {
    const calls = [
      ['PUT', '/api/orders'],
      ['DELETE', '/api/orders'],
      ['PATCH', '/api/orders/x/pay'],
      ['POST', '/api/orders/'],
      ['POST', '/api/order'],
      ['GET', '/nothing'],
      ['GET', '/%ff%fe'],
      ['GET', '/..%2f..%2fetc/passwd'],
      ['POST', '/__proto__'],
    ];
    for (const [method, path] of calls) {
      const { status, errCode } = await engine.api(method!, path!);
      expect([path, status, errCode]).toEqual([path, 404, 10005]);
    }
  });

  test('never answers anything but its own codes, whatever JSON it is sent', async () => {
    const token = tokenFor(sale, 1);
    const field = fc.oneof(fc.jsonValue(), fc.constant(token), fc.double(), fc.maxSafeInteger());
    const key = fc.oneof(
      fc.constantFrom('token', 'amount', '__proto__', 'constructor'),
      fc.string(),
    );
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(key, field));
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const { errCode } = await send(JSON.stringify(value));
        // A valid token with an amount beyond the stock, or beyond the limit, is refused for that.
        expect([null, 10001, 30001, 30006, 30007, 30014]).toContain(errCode);
      }),
      { numRuns: 400 },
    );
    expect(await stock()).toBeGreaterThanOrEqual(0);
    expect((await engine.api('GET', '/readyz')).status).toBe(200);
  });

  test('never answers anything but 10001 or 30007 to damaged bytes and tokens', async () => {
    const good = JSON.stringify({ token: tokenFor(sale, 1), amount: 1 });
    const damage = fc.record({
      at: fc.nat({ max: good.length - 1 }),
      cut: fc.nat({ max: 3 }),
      put: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, cut, put }) => {
        const damaged = good.slice(0, at) + put + good.slice(at + cut);
        const { errCode } = await send(damaged);
        // Blanks between the fields, and digits in the amount, do no damage.
        if (errCode !== null) expect([10001, 30001, 30006, 30007, 30014]).toContain(errCode);
        else expect(JSON.parse(damaged)).toMatchObject({ token: JSON.parse(good).token });
      }),
      { numRuns: 400 },
    );
  });

  test('still sells every unit after all that', async () => {
    const answers = [];
    for (let userId = 1; userId <= 4; userId++) {
      answers.push(await engine.place(tokenFor(sale, userId)));
    }
    expect(answers.map(({ errCode }) => errCode)).toEqual([null, null, null, 30001]);
    expect(mustSucceed(await engine.api('GET', '/readyz'))).toMatchObject({ ready: true });
  });
});
