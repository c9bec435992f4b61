import { afterEach, expect, test } from 'bun:test';
import { makeAuthority } from '../../../actors/testing/certificates.ts';
import { type NatsCluster, startNatsCluster } from '../../../actors/testing/nats-cluster.ts';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { FaultRig } from '../fault-rig.ts';

let cluster: NatsCluster;
let rig: FaultRig;
let folder: TemporaryFolder;

afterEach(async () => {
  await rig.remove();
  await cluster.remove();
  folder.remove();
});

/**
 * The engine knows one node by the settings and the others from that node, by addresses alone, while the
 * certificates are for a name; once it is cut off, the node no longer names the others. What buyers were
 * told is compared with what the others have while the node is cut off still: with nats-server 2.9 a node
 * that comes back may show entries that only it ever had.
 */
test('the node that the engine is connected to is cut off: it goes on by way of another that it has heard of', async () => {
  folder = temporaryFolder();
  const authority = makeAuthority(folder);
  const { certificate, key } = authority.issue('server', 'DNS:localhost');
  cluster = await startNatsCluster([
    `tls { cert_file: "${certificate}", key_file: "${key}", timeout: 5 }`,
    'authorization { user: "engine", password: "hunter2" }',
  ]);
  const [first, second] = cluster.nodes.map(({ port }) => `tls://engine:hunter2@localhost:${port}`);
  const env = { NATS_URL: first!, NATS_CA: authority.path, JOURNAL_REPLICAS: '3' };
  rig = new FaultRig({ ...env, LOG_LEVEL: 'trace' });
  await rig.sell();
  const { buyers } = rig;
  cluster.cut(0);
  const cutAt = performance.now();
  const output = () => rig.engine.process.output();
  await waitUntil('the engine leaves the node', () => /left nats:\S+ .* for nats:/.test(output()));
  const leftMs = Math.round(performance.now() - cutAt);
  const ms = await buyers.buy(1);
  console.log(`left the node ${leftMs} ms after the cut, selling again ${ms} ms later`);
  await buyers.buy(100);
  // Leaders of all streams have to be chosen anew, by a majority that may take its time.
  await rig.untilReady(150_000);
  await cluster.untilLedWithout(0);
  rig.env.NATS_URL = second!;
  await rig.expectKept();
  expect(output()).not.toContain('hunter2');
}, 270_000);
