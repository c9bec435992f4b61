/**
 * `bun run build [FILE]`: makes one executable, workers and migrations included, that needs neither
 * Bun nor this repository. It takes the same settings and arguments as `bun start`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = join(import.meta.dir, '..');
const outfile = resolve(process.argv[2] ?? join(root, 'dist/stampede'));
const entries = ['src/main.ts', 'src/server.ts', 'src/projector/worker.ts', 'actors/worker.ts'];

/** The bundler carries a file when a module imports it as one: this module imports every migration. */
const carrier = 'src/carried-migrations.ts';
const migrations = await Array.fromAsync(
  new Bun.Glob('migrations/**/{*.sql,_journal.json}').scan({ cwd: root }),
);
if (migrations.length === 0) throw new Error('there are no migrations to carry');
const imports = migrations.map(
  (path, n) => `import f${n} from '../${path}' with { type: 'file' };`,
);
const names = migrations.map((_, n) => `f${n}`).join(', ');

mkdirSync(dirname(outfile), { recursive: true });
writeFileSync(join(root, carrier), `${imports.join('\n')}\nexport const carried = [${names}];\n`);
try {
  const naming = '--asset-naming=[dir]/[name].[ext]';
  const command = ['build', '--compile', '--root', '.', naming, '--outfile', outfile];
  const { success } = Bun.spawnSync([process.execPath, ...command, ...entries, carrier], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (!success) process.exit(1);
} finally {
  rmSync(join(root, carrier));
}
