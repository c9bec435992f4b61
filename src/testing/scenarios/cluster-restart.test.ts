import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { ClusterRig } from '../cluster-rig.ts';

let rig: ClusterRig;

beforeEach(async () => {
  rig = await ClusterRig.on(await startNats());
}, 240_000);

afterEach(() => rig.remove(), 60_000);

test('three engines are restarted under load, one after the other: nobody is sent away', async () => {
  for (let engine = 1; engine <= 3; engine++) await rig.add();
  await rig.sell();
  for (const member of rig.members) {
    rig.buyers.slowestMs = 0;
    const leftAt = performance.now();
    expect(await rig.leave(member)).toBe(0);
    console.log(
      `left within ${Math.round(performance.now() - leftAt)} ms, the slowest answer took ${Math.round(rig.buyers.slowestMs)} ms`,
    );
    rig.expectNobodySentAway();
    await rig.startAgain(member);
    await rig.untilShared();
  }
  rig.expectNobodySentAway();
  await rig.expectKept();
}, 240_000);

test('an engine joins under load: partitions move to it, and nobody is sent away', async () => {
  for (let engine = 1; engine <= 2; engine++) await rig.add();
  await rig.sell();
  rig.buyers.slowestMs = 0;
  let owned: number[] = [];
  // Of eight partitions it may be that none is to be the third engine's; then a fourth joins.
  while (owned.length === 0) {
    const joining = await rig.add();
    await rig.untilShared();
    owned = await rig.ownedBy(joining);
  }
  await rig.buyers.buy(300);
  console.log(
    `partitions ${owned} moved, the slowest answer took ${Math.round(rig.buyers.slowestMs)} ms`,
  );
  rig.expectNobodySentAway();
  await rig.expectKept();
}, 240_000);
