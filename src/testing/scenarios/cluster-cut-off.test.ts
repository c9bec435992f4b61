import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { type Relay, startRelay } from '../../../actors/testing/relay.ts';
import { ClusterRig } from '../cluster-rig.ts';
import { patienceMs, readinessOf } from '../fault-rig.ts';

let nats: NatsServer;
let rig: ClusterRig;
/** Before the connections of each engine, by its number. */
let relays: Relay[];

beforeEach(async () => {
  nats = await startNats();
  relays = await Promise.all([0, 1, 2].map(() => startRelay(nats.port)));
  rig = await ClusterRig.on(nats);
  const urls = relays.map(({ port }) => `nats://127.0.0.1:${port}`);
  for (const NATS_URL of urls) await rig.add({ NATS_URL });
  await rig.sell();
}, 240_000);

afterEach(async () => {
  await rig.remove();
  for (const relay of relays) await relay.stop();
}, 240_000);

for (const [how, cut] of [
  ['its connection stays open and silent', (relay: Relay) => relay.hold()],
  ['its connection is ended', (relay: Relay) => relay.cut()],
] as const) {
  test(`an engine is cut off from NATS, ${how}: it says so and sells nothing, the others take over`, async () => {
    const { member: cutOff, owned } = await rig.busiest();
    const relay = relays[cutOff.number]!;
    cut(relay);
    const cutAt = performance.now();
    cutOff.asked = false;
    await rig.sellingAgain(`cut off, ${how}`, cutAt, owned);
    await waitUntil(
      'it says that it is not ready',
      async () => !(await readinessOf(cutOff.engine)).ready,
      patienceMs,
    );
    const askedAt = performance.now();
    const codes = await Promise.all(
      rig.sales.map((sale) => rig.buyers.tryOnce(sale, cutOff.engine)),
    );
    for (const code of codes) expect([10004, 30002, 30003]).toContain(code!);
    console.log(`${Math.round(performance.now() - askedAt)} ms until all were told to ask again`);
    await rig.buyers.buy(100);
    relay.heal();
    cutOff.asked = true;
    await rig.untilShared();
    await rig.expectKept();
  }, 240_000);
}

test('the bucket of members is deleted: who owns what is found again, and moves as before', async () => {
  await nats.api('STREAM.DELETE.KV_STAMPEDE_MEMBERS', {});
  await rig.buyers.buy(200);
  await rig.untilShared();
  const { member: victim, owned } = await rig.busiest();
  const killedAt = performance.now();
  await rig.kill(victim);
  await rig.sellingAgain('killed after the bucket was deleted', killedAt, owned);
  await rig.startAgain(victim);
  await rig.untilShared();
  await rig.expectKept();
}, 240_000);
