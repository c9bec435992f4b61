/**
 * One-time passwords: they prove that a person holds a telephone. Six digits, bound to one
 * telephone, valid for five minutes, one use and at most five tries.
 */
import { timingSafeEqual } from 'node:crypto';
import type { KeyValueStore } from '../store/store.ts';
import { type KeyedHash, keyedHash } from './keyed-hash.ts';
import type { SmsSender } from './sms.ts';
import { plainDigits } from './typed-digits.ts';

const ttlMs = 300_000;
const triesMax = 5;

/** One telephone gets at most one message a minute, and at most five an hour. */
const perMinute = { burst: 1, perSecond: 1 / 60 };
const hourMs = 3_600_000;
const perHourMax = 5;

const codes = 1_000_000;

/** A password as it was sent, however it was pasted; null where the text is not one. */
export function normalCode(text: string): string | null {
  const code = plainDigits(text);
  return /^\d{6}$/.test(code) ? code : null;
}

export type SendOutcome = { sent: true } | { sent: false; retryAfterMs: number };

export class OneTimePasswords {
  readonly #store: KeyValueStore;
  readonly #sms: SmsSender;
  readonly #hash: KeyedHash;

  constructor(store: KeyValueStore, sms: SmsSender, secret: string) {
    this.#store = store;
    this.#sms = sms;
    this.#hash = keyedHash(secret, 'one-time passwords');
  }

  /**
   * Sends a new password, which replaces the last one. When the gateway fails, the message counts
   * towards no limit, and the password is valid in case it did arrive. @throws SmsFailed
   */
  async send(telephone: string): Promise<SendOutcome> {
    const keys = this.#keys(telephone);
    // Only the caller that gets this minute's token sends to this telephone.
    const minute = await this.#store.spend(keys.minute, perMinute);
    if (!minute.allowed) return { sent: false, retryAfterMs: minute.retryAfterMs };
    if (Number((await this.#store.get(keys.hour)) ?? 0) >= perHourMax) {
      const { endsInMs } = await this.#store.increment(keys.hour, hourMs);
      return { sent: false, retryAfterMs: endsInMs };
    }
    const code = randomCode();
    await this.#store.set(keys.code, this.#hash(telephone, code), ttlMs);
    await this.#store.delete(keys.tries);
    try {
      await this.#sms.send(telephone, code);
    } catch (error) {
      await this.#store.delete(keys.minute);
      throw error;
    }
    await this.#store.increment(keys.hour, hourMs);
    return { sent: true };
  }

  /** Whether a password is right. Every call uses up one of five tries. */
  async check(telephone: string, code: string): Promise<boolean> {
    const keys = this.#keys(telephone);
    const { count } = await this.#store.increment(keys.tries, ttlMs);
    if (count > triesMax) return false;
    return this.#same(await this.#store.get(keys.code), telephone, code);
  }

  /** Uses up a checked password: of several callers at once, only one succeeds. */
  async use(telephone: string, code: string): Promise<boolean> {
    return this.#same(await this.#store.take(this.#keys(telephone).code), telephone, code);
  }

  #same(kept: string | null, telephone: string, code: string): boolean {
    if (kept === null) return false;
    return timingSafeEqual(Buffer.from(kept), Buffer.from(this.#hash(telephone, code)));
  }

  #keys(telephone: string) {
    const whose = this.#hash(telephone);
    return {
      code: `otp:${whose}`,
      tries: `otp-tries:${whose}`,
      minute: `otp-minute:${whose}`,
      hour: `otp-hour:${whose}`,
    };
  }
}

/** Uniform, from a secure source: numbers beyond the last whole million are drawn again. */
function randomCode(): string {
  const fair = 2 ** 32 - (2 ** 32 % codes);
  let drawn: number;
  do drawn = crypto.getRandomValues(new Uint32Array(1))[0]!;
  while (drawn >= fair);
  return String(drawn % codes).padStart(6, '0');
}
