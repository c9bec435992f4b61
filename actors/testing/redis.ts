/** A Redis server for tests, in a temporary folder, on a free port of 127.0.0.1. */
import { Redis } from 'ioredis';
import {
  freePort,
  freeze,
  startProcess,
  type TestProcess,
  type TestServer,
  temporaryFolder,
  waitUntilReady,
} from './process.ts';

/**
 * Its folder holds the dump, `dump.rdb`, which is written when it is stopped but not when it is killed.
 */
export interface RedisServer extends TestServer {
  /** Sends one command from a connection of its own. */
  command(name: string, ...values: string[]): Promise<unknown>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const command = async (name: string, ...values: string[]): Promise<unknown> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    // The command fails too when the connection does, and says why.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.call(name, ...values);
    } finally {
      redis.disconnect();
    }
  };
  let server: TestProcess;
  const start = async () => {
    server = startProcess({
      command: ['redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder.path],
    });
    await waitUntilReady(server, async () => (await command('PING')) === 'PONG');
  };
  const stop = async () => {
    if (server.alive()) await command('SAVE');
    await server.stop();
  };
  await start();
  return {
    url,
    port,
    folder,
    start,
    stop,
    kill: () => server.kill(),
    freeze: () => freeze([server.pid]),
    thaw: () => server.signal('SIGCONT'),
    command,
    async remove() {
      await server.kill();
      folder.remove();
    },
  };
}
