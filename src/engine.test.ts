import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../actors/testing/process.ts';
import { startCrowd } from './testing/crowd.ts';
import { startTestEngine, type TestEngine, tokenFor } from './testing/engine-process.ts';
import { itemsInJournalAndSql, orderIn } from './testing/items-in-journal.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let engine: TestEngine;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  await engine.kill();
  folder.remove();
});

type Kind = 'http' | 'actor' | 'projector';

/** How often a kind of thread has died, according to its supervisor's log. */
function deaths(kind: Kind): number {
  return engine.process
    .output()
    .split(`"message":"thread died"`)
    .filter((line, index) => {
      return index > 0 && line.split('\n')[0]!.includes(`"name":"${kind}`);
    }).length;
}

/** Makes a thread throw, and waits until it has. */
async function crash(kind: Kind): Promise<void> {
  const before = deaths(kind);
  engine.process.input(`${kind}\n`);
  await waitUntil(`a thread of kind ${kind} dies`, () => deaths(kind) > before);
}

async function ready(): Promise<void> {
  await waitUntil('the engine is ready again', async () => {
    const signal = AbortSignal.timeout(2_000);
    return (await engine.api('GET', '/readyz', undefined, { signal })).status === 200;
  });
}

/**
 * Buyers who send every order until it is answered with an order or a refusal, while threads crash.
 * Resolves with what each token bought, and how often buyers were told to try again.
 */
function crowdOn(engine: TestEngine, itemIds: number[]) {
  const bought = new Map<string, string>();
  const told = new Map<number | 'no answer', number>();
  const crowd = startCrowd(24, async (visit) => {
    const userId = visit + 1;
    const itemId = itemIds[visit % itemIds.length]!;
    const token = tokenFor({ itemId, promoId: 0 }, userId);
    for (;;) {
      const signal = AbortSignal.timeout(10_000);
      const answer = await engine.place(token, 1, { signal }).catch(() => null);
      if (answer?.errCode === null) {
        bought.set(token, answer.data.orderId);
        return;
      }
      const why = answer?.errCode ?? 'no answer';
      told.set(why, (told.get(why) ?? 0) + 1);
      await Bun.sleep(10);
    }
  });
  return { bought, told, crowd };
}

describe.each([
  ['actor', '2', '2'],
  ['http', '1', '1'],
  ['http', '2', '2'],
  ['projector', '1', '1'],
] as [Kind, string, string][])(
  'an %s thread that throws under load (%s HTTP, %s actor)',
  (kind, http, actor) => {
    test('is restarted; nothing is lost or doubled', async () => {
      const env = { HTTP_THREADS: http, ACTOR_THREADS: actor, LOG_LEVEL: 'error' };
      const script = 'src/testing/crash-engine.ts';
      engine = await startTestEngine({ dataDir: folder.path, env, script });
      const itemIds = await Promise.all(Array.from({ length: 4 }, () => engine.item(1_000_000)));
      const { bought, told, crowd } = crowdOn(engine, itemIds);
      for (let round = 1; round <= 3; round++) {
        const before = bought.size;
        await waitUntil('orders come in', () => bought.size > before + 200);
        await crash(kind);
        await ready();
        const after = bought.size;
        await waitUntil('orders come in again', () => bought.size > after + 100);
      }
      await crowd.stop();
      if (kind === 'projector') expect([...told]).toEqual([]);
      if (kind === 'actor') expect(told.get(10004)).toBeGreaterThan(0);
      for (const why of told.keys()) expect([10004, 30002, 'no answer']).toContain(why);
      expect(await engine.stop()).toBe(0);
      const books = await itemsInJournalAndSql(folder.path);
      const nonces = new Set<number>();
      for (const [token, orderId] of bought) {
        const { nonce } = orderIn(books, orderId);
        expect(Number(token.split('.')[5])).toBe(nonce);
        nonces.add(nonce);
      }
      const orders = [...books.values()].reduce((sum, item) => sum + item.orders.count, 0);
      expect([nonces.size, orders]).toEqual([bought.size, bought.size]);
    });
  },
);

test('orders that wait for an actor thread when it dies are answered 10004, and then found by their token', async () => {
  const env = { LOG_LEVEL: 'error' };
  engine = await startTestEngine({
    dataDir: folder.path,
    env,
    script: 'src/testing/crash-engine.ts',
  });
  const sale = await engine.sale({ stock: 5_000 });
  let unknown = 0;
  for (let round = 0; round < 3; round++) {
    const tokens = Array.from({ length: 300 }, (_, index) =>
      tokenFor(sale, round * 1_000 + index + 1),
    );
    const placing = Promise.all(tokens.map((token) => engine.place(token)));
    engine.process.input('actor\n');
    const first = await placing;
    // On a busy machine all may be answered before the thread has heard that it is to die.
    await waitUntil('the thread has died', () => deaths('actor') > round);
    await ready();
    for (const [index, token] of tokens.entries()) {
      const before = first[index]!;
      const again = await engine.place(token);
      expect([200, 201]).toContain(again.status);
      if (before.errCode === null) expect([again.status, again.data]).toEqual([200, before.data]);
      else expect([10004, 30002]).toContain(before.errCode);
      if (before.errCode === 10004) unknown++;
    }
  }
  expect(unknown).toBeGreaterThan(0);
  expect(await engine.stop()).toBe(0);
  expect((await itemsInJournalAndSql(folder.path)).get(sale.itemId)!.orders.count).toBe(900);
});

test('every kind of thread may die at the same moment', async () => {
  const env = { LOG_LEVEL: 'error', HTTP_THREADS: '2', ACTOR_THREADS: '2' };
  engine = await startTestEngine({
    dataDir: folder.path,
    env,
    script: 'src/testing/crash-engine.ts',
  });
  const { bought, crowd } = crowdOn(engine, [
    await engine.item(1_000_000),
    await engine.item(1_000_000),
  ]);
  for (let round = 0; round < 3; round++) {
    const before = bought.size;
    await waitUntil('orders come in', () => bought.size > before + 100);
    await Promise.all([crash('http'), crash('actor'), crash('projector')]);
    await ready();
  }
  await crowd.stop();
  expect(await engine.stop()).toBe(0);
  const books = await itemsInJournalAndSql(folder.path);
  for (const orderId of bought.values()) orderIn(books, orderId);
});
