/** The store in Redis, for several processes that share it. */
import { Redis, type Result } from 'ioredis';
import { getLogger } from '../../actors/log.ts';
import { connectionOptions } from '../../actors/redis-connection.ts';
import {
  bucketOf,
  type Count,
  clockSlackMs,
  type KeyValueStore,
  type Rate,
  type Spent,
  StoreUnavailable,
  spentOf,
} from './store.ts';

const keyPrefix = 'stampede:';

/** How long Redis may take to answer a command, or to accept a connection. */
const commandMsMax = 1_000;
const connectMsMax = 2_000;

const incrementScript = `
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return {count, redis.call('PTTL', KEYS[1])}`;

/**
 * Times in it are microseconds, which a double holds exactly; Lua would cut off a fraction when a
 * number becomes text. Redis's own clock is the one that all processes share. A bucket that would take
 * longer to fill than any can was written while that clock was ahead, and begins anew.
 */
const spendScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local gain, fill = tonumber(ARGV[1]), tonumber(ARGV[2])
  local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
  if full > now + fill + ${clockSlackMs * 1_000} then full = now end
  if full + gain > now + fill then return {0, full - now} end
  full = full + gain
  local text = string.format('%.0f', full)
  redis.call('SET', KEYS[1], text, 'PX', math.ceil((full - now) / 1000))
  return {1, full - now}`;

/** Times as above. What is full by then is deleted: a time to live must be positive. */
const giveBackScript = `
  local full = tonumber(redis.call('GET', KEYS[1]) or 0)
  local time = redis.call('TIME')
  local leftMs = math.ceil((full - tonumber(ARGV[1]) - time[1] * 1000000 - time[2]) / 1000)
  if leftMs <= 0 then return redis.call('DEL', KEYS[1]) end
  redis.call('SET', KEYS[1], string.format('%.0f', full - tonumber(ARGV[1])), 'PX', leftMs)
  return 0`;

const deleteIfScript = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('DEL', KEYS[1])`;

declare module 'ioredis' {
  // The scripts above, which Redis keeps under their hashes.
  interface RedisCommander<Context> {
    incrementFor(key: string, ttlMs: number): Result<[number, number], Context>;
    spend(key: string, gain: number, fill: number): Result<[number, number], Context>;
    giveBack(key: string, gain: number): Result<number, Context>;
    deleteIf(key: string, value: string): Result<number, Context>;
  }
}

export class RedisStore implements KeyValueStore {
  readonly #redis: Redis;

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Connects; until Redis is up, keeps trying while every operation fails at once. */
  static async open(url: string): Promise<RedisStore> {
    const redis = new Redis(url, {
      keyPrefix,
      lazyConnect: true,
      commandTimeout: commandMsMax,
      connectTimeout: connectMsMax,
      ...connectionOptions,
      scripts: {
        incrementFor: { lua: incrementScript, numberOfKeys: 1 },
        spend: { lua: spendScript, numberOfKeys: 1 },
        giveBack: { lua: giveBackScript, numberOfKeys: 1 },
        deleteIf: { lua: deleteIfScript, numberOfKeys: 1 },
      },
    });
    logConnection(redis);
    await redis.connect().catch(logged);
    return new RedisStore(redis);
  }

  get(key: string): Promise<string | null> {
    return guarded(() => this.#redis.get(key));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await guarded(() => this.#redis.set(key, value, 'PX', ttlMs));
  }

  /** Redis answers when it is as durable as its own settings make it. */
  keep(key: string, value: string, ttlMs: number): Promise<void> {
    return this.set(key, value, ttlMs);
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await guarded(() => this.#redis.set(key, value, 'PX', ttlMs, 'NX'))) !== null;
  }

  async replace(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await guarded(() => this.#redis.set(key, value, 'PX', ttlMs, 'XX'))) !== null;
  }

  take(key: string): Promise<string | null> {
    return guarded(() => this.#redis.getdel(key));
  }

  async increment(key: string, ttlMs: number): Promise<Count> {
    const [count, endsInMs] = await guarded(() => this.#redis.incrementFor(key, ttlMs));
    return { count, endsInMs };
  }

  async spend(key: string, rate: Rate): Promise<Spent> {
    const bucket = bucketOf(rate);
    const [allowed, fullInMicros] = await guarded(() =>
      this.#redis.spend(key, micros(bucket.gainMs), micros(bucket.fillMs)),
    );
    return spentOf(allowed === 1, fullInMicros / 1000, bucket);
  }

  async giveBack(key: string, rate: Rate): Promise<void> {
    await guarded(() => this.#redis.giveBack(key, micros(bucketOf(rate).gainMs)));
  }

  async delete(key: string): Promise<void> {
    await guarded(() => this.#redis.del(key));
  }

  async deleteIf(key: string, value: string): Promise<boolean> {
    return (await guarded(() => this.#redis.deleteIf(key, value))) === 1;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}

async function guarded<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreUnavailable(`Redis is unavailable: ${message}`, { cause });
  }
}

function logged(error: Error): void {
  getLogger(['stampede', 'store']).warning('Redis is unreachable', { error: error.message });
}

/** Says once that Redis is lost, and once that it is back. */
function logConnection(redis: Redis): void {
  const log = getLogger(['stampede', 'store']);
  let lost = false;
  redis.on('error', (error: Error) => {
    if (!lost) log.warning('Redis is lost', { error: error.message });
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('Redis is back', {});
    lost = false;
  });
}
