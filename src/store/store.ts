/**
 * The key-value store for short-lived data shared by every HTTP thread: sessions, one-time passwords,
 * captchas, limits. Embedded by default, Redis where several processes share it. Values are texts;
 * every entry has a time to live, in milliseconds, and is gone when it has passed. Each operation is
 * atomic, and may throw `StoreUnavailable`.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** As `set`, and as durable as the store can make it before it resolves. */
  keep(key: string, value: string, ttlMs: number): Promise<void>;
  /** True when the key was free and now has the value. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** True when the key existed and now has the value and a new time to live. */
  replace(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Gets and deletes: of several concurrent takers, one gets the value. */
  take(key: string): Promise<string | null>;
  /** Adds one to a counter, which begins at 0 and is gone `ttlMs` after its first increment. */
  increment(key: string, ttlMs: number): Promise<Count>;
  /** Takes one token from a bucket, which begins full. */
  spend(key: string, rate: Rate): Promise<Spent>;
  /** Puts one token back into a bucket, which never holds more than its burst. */
  giveBack(key: string, rate: Rate): Promise<void>;
  delete(key: string): Promise<void>;
  /** True when the key had the value and is deleted. */
  deleteIf(key: string, value: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The store did not answer, or could not write: the operation may be tried again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface Count {
  count: number;
  /** Milliseconds until the counter starts again. */
  endsInMs: number;
}

/** A token bucket: it holds `burst` tokens, at least one, and gains `perSecond`. */
export interface Rate {
  burst: number;
  perSecond: number;
}

export interface Spent {
  allowed: boolean;
  /** Whole tokens that are left. */
  remaining: number;
  /** Milliseconds until a token can be taken again; 0 when one can at once. */
  retryAfterMs: number;
}

/** Clocks that a store is used by differ by less, unless one was set. */
export const clockSlackMs = 1_000;

/**
 * A bucket is kept as the time at which it will be full again (the "generic cell rate algorithm" of the
 * ATM Forum's Traffic Management 4.0), so a full bucket needs no entry.
 */
export interface Bucket {
  /** Milliseconds in which one token is gained. */
  gainMs: number;
  /** Milliseconds in which an empty bucket fills up. */
  fillMs: number;
}

export function bucketOf({ burst, perSecond }: Rate): Bucket {
  // A whole number of microseconds, so that `burst` tokens fill the bucket exactly.
  const gainMs = Math.ceil(1_000_000 / perSecond) / 1000;
  return { gainMs, fillMs: gainMs * burst };
}

/** What a bucket reports when it will be full in `fullInMs`. */
export function spentOf(allowed: boolean, fullInMs: number, { gainMs, fillMs }: Bucket): Spent {
  const free = Math.max(0, fillMs - fullInMs);
  return {
    allowed,
    // The sum of many fractions of milliseconds may fall a hair short of a whole token.
    remaining: Math.floor(free / gainMs + 1e-6),
    retryAfterMs: Math.max(0, fullInMs + gainMs - fillMs),
  };
}
