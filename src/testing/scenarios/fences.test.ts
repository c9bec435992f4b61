import { afterEach, expect, test } from 'bun:test';
import { symlinkSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { spawnEngine, startTestEngine, type TestEngine } from '../engine-process.ts';
import { FaultRig } from '../fault-rig.ts';

let rig: FaultRig;
let second: TestEngine | null = null;
let folder: TemporaryFolder | null = null;

afterEach(async () => {
  await rig.remove();
  await second?.kill();
  folder?.remove();
});

test('two engines on one embedded journal: the second does not start while the first lives, and goes on when it is dead', async () => {
  rig = new FaultRig({});
  folder = temporaryFolder();
  const dataDir = folder.path;
  await rig.sell();
  // A folder is one engine's alone; links to what is in it are the way around that.
  for (const name of ['journal', 'stampede.db'])
    symlinkSync(rig.folder.file(name), folder.file(name));
  const refused = spawnEngine({ dataDir, env: rig.env });
  expect(await refused.ended).toBe(2);
  expect(refused.output()).toContain(`another engine has ${folder.file('journal')}`);
  const { buyers } = rig;
  await buyers.buy(300);
  await rig.engine.kill();
  second = await startTestEngine({ dataDir, env: rig.env });
  rig.goOnWith(second);
  await rig.untilReady();
  await buyers.buy(300);
  await buyers.stop();
  await buyers.askAgain();
  await rig.untilProjected();
  expect(await second.stop()).toBe(0);
  await buyers.expectKept(dataDir, rig.env);
}, 240_000);
