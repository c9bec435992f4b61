/**
 * Proofs of work: the buyer's device finds a number, which costs it some time and the buyer nothing to
 * read, type or see. The challenge is ALTCHA's (altcha.org, version 2, SHA-256 once a guess), so its own
 * clients solve it as well as the shop's pages. It tells nobody a person from a machine: it makes every
 * request cost work.
 *
 * The server knows the number that it asks for, and names half of the hash that belongs to it: finding
 * it takes as many hashes as the number says, knowing that it is right takes one. The challenge is signed
 * and comes back with its answer; the store knows only that it has not been used.
 */
import { createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';
import * as v from 'valibot';
import { keyedHash } from '../accounts/keyed-hash.ts';
import type { KeyValueStore } from '../store/store.ts';
import { type Captchas, captchaTtlMs, type DrawnProof, newCaptchaId } from './captcha.ts';

/**
 * The most hashes a solution takes; in the mean it is half. Measured in Chromium, where a page's script
 * makes one in 1.1 µs on a core of a server of 2026, and in 4 to 7 µs slowed down six times, which
 * stands in for an old phone: 0.1 s there, 0.7 s on the phone, 1.3 s at most. A botnet pays less: OpenSSL makes
 * eight million a second on the same core, so 80 solutions, and graphics cards make a thousand times that.
 * More would cost the old phone seconds in which a sale is over, and the botnet still little.
 */
const hashesMax = 200_000;

/** An answer: the challenge as it was given out, and its solution. More fields do no harm. */
const answerSchema = v.object({
  challenge: v.object({
    parameters: v.object({
      algorithm: v.string(),
      cost: v.number(),
      data: v.object({ captchaId: v.string(), userId: v.number(), promoId: v.number() }),
      expiresAt: v.number(),
      keyLength: v.number(),
      keyPrefix: v.string(),
      nonce: v.string(),
      salt: v.string(),
    }),
    signature: v.string(),
  }),
  solution: v.object({
    counter: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
    derivedKey: v.string(),
  }),
});

export class ProofCaptchas implements Captchas {
  readonly #store: KeyValueStore;
  readonly #secret: string;
  readonly #work: number;

  /** @param work - the most hashes a solution takes; rehearsals take fewer */
  constructor(store: KeyValueStore, secret: string, work = hashesMax) {
    this.#store = store;
    this.#secret = keyedHash(secret, 'proofs of work')();
    this.#work = work;
  }

  async draw(userId: number, promoId: number): Promise<DrawnProof> {
    const captchaId = newCaptchaId();
    const challenge = await createChallenge({
      algorithm: 'SHA-256',
      cost: 1,
      counter: randomBelow(this.#work),
      data: { captchaId, userId, promoId },
      deriveKey,
      expiresAt: Math.ceil((Date.now() + captchaTtlMs) / 1_000),
      hmacSignatureSecret: this.#secret,
    });
    await this.#store.set(unusedKey(captchaId), 'unused', captchaTtlMs);
    return { captchaId, challenge };
  }

  async solve(captchaId: string, userId: number, promoId: number, answer: string) {
    const read = readAnswer(answer);
    if (read === null) return false;
    const { data } = read.challenge.parameters;
    if (data.captchaId !== captchaId || data.userId !== userId || data.promoId !== promoId) {
      return false;
    }
    // The signature is looked at before anything that the parameters say is done.
    const { verified } = await verifySolution({
      ...read,
      deriveKey,
      hmacSignatureSecret: this.#secret,
    });
    // Last, so that a wrong answer costs the store nothing: there is nothing to guess by trying.
    return verified && (await this.#store.take(unusedKey(captchaId))) !== null;
  }

  async restore(captchaId: string): Promise<void> {
    await this.#store.set(unusedKey(captchaId), 'unused', captchaTtlMs);
  }
}

function unusedKey(captchaId: string): string {
  return `proof:${captchaId}`;
}

/** From 0: who asks for numbers from a higher one on lets those who know it begin there. */
function randomBelow(limit: number): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % limit;
}

/** Base64 of JSON, as ALTCHA's clients send it; null for anything else. */
function readAnswer(answer: string): v.InferOutput<typeof answerSchema> | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(answer, 'base64').toString());
  } catch {
    return null;
  }
  const read = v.safeParse(answerSchema, json);
  return read.success ? read.output : null;
}
