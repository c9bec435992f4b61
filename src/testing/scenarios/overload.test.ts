import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { writeBodies } from '../../../bench/load/bodies.ts';
import { type OpenLoopResult, openFilesMax, openLoop } from '../../../bench/load/open-loop.ts';
import {
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';

/** More than a thread serves in half a second, as far as the system lets a process open sockets. */
const connections = Math.min(15_000, openFilesMax() - 1_000);
const ratePerSecond = 100_000;
const seconds = 3;
const units = 100_000_000;

let folder: TemporaryFolder;
let engine: TestEngine;
let sale: Sale;
let crowd: OpenLoopResult;
let grownBytes: number;

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await startTestEngine({ dataDir: folder.path });
  sale = await engine.sale({ stock: units });
  const bodies = Array.from({ length: ratePerSecond * seconds }, (_, user) =>
    JSON.stringify({ token: tokenFor(sale, user + 1), amount: 1 }),
  );
  const files = writeBodies(folder.file('bodies'), bodies);
  const before = residentBytes();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, residentBytes());
  }, 50);
  const { url } = engine;
  try {
    crowd = await openLoop({
      ...{ url, connections, ratePerSecond, seconds, files },
      patienceMs: 30_000,
    });
  } finally {
    clearInterval(watching);
  }
  grownBytes = most - before;
}, 240_000);

afterAll(async () => {
  await engine.kill();
  folder.remove();
});

function residentBytes(): number {
  const status = readFileSync(`/proc/${engine.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
}

test('under far more load than the machine can serve, orders are still accepted', () => {
  expect(crowd.accepted).toBeGreaterThan(0);
  expect(crowd.exhausted).toBe(false);
});

test('some are told to try again, and when; everyone else is served', () => {
  expect(crowd.refused).toBeGreaterThan(0);
  // A quarter at most, by the count of those read, of whom some still wait for the journal.
  expect(crowd.refused).toBeLessThan(crowd.sent / 3);
  const others = Object.keys(crowd.statuses).filter((status) => !/^(201|429|503)$/.test(status));
  expect(others).toEqual([]);
  expect(crowd.withoutRetryAfter).toBe(0);
});

test('the metrics show that orders were refused unread', async () => {
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  expect(Number(/^stampede_orders_shed_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
});

test('memory stays bounded', () => {
  expect(grownBytes).toBeLessThan(2 ** 30);
});

test('the engine recovers when the crowd has gone, and its books are right', async () => {
  const after = tokenFor(sale, 900_000_000);
  await waitUntil('an order is accepted', async () => (await engine.place(after)).status < 300);
  expect((await engine.api('GET', '/readyz')).status).toBe(200);
  const statements = await engine.api<{ items: Statement[] }>('GET', '/api/admin/statements');
  const { items } = mustSucceed(statements);
  const { loaded, sold, held, left } = items.find(({ itemId }) => itemId === sale.itemId)!;
  expect({ loaded, total: sold + held + left }).toEqual({ loaded: units, total: units });
  // Orders whose buyers did not wait for the answer are held, too; no buyer has two.
  expect(held).toBeGreaterThan(crowd.accepted);
  expect(held).toBeLessThanOrEqual(crowd.sent + 1);
  expect(await engine.stop()).toBe(0);
});

interface Statement {
  itemId: number;
  loaded: number;
  sold: number;
  held: number;
  left: number;
}
