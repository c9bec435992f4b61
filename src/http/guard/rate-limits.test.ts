import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { type Buyer, captchaText, newTelephone, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let greedy: Buyer;
let modest: Buyer;

// The engine as it is in production: nothing is rehearsed.
beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path, script: 'src/main.ts' });
  [greedy, modest] = [await shop.buyer(), await shop.buyer()];
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const many = <T>(times: number, call: () => Promise<T>) =>
  Promise.all(Array.from({ length: times }, call));

describe('asking too often', () => {
  test('for captchas is answered 10003 with the time to wait, for this user only', async () => {
    const { promoId } = await shop.engine.sale();
    const draw = (who: Buyer) => who.api('POST', '/api/captchas', { promoId });
    const refused = (await many(15, () => draw(greedy))).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { errCode, headers } of refused) {
      expect(errCode).toBe(10003);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('ratelimit')).toMatch(/"captchaByUser";r=0;t=\d+/);
      expect(headers.get('ratelimit-policy')).toContain('"captchaByUser";q=10;w=30');
    }
    expect((await draw(modest)).status).toBe(201);
  });

  test('for tokens is answered 10003, while orders go on', async () => {
    const itemId = await shop.engine.item(5);
    const ask = (who: Buyer) => who.api('POST', `/api/items/${itemId}/tokens`, {});
    const answers = await many(rates.tokenByUser.burst + 15, () => ask(greedy));
    expect(answers.filter(({ errCode }) => errCode === 10003).length).toBeGreaterThan(0);
    expect((await ask(modest)).status).toBe(201);
    const token = tokenFor({ itemId, promoId: 0 }, greedy.userId);
    expect((await shop.engine.place(token, 1, { admin: false })).status).toBe(201);
  });

  test('where one stands is answered 10003, beside others who wait at the same address', async () => {
    const sale = await shop.engine.sale({ stock: 1, gateFactor: 1, captcha: false });
    const { itemId, promoId } = sale;
    const ask = (who: Buyer) => who.api('POST', `/api/items/${itemId}/tokens`, { promoId });
    mustSucceed(await shop.engine.place(tokenFor(sale, 1)));
    const patient = await shop.buyer();
    expect((await ask(patient)).status).toBe(202);
    const hammering = await shop.buyer();
    const answers = await many(rates.tokenByUser.burst + 30, () => ask(hammering));
    expect(answers.filter(({ errCode }) => errCode === 10003).length).toBeGreaterThan(0);
    const { status, headers } = await ask(patient);
    expect(status).toBe(202);
    // Whoever waits is told to ask seldom enough for what one user may.
    const waitSeconds = Number(headers.get('retry-after'));
    expect(waitSeconds * rates.tokenByUser.perSecond).toBeGreaterThan(1);
  });

  test('for one-time passwords is stopped by address, however many telephones are tried', async () => {
    const send = () => shop.call('POST', '/api/otp', { telephone: newTelephone() });
    const answers = await many(rates.oneTimePasswordByAddress.burst + 5, send);
    const refused = answers.filter(({ errCode }) => errCode === 10003);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
    }
  });

  test('to log in is stopped by address, however many telephones are tried', async () => {
    const forward = (n: number) => ({
      'x-forwarded-for': `192.0.2.${n}`,
      forwarded: `for=192.0.2.${n}`,
    });
    let tries = 0;
    const logIn = () => {
      const body = { telephone: newTelephone(), password: 'a guess' };
      return shop.call('POST', '/api/sessions', body, { headers: forward(++tries) });
    };
    const answers = await many(rates.logInByAddress.burst + 10, logIn);
    const refused = answers.filter(({ errCode }) => errCode === 10003);
    expect(refused.length).toBeGreaterThan(0);
    for (const { errCode } of answers) expect([10003, 20002, 30003]).toContain(errCode!);
  });
});

test('the captcha text of rehearsals is wrong in production', async () => {
  const { itemId, promoId } = await shop.engine.sale();
  const captcha = await modest.api<{ captchaId: string }>('POST', '/api/captchas', { promoId });
  const { captchaId } = mustSucceed(captcha);
  const body = { promoId, captchaId, answer: captchaText };
  const { errCode } = await modest.api('POST', `/api/items/${itemId}/tokens`, body);
  expect(errCode).toBe(30009);
});
