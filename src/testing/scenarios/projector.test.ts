import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { FaultRig } from '../fault-rig.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { type PostgresProxy, proxyPostgres } from '../postgres-proxy.ts';

let nats: NatsServer;
let postgres: PostgresServer;
let proxy: PostgresProxy;
let rig: FaultRig;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

afterEach(async () => {
  await rig.remove();
  proxy.stop();
  await nats.remove();
});

async function sell(script = 'src/main.ts'): Promise<void> {
  nats = await startNats();
  proxy = await proxyPostgres(await postgres.createDatabase());
  rig = new FaultRig({ NATS_URL: nats.url, DATABASE_URL: proxy.url }, { script });
  await rig.sell();
}

test('an engine killed after SQL has committed and before it knows: rows come once', async () => {
  await sell();
  for (let round = 0; round < 3; round++) {
    await rig.buyers.buy(100);
    await proxy.loseNextCommit();
    await rig.engine.kill();
    await rig.start();
  }
  await rig.buyers.buy(100);
  await rig.expectKept();
}, 240_000);

test('a projector that is not told that SQL has committed, and one that crashes just then: rows come once', async () => {
  await sell('src/testing/crash-engine.ts');
  const { buyers } = rig;
  for (let round = 0; round < 4; round++) {
    await buyers.buy(50);
    await proxy.loseNextCommit();
    if (round % 2 === 1) rig.engine.process.input('projector\n');
  }
  await buyers.buy(100);
  expect([...buyers.told]).toEqual([]);
  await rig.expectKept();
}, 240_000);
