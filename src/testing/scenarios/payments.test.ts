/** Payments while things break: whatever a provider was told 200 of is in the journal, once. */
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, startTestEngine, type TestEngine, tokenFor } from '../engine-process.ts';
import { patienceMs } from '../fault-rig.ts';
import { eventsInJournal } from '../items-in-journal.ts';
import { replay } from '../persistent-buyers.ts';
import { deliver } from '../provider.ts';

setDefaultTimeout(240_000);

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const total = 500;

async function orders(engine: TestEngine, count: number): Promise<string[]> {
  const sale = await engine.sale({ stock: count, promoPrice: total });
  const placed = Array.from({ length: count }, (_, user) => engine.place(tokenFor(sale, user + 1)));
  return (await Promise.all(placed)).map((answer) => mustSucceed(answer).orderId);
}

const paid = (engine: TestEngine, orderId: string) =>
  deliver(engine, { orderId, amount: total, reference: `p-${orderId}`, status: 'paid' });

/** The references that the journal has, of payments and of what is due back. */
async function references(dataDir: string, env: Record<string, string> = {}) {
  const found: string[] = [];
  for await (const { event } of eventsInJournal(dataDir, env)) {
    if (event.type === 'paid' || event.type === 'refundDue') found.push(`${event.reference}`);
  }
  return found.sort();
}

test('without the journal a payment is told to come again, and pays once when it does', async () => {
  const nats = await startNats();
  cleanUps.push(() => nats.remove());
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const env = { NATS_URL: nats.url };
  const engine = await startTestEngine({ dataDir: folder.path, env });
  cleanUps.push(() => engine.kill());
  const [orderId = ''] = await orders(engine, 1);
  await nats.kill();
  for (const told of ['at once', 'and still']) {
    const answer = await paid(engine, orderId);
    expect([told, answer.status]).toEqual([told, 503]);
    expect([10004, 30002]).toContain(answer.errCode!);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  await nats.start();
  await waitUntil(
    'the provider is told that it is paid',
    async () => (await paid(engine, orderId)).data.status === 'paid',
    patienceMs,
  );
  expect((await paid(engine, orderId)).data).toMatchObject({ status: 'paid', toRefund: 0 });
  expect(await engine.stop()).toBe(0);
  expect(await references(folder.path, env)).toEqual([`p-${orderId}`]);
});

test('killed among payments, an engine has each that it said yes to, and takes the others again', async () => {
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const dataDir = folder.path;
  const first = await startTestEngine({ dataDir });
  cleanUps.push(() => first.kill());
  const all = await orders(first, 200);
  const told: string[] = [];
  // Twenty at a time: when fifty are answered, and it dies, there are more to come.
  const waiting = [...all];
  const deliver = async () => {
    for (let orderId = waiting.pop(); orderId !== undefined; orderId = waiting.pop()) {
      const answer = await paid(first, orderId).catch(() => null);
      if (answer?.status !== 200) continue;
      told.push(orderId);
      if (told.length === 50) await first.kill();
    }
  };
  await Promise.all(Array.from({ length: 20 }, deliver));
  expect(told.length).toBeGreaterThanOrEqual(50);
  expect(told.length).toBeLessThan(all.length);
  expect(await references(dataDir)).toEqual(
    expect.arrayContaining(told.map((orderId) => `p-${orderId}`)),
  );
  const second = await startTestEngine({ dataDir });
  cleanUps.push(() => second.kill());
  for (const orderId of all) {
    const again = await paid(second, orderId);
    expect([again.status, again.data.status, again.data.toRefund]).toEqual([200, 'paid', 0]);
  }
  expect(await second.stop()).toBe(0);
  expect(await references(dataDir)).toEqual(all.map((orderId) => `p-${orderId}`).sort());
  expect(await replay(dataDir)).toMatchObject({ code: 0 });
});
