/** A Postgres server for tests, in a temporary folder, on a free port of 127.0.0.1. */
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SQL } from 'bun';
import {
  freePort,
  freeze,
  signalEach,
  startProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';

export interface PostgresServer {
  /** Makes an empty database, of a new name where none is given, and returns its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Stops it and its connections in the midst of what they do. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): void;
  /** Ends the server and its connections; its data stays. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  remove(): Promise<void>;
}

/** Postgres refuses to run as root; it then runs as the user `nobody`. */
const nobody = 65_534;
const unprivileged =
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--']
    : [];

/** @param options - `port`: one that is free; one is found where it is not given. */
export async function startPostgres(options: { port?: number } = {}): Promise<PostgresServer> {
  const folder = temporaryFolder();
  if (unprivileged.length > 0) chownSync(folder.path, nobody, nobody);
  const data = folder.file('data');
  const initdb = startProcess({
    command: [
      ...unprivileged,
      program('initdb'),
      '-D',
      data,
      '-U',
      'stampede',
      '-A',
      'trust',
      '-N',
    ],
    cwd: folder.path,
  });
  if ((await initdb.ended) !== 0) throw new Error(`initdb failed:\n${initdb.output()}`);
  const port = options.port ?? (await freePort());
  const command = [
    ...[...unprivileged, program('postgres'), '-D', data, '-p', `${port}`],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    // A test kills the server, never the machine.
    ...['-c', 'fsync=off', '-c', 'full_page_writes=off'],
    // A pooler keeps some connections to each of the many databases of the tests.
    ...['-c', 'max_connections=300'],
  ];
  const url = (database: string) => `postgres://stampede@127.0.0.1:${port}/${database}`;
  const start = async () => {
    const started = startProcess({ command, cwd: folder.path });
    await waitUntilReady(started, () => answers(url('postgres')));
    return started;
  };
  let server = await start();
  const stop = async () => {
    // The fast way: SIGTERM would wait until every client has left.
    server.signal('SIGINT');
    server.signal('SIGCONT');
    await server.ended;
  };
  let databases = 0;
  return {
    async createDatabase(name = `stampede_${++databases}`) {
      const client = new SQL(url('postgres'), { max: 1 });
      await client.unsafe(`CREATE DATABASE ${name}`);
      await client.close();
      return url(name);
    },
    async freeze() {
      // First the one that starts the others.
      await freeze([server.pid]);
      await freeze(childrenOf(server.pid));
    },
    thaw: () => signalEach([...childrenOf(server.pid), server.pid], 'SIGCONT'),
    async start() {
      server = await start();
    },
    stop,
    async remove() {
      await stop();
      folder.remove();
    },
  };
}

/** A server that is still starting, or ending, accepts connections but answers no query. */
async function answers(url: string): Promise<boolean> {
  const client = new SQL(url, { max: 1, connectionTimeout: 1 });
  try {
    await client`SELECT 1`;
    return true;
  } finally {
    await client.close({ timeout: 0 });
  }
}

/** Debian keeps Postgres's programs outside the path, in a folder for each version. */
function program(name: string): string {
  const versions = '/usr/lib/postgresql';
  const newest = existsSync(versions) ? readdirSync(versions).sort().at(-1) : undefined;
  return newest === undefined ? name : join(versions, newest, 'bin', name);
}

function childrenOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(['ps', '-o', 'pid=', '--ppid', `${pid}`]);
  return stdout.toString().split('\n').filter(Boolean).map(Number);
}
