import { Database } from 'bun:sqlite';
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import {
  type Sale,
  spawnEngine,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';
import { replay } from '../persistent-buyers.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let dataDir: string;
let engine: TestEngine;
let sale: Sale;
let users = 0;

afterEach(async () => {
  await engine.kill();
  folder.remove();
});

async function sell(script?: string): Promise<void> {
  folder = temporaryFolder();
  dataDir = folder.file('data');
  engine = await startTestEngine({ dataDir, ...(script === undefined ? {} : { script }) });
  sale = await engine.sale({ stock: 1_000_000 });
  expect(await buy()).toMatchObject({ status: 201 });
}

const buy = () => engine.place(tokenFor(sale, ++users));
const readyStatus = async () => (await fetch(`${engine.url}/readyz`)).status;

/** Buys until an order is refused, and then some: from there on none may be taken. */
async function expectClosed(): Promise<void> {
  await waitUntil('an order is refused', async () => (await buy()).status !== 201);
  for (let order = 0; order < 50; order++) {
    expect(await buy()).toMatchObject({ status: 503, errCode: 30002 });
  }
  await waitUntil('it is not ready', async () => (await readyStatus()) === 503);
}

/** Brings all of a database into its file: what is in its log would heal the damage. */
function emptyLog(path: string): void {
  const database = new Database(path);
  database.run('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close(true);
}

const says = (text: RegExp) =>
  waitUntil(`the log says ${text}`, () => text.test(engine.process.output()));

test('DATA_DIR deleted in mid-run: nothing more is sold, the log says why and how to save the orders, and no new journal is made', async () => {
  await sell();
  rmSync(dataDir, { recursive: true });
  await expectClosed();
  await says(/0-1\.jsonl is gone: it was deleted or moved/);
  mkdirSync(dataDir);
  await expectClosed();
  expect(existsSync(join(dataDir, 'journal'))).toBe(false);
  const commands = /\((mkdir -p .+ && cp .+)\)/.exec(engine.process.output())![1]!;
  expect(Bun.spawnSync(['sh', '-c', commands]).exitCode).toBe(0);
  await engine.kill();
  const { code, output } = await replay(dataDir);
  expect({ code, output }).toMatchObject({ code: 0 });
});

test('a journal that is gone when an actor thread crashes is not made anew, and sells again when it is back', async () => {
  await sell('src/testing/crash-engine.ts');
  const [path, elsewhere] = [join(dataDir, 'journal'), folder.file('elsewhere')];
  renameSync(path, elsewhere);
  engine.process.input('actor\n');
  await says(/thread died/);
  await waitUntil('an order is refused', async () => (await buy()).status === 503);
  await waitUntil('it is not ready', async () => (await readyStatus()) === 503);
  for (let order = 0; order < 3; order++) expect(await buy()).toMatchObject({ status: 503 });
  expect(existsSync(path)).toBe(false);
  renameSync(elsewhere, path);
  await waitUntil('it sells again', async () => (await buy()).status === 201);
  expect(await engine.stop()).toBe(0);
  expect((await replay(dataDir)).code).toBe(0);
});

test('stampede.db deleted in mid-run: selling goes on, accounts and the catalogue take nothing, and it is said', async () => {
  await sell();
  rmSync(join(dataDir, 'stampede.db'));
  await waitUntil('readyz says so', async () => {
    const response = await fetch(`${engine.url}/readyz`);
    expect(response.status).toBe(200);
    return (await response.text()).includes('stampede.db is gone');
  });
  await says(/projector waits.*stampede\.db is gone/);
  expect(await buy()).toMatchObject({ status: 201 });
  const draft = { title: 'Lost', description: '', price: 1, stock: 1 };
  expect(await engine.api('POST', '/api/items', draft)).toMatchObject({ status: 503 });
  expect(await engine.api('GET', `/api/items/${sale.itemId}`)).toMatchObject({ status: 200 });
  expect(existsSync(join(dataDir, 'stampede.db'))).toBe(false);
  expect(await engine.stop()).toBe(0);
  expect((await replay(dataDir)).code).toBe(0);
});

test('an HTTP thread that crashes while stampede.db is away comes back, sells, and finds it again', async () => {
  await sell('src/testing/crash-engine.ts');
  const [path, elsewhere] = [join(dataDir, 'stampede.db'), folder.file('elsewhere.db')];
  renameSync(path, elsewhere);
  engine.process.input('http\n');
  await says(/thread died/);
  await waitUntil('orders go on', async () => (await buy()).status === 201);
  const made = () =>
    engine.api('POST', '/api/items', { title: 'x', description: '', price: 1, stock: 1 });
  expect(await made()).toMatchObject({ status: 503 });
  expect(existsSync(path)).toBe(false);
  renameSync(elsewhere, path);
  await waitUntil('it takes items again', async () => (await made()).status === 201);
  expect(await engine.stop()).toBe(0);
  expect((await replay(dataDir)).code).toBe(0);
});

test('at the start a damaged stampede.db or journal is named in one line, a damaged store.db is made anew', async () => {
  await sell();
  expect(await engine.stop()).toBe(0);
  emptyLog(join(dataDir, 'stampede.db'));
  for (const name of ['stampede.db', 'journal/0-1.jsonl']) {
    const path = join(dataDir, name);
    const kept = readFileSync(path);
    writeFileSync(path, 'garbage '.repeat(2_000));
    const failed = spawnEngine({ dataDir });
    expect(await failed.ended).toBeGreaterThan(0);
    const line = failed.output().trim().split('\n').at(-1);
    expect(line).toStartWith('stampede: cannot start: ');
    expect(line).toContain(path);
    expect(line).toContain('damaged');
    writeFileSync(path, kept);
  }
  emptyLog(join(dataDir, 'store.db'));
  writeFileSync(join(dataDir, 'store.db'), 'garbage '.repeat(2_000));
  engine = await startTestEngine({ dataDir });
  expect(await buy()).toMatchObject({ status: 201 });
  await says(/store\.db is damaged .* it is kept as .*store\.db\.damaged-/);
  expect(await engine.stop()).toBe(0);
});

test('a journal without its entries, or none, while SQL knows of orders is refused, not begun anew', async () => {
  await sell();
  expect(await engine.stop()).toBe(0);
  const empty = (path: string) => {
    const file = join(path, '0-1.jsonl');
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n')[0]}\n`);
  };
  const remove = (path: string) => rmSync(path, { recursive: true });
  for (const lose of [empty, remove]) {
    lose(join(dataDir, 'journal'));
    engine = await startTestEngine({ dataDir });
    expect(await buy()).toMatchObject({ status: 503, errCode: 30002 });
    expect(await readyStatus()).toBe(503);
    await says(/refusing to serve.*entry \d+ was acknowledged/);
    expect(await engine.stop()).toBe(0);
  }
});
