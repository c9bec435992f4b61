/** The examples for other tools, run as the README shows them: each token of a file buys once. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { runCommand } from '../../src/testing/command.ts';
import { root, startTestEngine, type TestEngine } from '../../src/testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let orders: string;

beforeAll(async () => {
  // The engine and `tokens` share the secret that is kept in the data folder.
  const env = { TOKEN_SECRET: '' };
  engine = await startTestEngine({ dataDir: folder.path, env });
  orders = `${engine.url}/api/orders`;
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

/** Writes purchase tokens for a new item, and returns the item and the file. */
async function tokensFor(count: number, format: string): Promise<{ item: number; file: string }> {
  const item = await engine.item(count);
  const args = ['tokens', '--item', `${item}`, '--count', `${count}`, '--format', format];
  const { code, output } = await runCommand(args, { DATA_DIR: folder.path });
  expect(code).toBe(0);
  const file = folder.file(`${format}-${item}`);
  writeFileSync(file, output);
  return { item, file };
}

async function heldOf(item: number): Promise<number> {
  const { data } = await engine.api<{ items: { itemId: number; held: number }[] }>(
    'GET',
    '/api/admin/statements',
  );
  return data.items.find(({ itemId }) => itemId === item)!.held;
}

async function run(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { cwd: root, stdout: 'pipe', stderr: 'pipe' });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  expect(await child.exited).toBe(0);
  return (await Promise.all(texts)).join('');
}

test('autocannon posts each order body of a file once', async () => {
  const { item, file } = await tokensFor(500, 'jsonl');
  const output = await run([process.execPath, 'bench/examples/autocannon.ts', orders, file]);
  expect(output).toMatch(/^201 500$/m);
  expect(await heldOf(item)).toBe(500);
});

test('wrk spends a token for each request, over all of its threads, and says when they run out', async () => {
  const { item, file } = await tokensFor(500, 'lines');
  const load = ['wrk', '-t2', '-c8', '-d2s', '-s', 'bench/examples/wrk.lua', orders];
  const output = await run([...load, '--', file, '2']);
  expect(output).toContain('The tokens ran out');
  // wrk asks each thread for one request more than it sends.
  expect(await heldOf(item)).toBeGreaterThanOrEqual(498);
});
