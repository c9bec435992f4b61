import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import {
  freePort,
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import { startCrowd } from '../testing/crowd.ts';
import { mustSucceed, spawnEngine, startTestEngine, tokenFor } from '../testing/engine-process.ts';
import { itemsInJournalAndSql, orderIn } from '../testing/items-in-journal.ts';
import { deliver } from '../testing/provider.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

/** Starts an engine that is expected to give up, and returns how it did. */
async function failingStart(env: Record<string, string>, dataDir = folder.path) {
  const engine = spawnEngine({ dataDir, env });
  const exitCode = await engine.ended;
  expect(engine.stdout()).toBe('');
  return { exitCode, stderr: engine.output() };
}

describe('a start', () => {
  test('with wrong settings ends with one clear line and exit 2', async () => {
    const wrong: [string, string][] = [
      ['PORT', '70000'],
      ['PORT', 'http'],
      ['PARTITIONS', '0'],
      ['TOKEN_SECRET', 'short'],
      ['ADMIN_TOKEN', 'short'],
      ['PAYMENTS', 'cash'],
      ['PAYMENT_WEBHOOK_SECRET', 'whsec_short'],
      ['LOG_LEVEL', 'loud'],
      ['REDIS_URL', 'http://127.0.0.1'],
    ];
    for (const [name, value] of wrong) {
      const { exitCode, stderr } = await failingStart({ [name]: value });
      expect([name, exitCode]).toEqual([name, 2]);
      expect(stderr).toMatch(new RegExp(`^stampede: cannot start: ${name} must .*\n$`));
    }
    const { stderr } = await failingStart({ PORT: '-1', PARTITIONS: '1e3' });
    expect(stderr).toMatch(/^stampede: cannot start: PORT must .*; PARTITIONS must .*\n$/);
  });

  test('makes the secret of payments once, and shows it to nobody', async () => {
    const env = { PAYMENT_WEBHOOK_SECRET: '', LOG_LEVEL: 'trace' };
    const kept = () => readFileSync(folder.file('payment-webhook-secret'), 'utf8');
    const secrets: string[] = [];
    for (const _ of ['made', 'kept']) {
      const engine = await startTestEngine({ dataDir: folder.path, env });
      const sale = await engine.sale({ promoPrice: 500 });
      const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1)));
      const delivery = { orderId, amount: 500, reference: 'p1', status: 'paid' } as const;
      expect((await deliver(engine, delivery)).errCode).toBe(20003);
      const secret = kept().trim();
      expect((await deliver(engine, delivery, { secret })).data.status).toBe('paid');
      expect(await engine.stop()).toBe(0);
      expect(engine.process.output()).not.toContain(secret.slice(6));
      secrets.push(secret);
    }
    expect(secrets[0]).toBe(secrets[1]!);
    expect(statSync(folder.file('payment-webhook-secret')).mode & 0o777).toBe(0o600);
    writeFileSync(folder.file('payment-webhook-secret'), 'a secret of my own\n');
    const { exitCode, stderr } = await failingStart(env);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^stampede: cannot start: \S+payment-webhook-secret must be whsec_.*\n$/,
    );
  });

  test('takes the word of buyers that they have paid in a demo, or where it is told to', async () => {
    const pays = async (env: Record<string, string>, ...args: string[]) => {
      const engine = await startTestEngine({ dataDir: folder.path, env, args });
      const page = await fetch(`${engine.url}/demo/pay/20261127-1-1`, { redirect: 'manual' });
      expect(await engine.stop()).toBe(0);
      // Who is not logged in is sent there, or there is no such page.
      return page.status === 303;
    };
    expect(await pays({}, 'start')).toBe(false);
    expect(await pays({ PAYMENTS: 'demo' }, 'start')).toBe(true);
    expect(await pays({}, 'start', '--demo')).toBe(true);
    expect(await pays({ PAYMENTS: 'webhook' }, 'start', '--demo')).toBe(false);
  });

  test('on a port that is taken ends with one clear line', async () => {
    const taken = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: { data: () => undefined },
    });
    const { exitCode, stderr } = await failingStart({ PORT: String(taken.port) });
    taken.stop(true);
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toMatch(/^stampede: cannot start: .*\n$/);
    expect(stderr).toContain(String(taken.port));
  });

  test("on the port of another engine ends too, though an engine's threads share theirs", async () => {
    const first = await startTestEngine({ dataDir: folder.path });
    // From its first answer on there is nothing to complain of.
    const { data } = await first.api<{ reasons: string[] }>('GET', '/readyz');
    expect(data.reasons).toEqual([]);
    const second = temporaryFolder();
    const { exitCode } = await failingStart({ PORT: String(first.port) }, second.path);
    expect(exitCode).toBeGreaterThan(0);
    expect((await first.api('GET', '/readyz')).status).toBe(200);
    expect(await first.stop()).toBe(0);
    second.remove();
  });

  test('with another number of partitions than the journal has ends with one clear line', async () => {
    const first = await startTestEngine({ dataDir: folder.path, env: { PARTITIONS: '4' } });
    expect(await first.stop()).toBe(0);
    const { exitCode, stderr } = await failingStart({ PARTITIONS: '8' });
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toMatch(/^stampede: cannot start: .*4 partitions.*8\n$/);
  });

  test('on a file that is not a journal ends with one clear line', async () => {
    writeFileSync(
      folder.file('journal.db'),
      'not a journal, but long enough to be read'.repeat(99),
    );
    const { exitCode, stderr } = await failingStart({});
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toMatch(/^stampede: cannot start: .*journal\.db.*\n$/);
  });

  test('on an empty folder makes what it needs, and prints first where it listens', async () => {
    const port = await freePort();
    const env = { PORT: String(port), DATA_DIR: folder.file('made/here') };
    const engine = spawnEngine({ dataDir: folder.path, env });
    await waitUntil('the engine listens', () => engine.stdout().includes('\n'));
    expect(engine.stdout()).toBe(`listening on http://127.0.0.1:${port}\n`);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    await engine.stop();
  });

  test('without secrets makes them once, for the owner only, and prints the admin token once', async () => {
    const env = { TOKEN_SECRET: '', ADMIN_TOKEN: '' };
    const printed: string[] = [];
    for (let life = 0; life < 2; life++) {
      const engine = await startTestEngine({ dataDir: folder.path, env });
      await waitUntil('the engine is ready', async () => {
        return (await engine.api('GET', '/readyz')).status === 200;
      });
      expect(await engine.stop()).toBe(0);
      printed.push(/^admin token .*: (\S{43})$/m.exec(engine.process.stdout())?.[1] ?? '');
    }
    expect(printed).toEqual([expect.stringMatching(/^[\w-]{43}$/), '']);
    for (const name of ['token-secret', 'admin-token']) {
      expect(statSync(folder.file(name)).mode & 0o777).toBe(0o600);
    }
  });
});

