import { afterEach, beforeEach, expect, test } from 'bun:test';
import { appendTimeoutMs } from '../../../actors/limits.ts';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { FaultRig } from '../fault-rig.ts';

let nats: NatsServer;
let rig: FaultRig;

beforeEach(async () => {
  nats = await startNats();
  rig = new FaultRig({ NATS_URL: nats.url });
});

afterEach(async () => {
  await rig.remove();
  await nats.remove();
});

test('nats-server killed with -9 under load: no one is promised anything until it is back, and nothing is lost', async () => {
  await rig.sell();
  const { buyers } = rig;
  for (let round = 1; round <= 2; round++) {
    await nats.kill();
    await rig.untilNotReady(/the journal .* does not answer|is unavailable|is recovering/);
    const [awayAt, { refusedForNow }] = [performance.now(), buyers];
    await waitUntil(
      'buyers are told to come back',
      () => buyers.refusedForNow > refusedForNow + 24,
    );
    expect(buyers.lastPromiseAskedAt).toBeLessThan(awayAt);
    await nats.start();
    const ms = await buyers.buy(1);
    console.log(`round ${round}: selling again ${ms} ms after nats-server came back`);
    await rig.untilReady();
    await buyers.buy(200);
  }
  await rig.expectKept();
}, 240_000);

test('nats-server stopped for longer than an append may take: unknown outcomes are resolved, late stores fork nothing', async () => {
  await rig.sell();
  const { buyers } = rig;
  for (let round = 1; round <= 2; round++) {
    await nats.freeze();
    await rig.untilNotReady(/partition/);
    await Bun.sleep(appendTimeoutMs + 500);
    const { bought } = buyers;
    nats.thaw();
    const ms = await buyers.buy(1);
    console.log(`round ${round}: selling again ${ms} ms after nats-server went on`);
    expect(buyers.bought).toBeGreaterThan(bought);
    await buyers.buy(200);
  }
  const unknown = buyers.told.get(10004);
  console.log(
    `${unknown} told that the outcome is unknown, ${buyers.foundByToken} of them had an order`,
  );
  expect(unknown).toBeGreaterThan(0);
  await rig.untilReady();
  await rig.expectKept();
}, 240_000);
