import { afterEach, beforeEach, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { ClusterRig } from '../cluster-rig.ts';

let rig: ClusterRig;

beforeEach(async () => {
  rig = await ClusterRig.on(await startNats());
  for (let engine = 1; engine <= 3; engine++) await rig.add();
  await rig.sell();
}, 240_000);

afterEach(() => rig.remove(), 60_000);

test('an engine is killed with -9 under load, and another: the rest sells on at once, and nothing is lost', async () => {
  for (let kill = 1; kill <= 2; kill++) {
    const { member: victim, owned } = await rig.busiest();
    const killedAt = performance.now();
    await rig.kill(victim);
    await rig.sellingAgain('killed with -9', killedAt, owned);
    await rig.buyers.buy(200);
    await rig.startAgain(victim);
    await rig.untilShared();
  }
  await rig.expectKept();
}, 240_000);
