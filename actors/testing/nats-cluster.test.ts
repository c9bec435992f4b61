import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { type NatsCluster, startNatsCluster } from './nats-cluster.ts';
import { accepts, waitUntil } from './process.ts';

setDefaultTimeout(240_000);

let cluster: NatsCluster;

afterEach(() => cluster.remove());

test('a node that is cut off keeps its clients, is led by no one else, and follows again when healed', async () => {
  cluster = await startNatsCluster();
  const stream = { name: 'TEST', subjects: ['test'], storage: 'file', num_replicas: 3 };
  expect(await cluster.nodes[1]!.api('STREAM.CREATE.TEST', stream)).not.toHaveProperty('error');
  const cutOff = await cluster.untilLed('TEST');
  const [other = 0, third = 0] = [0, 1, 2].filter((node) => node !== cutOff);
  cluster.cut(cutOff);
  await waitUntil('the others have found another leader', async () => {
    const [known, alsoKnown] = [
      await cluster.leaderOf('TEST', other),
      await cluster.leaderOf('TEST', third),
    ];
    return known !== null && known !== cutOff && known === alsoKnown;
  });
  // No answer comes from the others by any other way than the routes.
  expect([cutOff, null]).toContain(await cluster.leaderOf('TEST', cutOff));
  expect(await accepts(cluster.nodes[cutOff]!.port)).toBe(true);
  cluster.heal(cutOff);
  await cluster.untilWhole();
  await waitUntil('it follows', async () => {
    const led = await cluster.leaderOf('TEST', cutOff);
    return led !== null && led === (await cluster.leaderOf('TEST', other));
  });
});
