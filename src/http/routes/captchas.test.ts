/** A purchase token for a proof of work, as a client of the API gets it that is not the shop's page. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Challenge } from 'altcha-lib';
import * as v from 'valibot';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { commandLine, mustSucceed, type Sale } from '../../testing/engine-process.ts';
import { solveProof } from '../../testing/proof-solver.ts';
import { type Buyer, type Shop, startShop } from '../../testing/shop.ts';
import { captcha } from '../reference/answer-schemas.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let buyer: Buyer;
let other: Buyer;

beforeAll(async () => {
  // As it is started without a word about captchas.
  const env = { CAPTCHA: '' };
  shop = await startShop({ dataDir: folder.path, script: commandLine, env });
  [buyer, other] = [await shop.buyer(), await shop.buyer()];
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

interface Drawn {
  captchaId: string;
  challenge: Challenge;
}

async function drawn(who: Buyer, { promoId }: Sale): Promise<Drawn> {
  return mustSucceed(await who.api<Drawn>('POST', '/api/captchas', { promoId }));
}

async function solved(who: Buyer, sale: Sale) {
  const { captchaId, challenge } = await drawn(who, sale);
  return { promoId: sale.promoId, captchaId, answer: await solveProof(challenge) };
}

const ask = (who: Buyer, { itemId }: Sale, body: object) =>
  who.api<{ token: string }>('POST', `/api/items/${itemId}/tokens`, body);

describe('a shop that says nothing about captchas', () => {
  test('asks for a proof of work, and gives a token for it that buys', async () => {
    const sale = await shop.engine.sale();
    const answer = await drawn(buyer, sale);
    expect(Object.keys(answer)).toEqual(['captchaId', 'challenge']);
    // The reference describes every field: reading leaves out what it does not know.
    const described: object = v.parse(captcha, answer);
    expect(described).toEqual(answer);
    const { token } = mustSucceed(await ask(buyer, sale, await solved(buyer, sale)));
    expect((await shop.engine.place(token, 1, { admin: false })).status).toBe(201);
  });

  test('lets nobody in without one, nor with that of another user or promo', async () => {
    const [sale, strange] = [await shop.engine.sale(), await shop.engine.sale()];
    const { promoId } = sale;
    const { captchaId, challenge } = await drawn(other, sale);
    for (const body of [
      { promoId },
      { promoId, captchaId },
      { promoId, captchaId, answer: 'ACEF' },
      { promoId, captchaId, answer: Buffer.from(JSON.stringify({ challenge })).toString('base64') },
      await solved(buyer, sale),
      { ...(await solved(other, strange)), promoId },
    ]) {
      const { status, errCode } = await ask(other, sale, body);
      expect([status, errCode]).toEqual([403, 30009]);
    }
    const right = { promoId, captchaId, answer: await solveProof(challenge) };
    expect((await ask(other, sale, right)).status).toBe(201);
  });

  test('takes a proof once: of many that bring it at once one is let through to the gate', async () => {
    const first = await shop.buyer();
    // The gate has one place, and it is taken: who is let through to it gets nothing, but leaves a proof.
    const sale = await narrowSale();
    mustSucceed(await ask(first, sale, await solved(first, sale)));
    const body = await solved(buyer, sale);
    const codes = await Promise.all(
      Array.from({ length: 8 }, async () => (await ask(buyer, sale, body)).errCode),
    );
    expect(codes.sort()).toEqual([...Array<number>(7).fill(30009), 30010]);
    expect((await ask(buyer, sale, body)).errCode).toBe(30009);
  });
});

/** A sale of one unit whose gate lets one buyer in, and nobody waits. */
const narrowSale = () => shop.engine.sale({ stock: 1, gateFactor: 1, queue: 'off' });
