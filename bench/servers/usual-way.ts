/** The server that sells the usual way, and the Redis that it sells on, which nobody else uses. */
import { startRedis } from '../../actors/testing/redis.ts';
import { WrongAnswer } from '../report/report.ts';
import { booksScript, keysOf } from './lua-order.ts';
import type { RedisLuaSettings } from './redis-lua.ts';
import { promoPrice, type Server, startBeside, tokenSecret } from './servers.ts';

/**
 * Each command is in the file soon, and on the disk within a second: what is lost when the machine dies is
 * what was sold in that second. The file is never made anew while it is measured, which would cost more.
 */
const redisOptions = [
  ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
  ...['--auto-aof-rewrite-percentage', '0'],
];

export interface UsualWay extends Server {
  openSale(itemId: number, units: number): Promise<void>;
  /** Orders that an item has. @throws WrongAnswer unless its stock, its buyers and its stream agree */
  ordersOf(itemId: number, units: number): Promise<number>;
}

export async function startUsualWay(pipelined: boolean): Promise<UsualWay> {
  const redis = await startRedis({ options: redisOptions });
  try {
    const settings: Omit<RedisLuaSettings, 'port' | 'threads'> = {
      ...{ redisUrl: redis.url, pipelined, tokenSecret, unitPrice: promoPrice },
    };
    const name = pipelined ? 'Redis, pipelined' : 'Redis, one by one';
    const server = await startBeside(name, 'redis-lua.ts', settings);
    return {
      ...server,
      helperPids: [redis.pid],
      async openSale(itemId, units) {
        await redis.command('SET', keysOf(itemId)[0], `${units}`);
      },
      async ordersOf(itemId, units) {
        const reply = await redis.command('EVAL', booksScript, '4', ...keysOf(itemId));
        const [left, buyers, last, orders] = reply as [number, number, number, number]; // As the script gives them.
        if (units - left !== orders || buyers !== orders || last !== orders) {
          const books = JSON.stringify({ units, left, buyers, last, orders });
          throw new WrongAnswer(`Redis: the books of item ${itemId} differ: ${books}`);
        }
        return orders;
      },
      async stop() {
        await server.stop();
        await redis.remove();
      },
    };
  } catch (error) {
    await redis.remove();
    throw error;
  }
}
