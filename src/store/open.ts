/** Opens the store: Redis where a URL is set, else a SQLite file in the data folder. */
import { join } from 'node:path';
import { type Clock, wallClock } from '../../actors/clock.ts';
import { SqliteStore } from './sqlite.ts';
import type { KeyValueStore } from './store.ts';

export interface StoreSettings {
  /** `redis://…`, or null for SQLite. */
  redisUrl: string | null;
  dataDir: string;
}

/**
 * Any number of threads may open the same store; each keeps its own connection. What an embedded one keeps
 * lasts by `clock`, which should be the engine's steady one: a wall clock that is set must not log
 * everybody out. With `check` it is first looked through for damage.
 */
export async function openStore(
  { redisUrl, dataDir }: StoreSettings,
  { check = false, clock = wallClock }: { check?: boolean; clock?: Clock } = {},
): Promise<KeyValueStore> {
  if (redisUrl !== null) {
    // Loading the client takes longer than opening the other store, which does not need it.
    const { RedisStore } = await import('./redis.ts');
    return RedisStore.open(redisUrl);
  }
  return new SqliteStore(join(dataDir, 'store.db'), clock, { check });
}
