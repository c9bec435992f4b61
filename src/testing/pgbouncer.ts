/** A pgbouncer before a Postgres server for tests, on a free port of 127.0.0.1. */
import { chownSync, writeFileSync } from 'node:fs';
import { SQL } from 'bun';
import {
  freePort,
  startProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';
import type { PostgresServer } from './postgres.ts';

/** Debian keeps it outside the path of ordinary users. */
const program = Bun.which('pgbouncer') ?? '/usr/sbin/pgbouncer';

/** Like Postgres it refuses to run as root. */
const nobody = 65_534;

export interface Pgbouncer extends Pick<PostgresServer, 'createDatabase'> {
  stop(): Promise<void>;
}

/**
 * Databases that are made through it are reached through it. `transaction`: a connection to the server
 * is one client's for one transaction only, as with a pool for very many clients.
 */
export async function startPgbouncer(
  postgres: PostgresServer,
  mode: 'session' | 'transaction',
): Promise<Pgbouncer> {
  const folder = temporaryFolder();
  const [port, behind] = [await freePort(), new URL(await postgres.createDatabase())];
  const file = folder.file('pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${behind.port} user=stampede
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
server_login_retry = 1
server_idle_timeout = 1
`,
  );
  if (process.getuid?.() === 0)
    for (const path of [folder.path, file]) chownSync(path, nobody, nobody);
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const server = startProcess({ command: [program, ...asNobody, file], cwd: folder.path });
  const through = (url: string) => {
    const moved = new URL(url);
    moved.port = String(port);
    return moved.href;
  };
  await waitUntilReady(server, async () => {
    const client = new SQL(through(behind.href), { max: 1, connectionTimeout: 1, prepare: false });
    try {
      await client.unsafe('SELECT 1');
      return true;
    } finally {
      await client.close({ timeout: 0 });
    }
  });
  return {
    createDatabase: async () => through(await postgres.createDatabase()),
    async stop() {
      await server.kill();
      folder.remove();
    },
  };
}
