import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { purchaseTokens } from '../../admission/purchase-token.ts';
import {
  type Answer,
  mustSucceed,
  type Sale,
  type SaleOptions,
  tokenSecret,
} from '../../testing/engine-process.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const { verify } = purchaseTokens(tokenSecret);
let shop: Shop;
let buyer: Buyer;
let other: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  [buyer, other] = [await shop.buyer(), await shop.buyer()];
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

interface Captcha {
  captchaId: string;
  image: string;
}
interface Token {
  token: string;
  expiresAt: string;
  label: string;
}

const drawn = (who: Buyer, { promoId }: Sale) =>
  who.api<Captcha>('POST', '/api/captchas', { promoId });
const ask = (who: Buyer, { itemId }: Sale, body: object = {}): Promise<Answer<Token>> =>
  who.api<Token>('POST', `/api/items/${itemId}/tokens`, body);

/** Asks with a solved captcha. */
async function askSolved(who: Buyer, sale: Sale, answer = captchaText): Promise<Answer<Token>> {
  const { captchaId } = mustSucceed(await drawn(who, sale));
  return ask(who, sale, { promoId: sale.promoId, captchaId, answer });
}

const nonceOf = (answer: Answer<Token>) => verify(mustSucceed(answer).token)!.nonce;

describe('a purchase token', () => {
  test('is given for a solved captcha, and buys', async () => {
    const sale = await shop.engine.sale({ promoPrice: 500 });
    const answer = await askSolved(buyer, sale);
    expect(answer.status).toBe(201);
    const { token, expiresAt } = answer.data;
    expect(verify(token)).toMatchObject({ ...sale, userId: buyer.userId });
    expect(verify(token)!.expiresAt * 1000).toBe(Date.parse(expiresAt));
    const { status, data } = await shop.engine.place(token, 1, { admin: false });
    expect(status).toBe(201);
    const order = await buyer.api('GET', `/api/orders/${data.orderId}`);
    expect(order.data).toMatchObject({ userId: buyer.userId, unitPrice: 500, status: 'placed' });
  });

  test('is for the same purchase when asked for again, without another captcha', async () => {
    const sale = await shop.engine.sale();
    const first = await askSolved(buyer, sale);
    const again = await ask(buyer, sale, { promoId: sale.promoId });
    expect(again.status).toBe(201);
    expect(again.data).toEqual(first.data);
    mustSucceed(await shop.engine.place(first.data.token));
    // Until it has bought: then it may be all that this buyer can have.
    const spent = await ask(buyer, sale, { promoId: sale.promoId });
    expect([spent.status, spent.errCode]).toEqual([409, 30006]);
    expect((await drawn(buyer, sale)).errCode).toBe(30006);
  });

  test('is for one purchase when asked for many times at once', async () => {
    const sale = await shop.engine.sale();
    const captchas = await Promise.all([1, 2, 3].map(() => drawn(other, sale)));
    const answers = await Promise.all(
      captchas.map(({ data: { captchaId } }) =>
        ask(other, sale, { promoId: sale.promoId, captchaId, answer: captchaText }),
      ),
    );
    expect(new Set(answers.map(nonceOf)).size).toBe(1);
  });

  test('expires with its admission, and with its sale', async () => {
    const short = mustSucceed(await askSolved(buyer, await shop.engine.sale({ endsInMs: 60_000 })));
    const long = mustSucceed(await askSolved(buyer, await shop.engine.sale()));
    const inMs = ({ expiresAt }: Token) => Date.parse(expiresAt) - Date.now();
    expect(inMs(short)).toBeLessThanOrEqual(61_000);
    expect(inMs(long)).toBeLessThanOrEqual(301_000);
    expect(inMs(long)).toBeGreaterThan(61_000);
  });

  test('says what stands for its user in a draw', async () => {
    const { itemId, promoId } = await shop.engine.sale({ captcha: false });
    const { token, label } = mustSucceed(await ask(buyer, { itemId, promoId }, { promoId }));
    const hashed = `${promoId}:${buyer.userId}:${verify(token)!.nonce}`;
    expect(label).toBe(new Bun.CryptoHasher('sha256').update(hashed).digest('hex'));
  });

  test('at the normal price needs no captcha', async () => {
    const itemId = await shop.engine.item(5);
    const { token } = mustSucceed(await ask(buyer, { itemId, promoId: 0 }));
    expect(verify(token)).toMatchObject({ itemId, promoId: 0, userId: buyer.userId });
    expect((await shop.engine.place(token, 2)).status).toBe(201);
    const next = mustSucceed(await ask(buyer, { itemId, promoId: 0 }));
    expect((await shop.engine.place(next.token, 2)).status).toBe(201);
  });

  test('needs no captcha where the promo asks for none', async () => {
    const sale = await saleWithoutCaptcha();
    expect((await ask(buyer, sale, { promoId: sale.promoId })).status).toBe(201);
  });

  test('is for users only', async () => {
    const path = `/api/items/${(await shop.engine.sale()).itemId}/tokens`;
    expect((await shop.call('POST', path, {})).errCode).toBe(20003);
    expect((await shop.engine.api('POST', path, {})).errCode).toBe(20003);
  });

  test('fixes its user and price itself, whatever else is asked for', async () => {
    const sale = await saleWithoutCaptcha();
    const body = { promoId: sale.promoId, userId: other.userId, price: 1, nonce: 1, expiresAt: 1 };
    const { token } = mustSucceed(await ask(buyer, sale, body));
    const claims = verify(token)!;
    expect(claims.userId).toBe(buyer.userId);
    expect([claims.nonce, claims.expiresAt]).not.toContain(1);
  });

  test.each([{ promoId: -1 }, { promoId: '1' }, { captchaId: 1 }, { answer: 'a'.repeat(2_049) }])(
    'is refused for the body %j',
    async (body) => {
      const { errCode } = await ask(buyer, { itemId: await shop.engine.item(1), promoId: 0 }, body);
      expect(errCode).toBe(10001);
    },
  );

  test('is refused for missing items and promos, and for a promo of another item', async () => {
    const [sale, strange] = [await shop.engine.sale(), await shop.engine.sale()];
    const { promoId } = strange;
    expect((await ask(buyer, sale, { promoId })).errCode).toBe(10005);
    expect((await ask(buyer, sale, { promoId: 1_000_000 })).errCode).toBe(10005);
    for (const itemId of [131_000, 0, -1, Number.NaN]) {
      expect((await ask(buyer, { itemId, promoId })).errCode).toBe(10005);
    }
    expect((await buyer.api('POST', '/api/captchas', { promoId: 1_000_000 })).errCode).toBe(10005);
  });

  test('is not given through a closed gate without a queue', async () => {
    const sale = await saleWithoutCaptcha({ stock: 1, gateFactor: 1, queue: 'off' });
    expect((await ask(buyer, sale, { promoId: sale.promoId })).status).toBe(201);
    const late = await ask(other, sale, { promoId: sale.promoId });
    expect([late.status, late.errCode]).toEqual([409, 30010]);
    expect((await ask(buyer, sale, { promoId: sale.promoId })).status).toBe(201);
  });
});

