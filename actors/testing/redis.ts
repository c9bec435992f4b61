/** A Redis server for tests, in a temporary folder, on a free port of 127.0.0.1. */
import { Redis } from 'ioredis';
import {
  freePort,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntilReady,
} from './process.ts';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The folder of its dump, `dump.rdb`. */
  readonly folder: TemporaryFolder;
  /** Starts it again, on the same port, with the dump it finds. */
  start(): Promise<void>;
  /** Ends it; what it held is in its dump. */
  stop(): Promise<void>;
  /** Ends it as a crash would: the dump stays as it was. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Sends one command from a connection of its own. */
  command(name: string, ...values: string[]): Promise<unknown>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const command = async (name: string, ...values: string[]): Promise<unknown> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    // The command fails as well when the connection does, and says why.
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
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    command,
    async remove() {
      await server.kill();
      folder.remove();
    },
  };
}
