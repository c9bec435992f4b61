/**
 * Captchas: a picture to read before a purchase token is given out. They spread the rush by the time
 * people need to type, and cost scripts more than that. Each is bound to one user and one promo,
 * valid for five minutes and for one answer, right or wrong.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { type KeyedHash, keyedHash } from '../accounts/keyed-hash.ts';
import type { KeyValueStore } from '../store/store.ts';
import { captchaAlphabet, drawCaptcha } from './captcha-image.ts';

const ttlMs = 300_000;
const length = 4;
const idShape = /^[\w-]{22}$/;

export interface Captcha {
  captchaId: string;
  /** A data URL of a PNG. */
  image: string;
}

export class Captchas {
  readonly #store: KeyValueStore;
  readonly #hash: KeyedHash;

  constructor(
    store: KeyValueStore,
    secret: string,
    /** The text of every captcha, for rehearsals. */
    private readonly fixedText?: string,
  ) {
    this.#store = store;
    this.#hash = keyedHash(secret, 'captchas');
  }

  async draw(userId: number, promoId: number): Promise<Captcha> {
    const captchaId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    const text = this.fixedText ?? randomText();
    const expected = this.#expected(captchaId, userId, promoId, text);
    await this.#store.set(`captcha:${captchaId}`, expected, ttlMs);
    return { captchaId, image: drawCaptcha(text) };
  }

  /** Whether an answer is right; either way, the captcha is used up. */
  async solve(captchaId: string, userId: number, promoId: number, answer: string) {
    if (!idShape.test(captchaId)) return false;
    const expected = await this.#store.take(`captcha:${captchaId}`);
    if (expected === null) return false;
    const given = this.#expected(captchaId, userId, promoId, normal(answer));
    return timingSafeEqual(Buffer.from(expected), Buffer.from(given));
  }

  /** Makes a captcha valid again after its right answer came to nothing through no fault of the user. */
  async restore(captchaId: string, userId: number, promoId: number, answer: string): Promise<void> {
    const expected = this.#expected(captchaId, userId, promoId, normal(answer));
    await this.#store.set(`captcha:${captchaId}`, expected, ttlMs);
  }

  #expected(captchaId: string, userId: number, promoId: number, text: string): string {
    return this.#hash(captchaId, String(userId), String(promoId), text);
  }
}

function normal(answer: string): string {
  return answer.trim().toUpperCase();
}

function randomText(): string {
  const pick = () => captchaAlphabet[randomInt(captchaAlphabet.length)]!;
  return Array.from({ length }, pick).join('');
}
