import { afterEach, describe, test } from 'bun:test';
import { truncateSync, writeFileSync } from 'node:fs';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { canMount, smallFolder, waitUntil } from '../../../actors/testing/process.ts';
import { FaultRig } from '../fault-rig.ts';

const roomBytes = 32 * 1024 * 1024;
/** Room left beside the ballast: enough for some seconds of selling. */
const leftBytes = 256 * 1024;

let nats: NatsServer;
let rig: FaultRig;

afterEach(async () => {
  await rig.remove();
  await nats.remove();
});

/** Fills the file system but for `leftBytes`; returns what frees it again. */
function fill(): () => void {
  const ballast = nats.folder.file('ballast');
  const { stdout } = Bun.spawnSync(['df', '--output=avail', '-B1', nats.folder.path]);
  const available = Number(stdout.toString().split('\n')[1]);
  writeFileSync(ballast, new Uint8Array(available - leftBytes));
  return () => truncateSync(ballast, 0);
}

describe.if(canMount)("nats-server's disk full under load", () => {
  test('nothing is promised, readyz says so, nothing is lost; with room, and nats-server killed and started again, it sells', async () => {
    nats = await startNats({ folder: smallFolder(roomBytes) });
    rig = new FaultRig({ NATS_URL: nats.url });
    await rig.sell();
    const { buyers } = rig;
    const free = fill();
    const filledAt = performance.now();
    await rig.untilNotReady(/partition/);
    const notReadyMs = Math.round(performance.now() - filledAt);
    const { refusedForNow } = buyers;
    await waitUntil('buyers are told to come back', () => buyers.refusedForNow > refusedForNow);
    console.log(`not ready ${notReadyMs} ms after there was little room`);
    const { bought } = buyers;
    free();
    // A stream of nats-server 2.9 that met a full disk hangs, and the server does not leave when asked.
    await Bun.sleep(2_000);
    console.log(`with room, before the restart: ${buyers.bought - bought} orders in 2 s`);
    await nats.kill();
    await nats.start();
    const ms = await buyers.buy(100);
    console.log(`100 orders ${ms} ms after the restart`);
    await rig.untilReady();
    await rig.expectKept();
  }, 240_000);
});