describe('SIGTERM under load', () => {
  const threads = [
    ['1', '1'],
    ['2', '2'],
  ];
  test.each(threads)('with %s HTTP and %s actor threads loses no 201', async (http, actor) => {
    const env = { HTTP_THREADS: http!, ACTOR_THREADS: actor! };
    const engine = await startTestEngine({ dataDir: folder.path, env });
    const items = await Promise.all(Array.from({ length: 4 }, () => engine.item(100_000)));
    const placed = new Map<string, number>();
    let unanswered = 0;
    const crowd = startCrowd(32, async (visit) => {
      const userId = visit + 1;
      const sale = { itemId: items[visit % items.length]!, promoId: 0 };
      const answer = await engine.place(tokenFor(sale, userId)).catch(() => null);
      if (answer?.errCode === null) placed.set(answer.data.orderId, userId);
      else {
        unanswered++;
        await Bun.sleep(5);
      }
    });
    await waitUntil('orders come in', () => placed.size > 500);
    const askedAt = performance.now();
    expect(await engine.stop()).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(30_000);
    await crowd.stop();
    expect(unanswered).toBeGreaterThan(0);
    const books = await itemsInJournalAndSql(folder.path);
    for (const [orderId, userId] of placed) expect(orderIn(books, orderId).user).toBe(userId);
  });

  test('ends connections kept alive and live streams, and answers requests in progress', async () => {
    const engine = await startTestEngine({ dataDir: folder.path });
    const itemId = await engine.item(10);
    const stream = await fetch(`${engine.url}/api/items/${itemId}/live`);
    const ended = stream.text();
    const askedAt = performance.now();
    expect(await engine.stop()).toBe(0);
    expect(await ended).toContain('event: stock');
    expect(performance.now() - askedAt).toBeLessThan(30_000);
    expect(engine.process.output()).toBe(engine.process.stdout());
  });

  test('that comes twice, or together with SIGINT, drains once', async () => {
    const engine = await startTestEngine({ dataDir: folder.path });
    mustSucceed(await engine.place(tokenFor(await engine.sale(), 1)));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) engine.process.signal(signal);
    expect(await engine.process.ended).toBe(0);
    await itemsInJournalAndSql(folder.path);
  });
});

test('several HTTP and actor threads sell the items of every partition', async () => {
  const env = { HTTP_THREADS: '2', ACTOR_THREADS: '2', PARTITIONS: '3' };
  const engine = await startTestEngine({ dataDir: folder.path, env });
  for (let n = 0; n < 6; n++) {
    const sale = await engine.sale({ stock: 20 });
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        // A connection of its own, so that either HTTP thread may get it.
        const headers = { connection: 'close' };
        return (await engine.place(tokenFor(sale, index + 1), 1, { headers })).status;
      }),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
  }
  expect(await engine.stop()).toBe(0);
  await itemsInJournalAndSql(folder.path, env);
});
