/**
 * One-time passwords: they prove that a person holds a telephone. Six digits, bound to one telephone,
 * valid for five minutes and for one use.
 *
 * Anyone may ask for one for any telephone, and guess. So whoever asks has a password of their own,
 * with five tries of their own and a wait of their own: what a stranger asks and guesses replaces,
 * delays and uses up nothing of the owner's. From elsewhere, where a person's network has changed in
 * the meantime, the latest password of the telephone is valid too, with five tries for each who tries.
 *
 * What all guessers together may do is bounded as well, for one telephone, however many addresses they
 * have: with five tries at each of five messages an hour of their own, and 25 an hour at the latest, they
 * find a password with a chance of one in 20,000 an hour (one in 8,000 in the first, while the buckets are
 * full). And messages to all telephones together are bounded by a budget of the merchant's.
 */
import { timingSafeEqual } from 'node:crypto';
import type { KeyValueStore, Rate } from '../store/store.ts';
import { type KeyedHash, keyedHash } from './keyed-hash.ts';
import type { Guesser } from './known-devices.ts';
import type { Delivery, SmsSender } from './sms.ts';
import { plainDigits } from './typed-digits.ts';

const ttlMs = 300_000;
const triesMax = 5;

/**
 * Whoever asks gets one telephone at most one message a minute, five an hour, and ten a day: one address
 * that asks again and again must not use up what all strangers have.
 */
const perMinute: Rate = { burst: 1, perSecond: 1 / 60 };
const windows = [
  { name: 'hour', ms: 3_600_000, messagesMax: 5 },
  { name: 'day', ms: 86_400_000, messagesMax: 10 },
] as const;

/** All strangers together get it ten, and five more an hour. */
const byStrangers: Rate = { burst: 10, perSecond: 5 / 3_600 };

/** And so often all strangers who have not asked themselves may try the latest. */
const triesByStrangers: Rate = { burst: 25, perSecond: 25 / 3_600 };

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

/** How many messages all telephones together get, and who is told of it. */
export interface MessageBudget {
  /** As many may go at once after a quiet minute. */
  perMinute: number;
  /** One went to the gateway. */
  sent(): void;
  /** One was refused, because the budget of the minute is spent. */
  refused(): void;
}

/** `used up`: by a use, or by too many tries; another one has to be asked for. */
export type Verdict = 'right' | 'wrong' | 'used up';

export class OneTimePasswords {
  readonly #store: KeyValueStore;
  readonly #sms: SmsSender;
  readonly #hash: KeyedHash;
  readonly #budget: MessageBudget;
  readonly #byAll: Rate;

  constructor(store: KeyValueStore, sms: SmsSender, secret: string, budget: MessageBudget) {
    this.#store = store;
    this.#sms = sms;
    this.#budget = budget;
    this.#byAll = { burst: budget.perMinute, perSecond: budget.perMinute / 60 };
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
    const { own, latest } = this.#keys(telephone, asker);
    // Only the caller that gets this minute's token sends for this asker.
    const minute = await this.#store.spend(own.minute, perMinute);
    if (!minute.allowed) return { sent: false, retryAfterMs: minute.retryAfterMs };
    for (const { name, ms, messagesMax } of windows) {
      if (Number((await this.#store.get(own[name])) ?? 0) < messagesMax) continue;
      const { endsInMs } = await this.#store.increment(own[name], ms);
      return { sent: false, retryAfterMs: endsInMs };
    }
    const waitMs = await this.#spendShared(telephone, asker);
    if (waitMs > 0) return { sent: false, retryAfterMs: waitMs };
    const code = randomCode();
    const hash = this.#hash(telephone, code);
    await this.#store.set(unusedKey(hash), '', ttlMs);
    await this.#store.set(own.code, hash, ttlMs);
    await this.#store.set(latest, hash, ttlMs);
    await this.#store.delete(own.tries);
    try {
      await this.#sms.send(telephone, code);
    } catch (error) {
      await this.#store.delete(own.minute);
      await this.#giveBackShared(telephone, asker);
      throw error;
    }
    this.#budget.sent();
    for (const { name, ms } of windows) await this.#store.increment(own[name], ms);
    return { sent: true, shown: this.delivery === 'page' ? code : null };
  }

  /** Judges a password. Every call uses up one of five tries. */
  async check(telephone: string, code: string, asker: Guesser): Promise<Verdict> {
    const { own, latest, triesElsewhere } = this.#keys(telephone, asker);
    const asked = await this.#store.get(own.code);
    const kept = asked ?? (await this.#store.get(latest));
    const tries = asked === null ? this.#triesAt(telephone, asker, kept) : own.tries;
    const { count } = await this.#store.increment(tries, ttlMs);
    if (count > triesMax) return 'used up';
    if (asked === null && !asker.isKnown) {
      if (!(await this.#store.spend(triesElsewhere, triesByStrangers)).allowed) return 'used up';
    }
    const hash = this.#hash(telephone, code);
    if (kept === null || !timingSafeEqual(Buffer.from(kept), Buffer.from(hash))) return 'wrong';
    return (await this.#store.get(unusedKey(hash))) === null ? 'used up' : 'right';
  }

  /** Gives back the tries of who has brought a right password that came to nothing through no fault of theirs. */
  async restore(telephone: string, asker: Guesser): Promise<void> {
    const { own, latest } = this.#keys(telephone, asker);
    await this.#store.delete(own.tries);
    await this.#store.delete(this.#triesAt(telephone, asker, await this.#store.get(latest)));
  }

  /** Uses up a password that was found right: of several callers at once, only one succeeds. */
  async use(telephone: string, code: string): Promise<boolean> {
    return (await this.#store.take(unusedKey(this.#hash(telephone, code)))) !== null;
  }

  /** Takes a message from what all share; returns how long to wait where there is none. */
  async #spendShared(telephone: string, asker: Guesser): Promise<number> {
    const { own, strangers } = this.#keys(telephone, asker);
    if (!asker.isKnown) {
      const { allowed, retryAfterMs } = await this.#store.spend(strangers, byStrangers);
      if (!allowed) return retryAfterMs;
    }
    const { allowed, retryAfterMs } = await this.#store.spend(byAllKey, this.#byAll);
    if (allowed) return 0;
    this.#budget.refused();
    if (!asker.isKnown) await this.#store.giveBack(strangers, byStrangers);
    await this.#store.delete(own.minute);
    return retryAfterMs;
  }

  async #giveBackShared(telephone: string, asker: Guesser): Promise<void> {
    const { strangers } = this.#keys(telephone, asker);
    if (!asker.isKnown) await this.#store.giveBack(strangers, byStrangers);
    await this.#store.giveBack(byAllKey, this.#byAll);
  }

  /** Where tries of someone who has not asked are counted, at the password that is kept. */
  #triesAt(telephone: string, { id }: Guesser, kept: string | null): string {
    return `otp-tries:${this.#hash(telephone, id, kept ?? '')}`;
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
        day: `otp-day:${asked}`,
      },
      latest: `otp:${whose}`,
      strangers: `otp-strangers:${whose}`,
      triesElsewhere: `otp-tries-elsewhere:${whose}`,
    };
  }
}

/** What all telephones share. */
const byAllKey = 'otp-all';

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
