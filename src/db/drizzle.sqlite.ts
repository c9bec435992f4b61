/** What `bun run migrations` reads to turn a changed schema into the next migration. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: 'src/db/schema.sqlite.ts',
  out: 'migrations/sqlite',
});
