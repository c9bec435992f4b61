/**
 * One-time passwords: they prove that a person holds a telephone. Six digits, bound to one telephone,
 * valid for five minutes and for one use.
 *
 * Anyone may ask for one for any telephone, and guess. So whoever asks has a password of their own,
 * with five tries of their own and a wait of their own: what a stranger asks and guesses replaces,
 * delays and uses up nothing of the owner's. From elsewhere, where a person's network has changed in
 * the meantime, the latest password of the telephone is valid too, with five tries for all together.
 */
import { timingSafeEqual } from 'node:crypto';
import type { KeyValueStore, Rate } from '../store/store.ts';
import { type KeyedHash, keyedHash } from './keyed-hash.ts';
import type { Guesser } from './known-devices.ts';
import type { Delivery, SmsSender } from './sms.ts';
import { plainDigits } from './typed-digits.ts';

const ttlMs = 300_000;
const triesMax = 5;

/** Whoever asks gets one telephone at most one message a minute, and at most five an hour. */
const perMinute: Rate = { burst: 1, perSecond: 1 / 60 };
const hourMs = 3_600_000;
const perHourMax = 5;

/**
 * All strangers together get it ten, and five more an hour: with ten tries for each message, someone
 * who owns many addresses finds a password with a chance of one in 20,000 an hour.
 */
const byStrangers: Rate = { burst: 10, perSecond: 5 / 3_600 };

const codes = 1_000_000;

/** A password as it was sent, however it was pasted; null where the text is not one. */
export function normalCode(text: string): string | null {
  const code = plainDigits(text);
  return /^\d{6}$/.test(code) ? code : null;
}

export type SendOutcome =
  | {
      sent: true;
      /** The password itself, where the page is to show it in place of a message; else null. */
      shown: string | null;
    }
  | { sent: false; retryAfterMs: number };

/** `used up`: by a use, or by too many tries; another one has to be asked for. */
export type Verdict = 'right' | 'wrong' | 'used up';

export class OneTimePasswords {
  readonly #store: KeyValueStore;
  readonly #sms: SmsSender;
  readonly #hash: KeyedHash;

  constructor(store: KeyValueStore, sms: SmsSender, secret: string) {
    this.#store = store;
    this.#sms = sms;
    this.#hash = keyedHash(secret, 'one-time passwords');
  }

  /** Who brings a password to its owner. */
  get delivery(): Delivery {
    return this.#sms.delivery;
  }

  /**
   * Sends a new password, which replaces the last one of whoever asks. When the gateway fails, the
   * message counts towards no limit, and the password is valid in case it did arrive.
   * @throws SmsFailed
   */
  async send(telephone: string, asker: Guesser): Promise<SendOutcome> {
    const { own, latest, strangers } = this.#keys(telephone, asker);
    // Only the caller that gets this minute's token sends for this asker.
    const minute = await this.#store.spend(own.minute, perMinute);
    if (!minute.allowed) return { sent: false, retryAfterMs: minute.retryAfterMs };
    if (Number((await this.#store.get(own.hour)) ?? 0) >= perHourMax) {
      const { endsInMs } = await this.#store.increment(own.hour, hourMs);
      return { sent: false, retryAfterMs: endsInMs };
    }
    if (!asker.isKnown) {
      const { allowed, retryAfterMs } = await this.#store.spend(strangers, byStrangers);
      if (!allowed) return { sent: false, retryAfterMs };
    }
    const code = randomCode();
    const hash = this.#hash(telephone, code);
    await this.#store.set(unusedKey(hash), '', ttlMs);
    for (const place of [own, latest]) {
      await this.#store.set(place.code, hash, ttlMs);
      await this.#store.delete(place.tries);
    }
    try {
      await this.#sms.send(telephone, code);
    } catch (error) {
      await this.#store.delete(own.minute);
      if (!asker.isKnown) await this.#store.giveBack(strangers, byStrangers);
      throw error;
    }
    await this.#store.increment(own.hour, hourMs);
    return { sent: true, shown: this.delivery === 'page' ? code : null };
  }

  /** Judges a password. Every call uses up one of five tries. */
  async check(telephone: string, code: string, asker: Guesser): Promise<Verdict> {
    const { own, latest } = this.#keys(telephone, asker);
    const asked = await this.#store.get(own.code);
    const place = asked === null ? latest : own;
    const { count } = await this.#store.increment(place.tries, ttlMs);
    if (count > triesMax) return 'used up';
    const kept = asked ?? (await this.#store.get(latest.code));
    const hash = this.#hash(telephone, code);
    if (kept === null || !timingSafeEqual(Buffer.from(kept), Buffer.from(hash))) return 'wrong';
    return (await this.#store.get(unusedKey(hash))) === null ? 'used up' : 'right';
  }

  /** Uses up a password that was found right: of several callers at once, only one succeeds. */
  async use(telephone: string, code: string): Promise<boolean> {
    return (await this.#store.take(unusedKey(this.#hash(telephone, code)))) !== null;
  }

  #keys(telephone: string, { id }: Guesser) {
    const whose = this.#hash(telephone);
    const asked = this.#hash(telephone, id);
    return {
      own: {
        code: `otp:${asked}`,
        tries: `otp-tries:${asked}`,
        minute: `otp-minute:${asked}`,
        hour: `otp-hour:${asked}`,
      },
      latest: { code: `otp:${whose}`, tries: `otp-tries:${whose}` },
      strangers: `otp-strangers:${whose}`,
    };
  }
}

/** Is there as long as a password is valid and was not used. */
function unusedKey(hash: string): string {
  return `otp-unused:${hash}`;
}

/** Uniform, from a secure source: numbers beyond the last whole million are drawn again. */
function randomCode(): string {
  const fair = 2 ** 32 - (2 ** 32 % codes);
  let drawn: number;
  do drawn = crypto.getRandomValues(new Uint32Array(1))[0]!;
  while (drawn >= fair);
  return String(drawn % codes).padStart(6, '0');
}
