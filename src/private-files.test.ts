import { afterEach, beforeEach, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../actors/testing/process.ts';
import { mustSucceed, startTestEngine, tokenFor } from './testing/engine-process.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** The mode of each file in a folder. */
function modesIn(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map((name) => [name, modeOf(join(path, name))]));
}

/** Starts an engine under a umask that lets everyone read, places an order, and reads the modes. */
async function modesWhileRunning(dataDir: string) {
  const before = process.umask(0o022);
  const engine = await startTestEngine({
    dataDir,
    env: { TOKEN_SECRET: '', ADMIN_TOKEN: '' },
  }).finally(() => process.umask(before));
  const modes = modesIn(dataDir);
  await engine.stop();
  return modes;
}

test('only the owner can read what an engine keeps, its new folder included', async () => {
  const dataDir = join(folder.path, 'new', 'data');
  const modes = await modesWhileRunning(dataDir);
  const databases = ['journal.db', 'stampede.db', 'store.db'];
  const names = databases.flatMap((name) => [name, `${name}-shm`, `${name}-wal`]);
  const lock = ['engine.lock', 'engine.lock-journal'];
  expect(Object.keys(modes).sort()).toEqual(
    [...names, 'admin-token', 'token-secret', ...lock].sort(),
  );
  expect(Object.values(modes).filter((mode) => mode !== '600')).toEqual([]);
  expect(modeOf(dataDir)).toBe('700');
});

test('files that an earlier version left readable no longer are; a folder stays as it was', async () => {
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  const engine = await startTestEngine({ dataDir });
  const sale = await engine.sale({ stock: 3 });
  mustSucceed(await engine.place(tokenFor(sale, 1)));
  await engine.kill();
  chmodSync(dataDir, 0o755);
  const left = readdirSync(dataDir);
  expect(left).toContain('journal.db-wal');
  for (const name of left) chmodSync(join(dataDir, name), 0o644);
  const again = await startTestEngine({ dataDir });
  expect(Object.values(modesIn(dataDir)).filter((mode) => mode !== '600')).toEqual([]);
  expect(modeOf(dataDir)).toBe('755');
  mustSucceed(await again.place(tokenFor(sale, 2)));
  await again.stop();
});
