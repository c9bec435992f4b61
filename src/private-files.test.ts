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
  const names = readdirSync(path, { recursive: true }) as string[]; // Without an encoding they are texts.
  return Object.fromEntries(names.map((name) => [name, modeOf(join(path, name))]));
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
  const databases = ['stampede.db', 'store.db'];
  const names = databases.flatMap((name) => [name, `${name}-shm`, `${name}-wal`]);
  const lock = ['engine.lock', 'engine.lock-journal'];
  const log = ['0-1.jsonl', ...lock].map((name) => join('journal', name));
  const kept = [...names, ...log, 'admin-token', 'token-secret', ...lock];
  expect(Object.keys(modes).sort()).toEqual(['journal', ...kept].sort());
  expect(modes.journal).toBe('700');
  for (const name of kept) expect({ name, mode: modes[name] }).toEqual({ name, mode: '600' });
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
  const left = Object.keys(modesIn(dataDir)).filter((name) => name !== 'journal');
  expect(left).toContain('stampede.db-wal');
  expect(left).toContain(join('journal', '0-1.jsonl'));
  for (const name of left) chmodSync(join(dataDir, name), 0o644);
  const again = await startTestEngine({ dataDir });
  const modes = modesIn(dataDir);
  for (const name of left) expect({ name, mode: modes[name] }).toEqual({ name, mode: '600' });
  expect(modeOf(dataDir)).toBe('755');
  mustSucceed(await again.place(tokenFor(sale, 2)));
  await again.stop();
});