describe('a captcha', () => {
  test('is a picture under an id', async () => {
    const { status, headers, data } = await drawn(buyer, await shop.engine.sale());
    expect(status).toBe(201);
    expect(Object.keys(data)).toEqual(['captchaId', 'image']);
    expect(data.image).toStartWith('data:image/png;base64,');
    expect(headers.get('ratelimit')).toMatch(/^"captchaByUser";r=\d+, "captchaByAddress";r=/);
  });

  test('lets no one in with a wrong answer, nor with the right one after it', async () => {
    const sale = await shop.engine.sale();
    const { promoId } = sale;
    const { captchaId } = mustSucceed(await drawn(buyer, sale));
    for (const answer of ['XXXX', captchaText]) {
      const { status, errCode } = await ask(buyer, sale, { promoId, captchaId, answer });
      expect([status, errCode]).toEqual([403, 30009]);
    }
    expect((await ask(buyer, sale, { promoId })).errCode).toBe(30009);
  });

  test('of another user, or for another promo, is worth nothing', async () => {
    const [sale, strange] = [await shop.engine.sale(), await shop.engine.sale()];
    const foreign = mustSucceed(await drawn(other, sale)).captchaId;
    const elsewhere = mustSucceed(await drawn(buyer, strange)).captchaId;
    for (const captchaId of [foreign, elsewhere]) {
      const body = { promoId: sale.promoId, captchaId, answer: captchaText };
      expect((await ask(buyer, sale, body)).errCode).toBe(30009);
    }
  });
});

describe('a sale that no one can enter', () => {
  async function expectRefused(who: Buyer, sale: Sale, errCode: number) {
    expect((await drawn(who, sale)).errCode).toBe(errCode);
    expect((await ask(who, sale, { promoId: sale.promoId })).errCode).toBe(errCode);
  }

  test('because it is sold out, says so before any captcha', async () => {
    const sale = await shop.engine.sale({ stock: 1 });
    const token = await askSolved(buyer, sale);
    const { orderId } = mustSucceed(await shop.engine.place(token.data.token));
    mustSucceed(await shop.engine.api('POST', `/api/orders/${orderId}/pay`, {}));
    await expectRefused(other, sale, 30001);
    await expectRefused(buyer, sale, 30006);
  });

  test('because it is sold out and has no queue, says so before any captcha', async () => {
    const sale = await shop.engine.sale({ stock: 1, queue: 'off' });
    const token = await askSolved(buyer, sale);
    mustSucceed(await shop.engine.place(token.data.token));
    await expectRefused(other, sale, 30001);
  });

  test('lets admitted users ask again', async () => {
    const sale = await shop.engine.sale({ stock: 1 });
    const [mine, theirs] = [await askSolved(buyer, sale), await askSolved(other, sale)];
    mustSucceed(await shop.engine.place(mine.data.token));
    expect(nonceOf(await ask(other, sale, { promoId: sale.promoId }))).toBe(nonceOf(theirs));
    expect((await ask(buyer, sale, { promoId: sale.promoId })).errCode).toBe(30006);
  });

  test('because it has not started, says so before any captcha', async () => {
    await expectRefused(buyer, await shop.engine.sale({ startsInMs: 60_000 }), 30004);
  });

  test('because it has ended, says so before any captcha', async () => {
    const sale = await shop.engine.sale({ endsInMs: 400 });
    await waitUntil('it ends', async () => (await drawn(other, sale)).errCode === 30005);
    await expectRefused(buyer, sale, 30005);
  });

  test('because it is a draft, says so before any captcha', async () => {
    const itemId = await shop.engine.item(5);
    const promoId = await draft(itemId, {});
    await expectRefused(buyer, { itemId, promoId }, 30013);
  });
});

async function draft(itemId: number, fields: object): Promise<number> {
  const promo = await shop.engine.api<{ id: number }>('POST', '/api/promos', {
    itemId,
    name: 'A promo',
    price: 1,
    startAt: new Date(Date.now() - 1_000).toISOString(),
    endAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...fields,
  });
  return mustSucceed(promo).id;
}

const saleWithoutCaptcha = (options: SaleOptions = {}) =>
  shop.engine.sale({ stock: 5, captcha: false, ...options });
