import { afterEach, expect, test } from 'bun:test';
import { symlinkSync } from 'node:fs';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { startTestEngine, type TestEngine } from '../engine-process.ts';
import { FaultRig, reasonsOf } from '../fault-rig.ts';

let rig: FaultRig;
let second: TestEngine | null = null;
let folder: TemporaryFolder | null = null;

afterEach(async () => {
  await rig.remove();
  await second?.kill();
  folder?.remove();
});

const fencedBy = (engine: TestEngine) => engine.process.output().includes('fenced: another writer');

/**
 * Buyers ask two engines in turn, the same token now here and now there, while both write the same
 * journal. Then the first is killed, and the second goes on alone.
 */
async function sellOnBoth(dataDir: string): Promise<void> {
  let asked = 0;
  // The first engine is asked more often, so that it becomes the writer and stays it.
  const both = () => (second !== null && asked++ % 10 === 0 ? second : rig.engine);
  await rig.sell(both);
  second = await startTestEngine({ dataDir, env: rig.env });
  const [first, other] = [rig.engine, second];
  const { buyers } = rig;
  await waitUntil('one of them is fenced, and says so', async () => {
    const reasons = [...(await reasonsOf(first)), ...(await reasonsOf(other))];
    return reasons.some((each) => each.endsWith('is fenced'));
  });
  expect(fencedBy(first) || fencedBy(other)).toBe(true);
  await buyers.buy(300);
  await first.kill();
  rig.goOnWith(other);
  const ms = await buyers.buy(1);
  console.log(`the second engine sold alone ${ms} ms after the first was killed`);
  await rig.untilReady();
  await buyers.buy(300);
  await buyers.stop();
  await buyers.askAgain();
  await rig.untilProjected();
  expect(await other.stop()).toBe(0);
  const { told, notKnown } = buyers;
  console.log(`told to ask again ${JSON.stringify([...told])}, not known ${notKnown}`);
  await buyers.expectKept(dataDir, rig.env);
}

test('two engines on one SQLite journal: one writes, the other is fenced; no unit is sold twice', async () => {
  rig = new FaultRig({});
  folder = temporaryFolder();
  // A folder is one engine's alone; links to the same databases are the way around that.
  for (const name of ['journal.db', 'stampede.db']) {
    symlinkSync(rig.folder.file(name), folder.file(name));
  }
  await sellOnBoth(folder.path);
}, 240_000);
