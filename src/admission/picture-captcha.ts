/**
 * Pictures to read. They spread the rush by the time people need to type. A program that recognizes
 * characters reads them too, and people who do not see are shut out: so they are not the default. Each
 * is valid for one answer, right or wrong.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { type KeyedHash, keyedHash } from '../accounts/keyed-hash.ts';
import type { KeyValueStore } from '../store/store.ts';
import { type Captchas, captchaTtlMs, type DrawnPicture, newCaptchaId } from './captcha.ts';
import { captchaAlphabet, drawCaptcha } from './captcha-image.ts';

const length = 4;
const idShape = /^[\w-]{22}$/;

export class PictureCaptchas implements Captchas {
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

  async draw(userId: number, promoId: number): Promise<DrawnPicture> {
    const captchaId = newCaptchaId();
    const text = this.fixedText ?? randomText();
    const expected = this.#expected(captchaId, userId, promoId, text);
    await this.#store.set(`captcha:${captchaId}`, expected, captchaTtlMs);
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
    await this.#store.set(`captcha:${captchaId}`, expected, captchaTtlMs);
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
