/**
 * How flash sales are usually built: Hono, ioredis and one Lua script on Redis. The same threads, socket
 * options and answers as the engine; each HTTP thread has one connection, on which all orders of a turn of
 * its event loop leave together where it pipelines, and else each by itself.
 *
 * `bun bench/servers/redis-lua.ts '<RedisLuaSettings as JSON>'`; it prints `listening on <url>`.
 */
import { type HttpThreadsSettings, startHttpThreads } from './http-threads.ts';

export interface RedisLuaSettings extends HttpThreadsSettings {
  redisUrl: string;
  /** Orders of one turn leave together: less CPU. Without it, none waits for those before it to be answered. */
  pipelined: boolean;
  tokenSecret: string;
  unitPrice: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as RedisLuaSettings; // The bench wrote it.
startHttpThreads(new URL('./redis-lua-thread.ts', import.meta.url), settings);
