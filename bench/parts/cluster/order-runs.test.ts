import { expect, setDefaultTimeout, test } from 'bun:test';
import { untilSteady, withCluster } from '../../servers/cluster.ts';
import { startFloorServer } from '../../servers/servers.ts';
import { openSale, orderBodies, postOrder } from '../../servers/shop.ts';
import { sumOf, sumOfAll } from './by-process.ts';
import { OrderRuns } from './order-runs.ts';

setDefaultTimeout(240_000);

test('orders at their owner and forwarded ones are accepted, and counted by process', async () => {
  const runs = await withCluster(1, async (cluster) => {
    const sale = await openSale(cluster.engines[0]!, 1_000_000);
    const owners = await untilSteady(cluster);
    const owner = owners[sale.itemId % owners.length]!;
    const sample = await postOrder(cluster.engines[owner]!, orderBodies(sale, 1)[0]!);
    const floor = await startFloorServer(sample);
    const roles = { owner, other: (owner + 1) % cluster.engines.length };
    const runs = new OrderRuns({ cluster, floor, sale, ...roles, progress: () => undefined });
    await runs.rest(1);
    const measured = await runs.rounds(8, 1, 1);
    await floor.stop();
    return { ...measured, roles };
  });
  const [atOwner, forwarded, floor] = [runs.owner[0]!, runs.other[0]!, runs.floor[0]!];
  for (const { requestsPerSecond } of [atOwner, forwarded, floor]) {
    expect(requestsPerSecond).toBeGreaterThan(0);
  }
  const { owner, other } = runs.roles;
  expect(atOwner.cpu.engines[owner]!.http).toBeGreaterThan(0);
  expect(atOwner.cpu.engines[owner]!.actor).toBeGreaterThan(0);
  expect(forwarded.cpu.engines[other]!.http).toBeGreaterThan(forwarded.cpu.engines[owner]!.http);
  expect(forwarded.cpu.engines[owner]!.actor).toBeGreaterThan(0);
  expect(sumOfAll(forwarded.cpu)).toBeGreaterThan(0);
  expect(sumOf(floor.floorCpu)).toBeGreaterThan(0);
});
