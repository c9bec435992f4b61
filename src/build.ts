/**
 * `bun run build [FILE]`: makes one executable, workers and migrations included, that needs neither
 * Bun nor this repository: the command line without `bench` and `simulate`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = join(import.meta.dir, '..');
const outfile = resolve(process.argv[2] ?? join(root, 'dist/stampede'));
const entries = [
  ...['src/main.ts', 'src/server.ts', 'src/projector/worker.ts', 'src/replay/reader/thread.ts'],
  ...['src/replay/auditor/thread.ts', 'src/webhooks/worker.ts'],
  'src/order-reader/thread.ts',
  ...['actors/worker.ts', 'actors/snapshot/worker.ts'],
];

/** What the engine reads as a file while it runs. */
const carriedGlobs = [
  'migrations/**/{*.sql,_journal.json}',
  'src/http/pages/browser/*.{js,css,svg}',
  'src/replay/html/*.css',
  // What the pages' scripts import.
  'node_modules/@noble/hashes/{sha2,utils,_md,_u64}.js',
];
/** The bundler carries a file when a module imports it as a file: this module imports them all. */
const carrier = 'dist/carried-files.ts';
const carried: string[] = [];
for (const glob of carriedGlobs) {
  const files = await Array.fromAsync(new Bun.Glob(glob).scan({ cwd: root }));
  if (files.length === 0) throw new Error(`there is nothing to carry at ${glob}`);
  carried.push(...files);
}
const imports = carried.map((path, n) => `import f${n} from '../${path}' with { type: 'file' };`);
const names = carried.map((_, n) => `f${n}`).join(', ');

mkdirSync(dirname(outfile), { recursive: true });
mkdirSync(join(root, dirname(carrier)), { recursive: true });
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
