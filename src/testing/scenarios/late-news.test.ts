/** What SQL learns late, of what an actor has decided, must be shown once SQL knows it. */
import { expect, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, startTestEngine } from '../engine-process.ts';

test('a change of an item that was journaled while the projector was away is shown when it is back', async () => {
  const folder = temporaryFolder();
  const script = 'src/testing/crash-engine.ts';
  const engine = await startTestEngine({ dataDir: folder.path, script });
  try {
    const id = await engine.item(5);
    const limit = async () => {
      const item = await engine.api<{ limitPerUser: number }>('GET', `/api/items/${id}`);
      return mustSucceed(item).limitPerUser;
    };
    const before = await limit();
    // A thread that dies young is started again after pauses that double, to a second.
    const deaths = () => engine.process.output().split('thread died').length - 1;
    for (let death = 1; death <= 6; death++) {
      engine.process.input('projector\n');
      await waitUntil('the projector is dead', () => deaths() === death);
    }
    mustSucceed(await engine.api('PATCH', `/api/items/${id}`, { limitPerUser: 7 }));
    // Whoever looks now has the old value at hand, as a rule, and keeps it.
    await limit();
    await waitUntil('the new limit is shown', async () => (await limit()) === 7);
    expect(before).not.toBe(7);
  } finally {
    await engine.stop();
    folder.remove();
  }
}, 240_000);
