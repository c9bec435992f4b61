import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createChallenge, type Payload, type Solution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../actors/testing/redis.ts';
import { openStore } from '../store/open.ts';
import { SqliteStore } from '../store/sqlite.ts';
import type { KeyValueStore } from '../store/store.ts';
import { encodeProof, solveProof } from '../testing/proof-solver.ts';
import { ProofCaptchas } from './proof-captcha.ts';

const secret = 'a secret of this test';
const work = 50;
let folder: TemporaryFolder;
let now: number;
let store: SqliteStore;
let captchas: ProofCaptchas;

beforeEach(() => {
  folder = temporaryFolder();
  now = Date.now();
  store = new SqliteStore(folder.file('store.db'), () => now);
  captchas = new ProofCaptchas(store, secret, work);
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

/** A captcha for user 1 and promo 2, with its right answer. */
async function solved(): Promise<{ captchaId: string; answer: string }> {
  const { captchaId, challenge } = await captchas.draw(1, 2);
  return { captchaId, answer: await solveProof(challenge) };
}

/** What an answer says, to be changed. */
function opened(answer: string): { challenge: Required<Payload['challenge']>; solution: Solution } {
  return JSON.parse(Buffer.from(answer, 'base64').toString());
}

describe('a captcha that is a proof of work', () => {
  test('is solved by the number that was asked for, once', async () => {
    const { captchaId, answer } = await solved();
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(false);
  });

  test('outlives a wrong answer: there is nothing to guess by trying', async () => {
    const { captchaId, answer } = await solved();
    expect(await captchas.solve(captchaId, 1, 2, 'wrong')).toBe(false);
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
  });

  test('is valid for its user, its promo and its own id only', async () => {
    const [one, two] = [await solved(), await solved()];
    expect(await captchas.solve(one.captchaId, 3, 2, one.answer)).toBe(false);
    expect(await captchas.solve(one.captchaId, 1, 3, one.answer)).toBe(false);
    expect(await captchas.solve(two.captchaId, 1, 2, one.answer)).toBe(false);
    expect(await captchas.solve(one.captchaId, 1, 2, one.answer)).toBe(true);
  });

  test('cannot be made out for somebody else after it was solved', async () => {
    const { captchaId, answer } = await solved();
    const payload = opened(answer);
    payload.challenge.parameters.data = { captchaId, userId: 3, promoId: 2 };
    expect(await captchas.solve(captchaId, 3, 2, encodeProof(payload))).toBe(false);
  });

  test('expires after five minutes', async () => {
    const [one, two] = [await solved(), await solved()];
    now += 299_999;
    expect(await captchas.solve(one.captchaId, 1, 2, one.answer)).toBe(true);
    now += 1;
    expect(await captchas.solve(two.captchaId, 1, 2, two.answer)).toBe(false);
  });

  test('does not live longer by another time of expiry', async () => {
    const { captchaId, answer } = await solved();
    const payload = opened(answer);
    payload.challenge.parameters.expiresAt = Math.ceil(now / 1_000) + 9_000;
    expect(await captchas.solve(captchaId, 1, 2, encodeProof(payload))).toBe(false);
  });

  test('can be made valid again when its right answer came to nothing', async () => {
    const { captchaId, answer } = await solved();
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
    await captchas.restore(captchaId);
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(false);
  });

  test('is worth nothing where it was signed with another secret', async () => {
    const { captchaId, answer } = await solved();
    expect(await new ProofCaptchas(store, 'another', work).solve(captchaId, 1, 2, answer)).toBe(
      false,
    );
    const data = { captchaId, userId: 1, promoId: 2 };
    const { parameters } = opened(answer).challenge;
    const forged = await createChallenge({
      ...{ algorithm: 'SHA-256', cost: 1, counter: 0, deriveKey, data },
      ...{ expiresAt: parameters.expiresAt!, hmacSignatureSecret: secret },
    });
    expect(await captchas.solve(captchaId, 1, 2, await solveProof(forged))).toBe(false);
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
  });

  test('cannot be made easier', async () => {
    const { captchaId, answer } = await solved();
    for (const easier of [
      { keyPrefix: '0' },
      { keyPrefix: '' },
      { keyLength: 1 },
      { cost: 0 },
      { algorithm: 'SHA-512' },
      { keySignature: '00' },
    ]) {
      const payload = opened(answer);
      const { parameters, signature } = payload.challenge;
      const challenge = { parameters: { ...parameters, ...easier }, signature };
      const { derivedKey } = payload.solution;
      // Where it can be solved as it now is, it is.
      const found =
        easier.keyPrefix === '0'
          ? await solveProof(challenge)
          : encodeProof({ challenge, solution: { counter: 0, derivedKey } });
      expect([easier, await captchas.solve(captchaId, 1, 2, found)]).toEqual([easier, false]);
    }
  });

  test('is not solved by the hash of another number, nor by the right one without its hash', async () => {
    const { captchaId, answer } = await solved();
    const { challenge, solution } = opened(answer);
    const { keyPrefix, ...rest } = challenge.parameters;
    const counter = solution.counter + 1;
    const { salt, nonce } = rest;
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    const hash = new Bun.CryptoHasher('sha256').update(Buffer.from(salt + nonce, 'hex'));
    const derivedKey = hash.update(number).digest('hex');
    expect(derivedKey).not.toStartWith(keyPrefix);
    for (const wrong of [
      { counter, derivedKey },
      { counter, derivedKey: solution.derivedKey },
      { counter: solution.counter, derivedKey: '' },
      { counter: solution.counter, derivedKey },
      { counter: -1, derivedKey: solution.derivedKey },
      { counter: 2 ** 32 + solution.counter, derivedKey: solution.derivedKey },
      { counter: solution.counter + 0.5, derivedKey: solution.derivedKey },
      { counter: String(solution.counter), derivedKey: solution.derivedKey },
    ]) {
      const found = encodeProof({ challenge, solution: wrong });
      expect([wrong, await captchas.solve(captchaId, 1, 2, found)]).toEqual([wrong, false]);
    }
    expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(true);
  });

  test.each(['', 'ACEF', '%%%', 'bnVsbA==', encodeProof([]), encodeProof({ challenge: 1 })])(
    'is not solved by %j',
    async (answer) => {
      const { captchaId } = await captchas.draw(1, 2);
      expect(await captchas.solve(captchaId, 1, 2, answer)).toBe(false);
    },
  );

  test('asks for another number each time, below what it may take', async () => {
    const counters = new Set<number>();
    for (let drawn = 0; drawn < 60; drawn++) {
      counters.add(opened((await solved()).answer).solution.counter);
    }
    expect(Math.max(...counters)).toBeLessThan(work);
    expect(counters.size).toBeGreaterThan(15);
    // From the beginning: nobody can skip what is never asked for.
    expect(Math.min(...counters)).toBeLessThan(work / 4);
  });
});

describe('a proof that several send at once', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());

  async function expectOneTaker(place: () => Promise<KeyValueStore>) {
    const stores = [await place(), await place()];
    const [here, there] = stores.map((each) => new ProofCaptchas(each, secret, work));
    for (let round = 0; round < 5; round++) {
      const { captchaId, challenge } = await here!.draw(1, 2);
      const answer = await solveProof(challenge);
      const all = Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? here! : there!).solve(captchaId, 1, 2, answer),
      );
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    }
    for (const each of stores) await each.close();
  }

  test('lets one of them in, in the embedded store', async () => {
    await expectOneTaker(() => openStore({ redisUrl: null, dataDir: folder.path }));
  });

  test('lets one of them in, in Redis', async () => {
    await expectOneTaker(() => openStore({ redisUrl: redis.url, dataDir: folder.path }));
  });
});
