/** What `bun run migrations` reads to turn a changed schema into the next migration. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: 'src/db/schema.postgres.ts',
  out: 'migrations/postgres',
});
