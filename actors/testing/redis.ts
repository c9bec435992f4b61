/** A Redis server for tests, in a temporary folder, on a free port of 127.0.0.1. */
import { readFileSync } from 'node:fs';
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
  /** Of its process, which is another after a start. */
  readonly pid: number;
  /** Sends one command from a connection of its own. */
  command(name: string, ...values: string[]): Promise<unknown>;
}

/** `options` are more of the server's own; with `tls`, paths of files, it takes nothing but TLS. */
export interface RedisOptions {
  options?: readonly string[];
  password?: string;
  tls?: { ca: string; certificate: string; key: string };
}

export async function startRedis({
  options = [],
  password,
  tls,
}: RedisOptions = {}): Promise<RedisServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const user = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const url = `${tls === undefined ? 'redis' : 'rediss'}://${user}127.0.0.1:${port}`;
  const command = async (name: string, ...values: string[]): Promise<unknown> => {
    const ca = tls === undefined ? {} : { tls: { ca: readFileSync(tls.ca) } };
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, ...ca });
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
      command: [
        'redis-server',
        ...(tls === undefined ? ['--port', `${port}`] : tlsOptions(port, tls)),
        ...['--bind', '127.0.0.1', '--dir', folder.path],
        ...(password === undefined ? [] : ['--requirepass', password]),
        ...options,
      ],
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
    get pid() {
      return server.pid;
    },
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

function tlsOptions(
  port: number,
  { ca, certificate, key }: NonNullable<RedisOptions['tls']>,
): string[] {
  return [
    ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
    ...['--tls-ca-cert-file', ca, '--tls-cert-file', certificate, '--tls-key-file', key],
  ];
}
