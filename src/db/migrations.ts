import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `bun run build` puts the migrations into the executable. */
const carried = '/$bunfs/root/migrations';
const own = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The folder with a dialect's migrations: in the executable when this is one, else the repository's. */
export function migrationsFolder(dialect: 'sqlite' | 'postgres'): string {
  return `${existsSync(`${carried}/${dialect}/meta/_journal.json`) ? carried : own}/${dialect}`;
}
