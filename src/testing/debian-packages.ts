/** The Debian packages that tests need, and where their programs are. */
import { existsSync, readdirSync } from 'node:fs';

/** Debian keeps PostgreSQL's server programs outside the path, in a folder for each version. */
const postgresRoot = '/usr/lib/postgresql';

/** The folder of PostgreSQL's server programs, or null where it is not installed. */
function postgresFolder(): string | null {
  if (!existsSync(postgresRoot)) return null;
  const versions = readdirSync(postgresRoot).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => `${postgresRoot}/${version}/bin`);
  return folders.find((folder) => existsSync(`${folder}/initdb`)) ?? null;
}

/** Names of packages that are not installed, as far as their programs show. */
export function missingPackages(): string[] {
  const found: Record<string, boolean> = {
    'nats-server': Bun.which('nats-server') !== null,
    'redis-server': Bun.which('redis-server') !== null,
    postgresql: postgresFolder() !== null,
    chromium: Bun.which('chromium') !== null,
    python3: Bun.which('python3') !== null,
    wrk: Bun.which('wrk') !== null,
    prometheus: Bun.which('prometheus') !== null && Bun.which('promtool') !== null,
    pgbouncer: Bun.which('pgbouncer') !== null || existsSync('/usr/sbin/pgbouncer'),
    nginx: Bun.which('nginx') !== null || existsSync('/usr/sbin/nginx'),
    haproxy: Bun.which('haproxy') !== null || existsSync('/usr/sbin/haproxy'),
  };
  return Object.keys(found).filter((name) => !found[name]);
}
