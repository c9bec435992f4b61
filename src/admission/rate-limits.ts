/**
 * Rate limits: token buckets in the store, so that all threads, and with Redis all processes, share
 * them. The order route has none: the purchase token is its limit.
 */
import type { KeyValueStore, Rate, Spent } from '../store/store.ts';

/** Every limit: who is limited, and how much. */
export const rates = {
  /** One address may be a household, or an office on the day of a sale. */
  oneTimePasswordByAddress: { burst: 20, perSecond: 1 / 30 },
  registrationByAddress: { burst: 30, perSecond: 1 / 5 },
  logInByAddress: { burst: 30, perSecond: 1 / 5 },
  newPasswordByAddress: { burst: 10, perSecond: 1 / 30 },
  /** Wrong passwords, for one telephone: from one address, or from one browser that the owner has used. */
  logInByGuesser: { burst: 5, perSecond: 1 / 180 },
  /**
   * Wrong passwords for one telephone from wherever its owner is not known: some 500 a day, however
   * many addresses the guessers have. Known browsers and one-time passwords pass by it.
   */
  logInByStrangers: { burst: 20, perSecond: 1 / 180 },
  /** Wrong admin tokens; a right one refills the bucket. */
  adminLogInByAddress: { burst: 10, perSecond: 1 / 30 },
  /**
   * Wrong admin tokens sent to the API. Right ones are not counted, and pass at once: gateways of the
   * merchant may share an address with one that was set up wrongly, or with a guesser.
   */
  adminTokenByAddress: { burst: 10, perSecond: 1 / 30 },
  /** Each reads all titles. */
  searchByAddress: { burst: 60, perSecond: 5 },
  /** Each may be megabytes of labels; what was drawn, browsers and caches keep. */
  drawByAddress: { burst: 60, perSecond: 1 },
  /** Each writes to SQL. */
  reminderByUser: { burst: 30, perSecond: 1 },
  captchaByAddress: { burst: 200, perSecond: 50 },
  captchaByUser: { burst: 10, perSecond: 1 / 3 },
  /** Those who join; who stands in a queue and asks is not counted. */
  tokenByAddress: { burst: 500, perSecond: 100 },
  /** Whoever waits is told to ask every other second at most: this is room for four devices. */
  tokenByUser: { burst: 20, perSecond: 2 },
  /**
   * Those who join: what one actor can take beside its orders without slowing them noticeably.
   */
  tokenByItem: { burst: 5_000, perSecond: 5_000 },
} as const satisfies Record<string, Rate>;

export type RateName = keyof typeof rates;

/** What is left of one limit, for the headers of an answer. */
export interface LimitState extends Spent {
  name: RateName;
  rate: Rate;
}

/**
 * An empty bucket is not asked for again before this time has passed: a flood then costs the store, which
 * all threads share, one question a second. What another thread puts back is noticed as much later.
 */
const refusalMsMax = 1_000;
/** Empty buckets that a thread remembers: more than real buyers ever empty in a second. */
const refusalsMax = 10_000;

interface Refusal {
  spent: Spent;
  /** When it was given, and until when it holds, by the clock. */
  at: number;
  until: number;
}

export class RateLimits {
  readonly #refusals = new Map<string, Refusal>();

  constructor(
    private readonly store: KeyValueStore,
    /** Limits that differ from the table, for tests and benches. */
    private readonly others: Partial<Record<RateName, Rate>> = {},
    /** Monotonic, in milliseconds. */
    private readonly clock = () => performance.now(),
  ) {}

  async spend(name: RateName, whose: string | number): Promise<LimitState> {
    const key = keyOf(name, whose);
    const rate = this.others[name] ?? rates[name];
    const spent = this.#refusedStill(key) ?? (await this.#ask(key, rate));
    return { name, rate, ...spent };
  }

  /** Puts back what one `spend` took. */
  async giveBack(name: RateName, whose: string | number): Promise<void> {
    const key = keyOf(name, whose);
    await this.store.giveBack(key, this.others[name] ?? rates[name]);
    this.#refusals.delete(key);
  }

  /** Refills a bucket. */
  async forgive(name: RateName, whose: string | number): Promise<void> {
    const key = keyOf(name, whose);
    await this.store.delete(key);
    this.#refusals.delete(key);
  }

  async #ask(key: string, rate: Rate): Promise<Spent> {
    const spent = await this.store.spend(key, rate);
    if (spent.allowed) return spent;
    if (this.#refusals.size >= refusalsMax) this.#refusals.clear();
    const at = this.clock();
    this.#refusals.set(key, { spent, at, until: at + Math.min(spent.retryAfterMs, refusalMsMax) });
    return spent;
  }

  #refusedStill(key: string): Spent | null {
    const refusal = this.#refusals.get(key);
    if (refusal === undefined) return null;
    const { spent, at, until } = refusal;
    const now = this.clock();
    if (now < until) return { ...spent, retryAfterMs: spent.retryAfterMs - (now - at) };
    this.#refusals.delete(key);
    return null;
  }
}

function keyOf(name: RateName, whose: string | number): string {
  return `rate:${name}:${whose}`;
}

/** What an address is limited as: an IPv6 customer holds a /64 network, not one address. */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - last.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
