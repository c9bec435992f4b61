/** Recovery: from the start of the process until the engine is ready, on a journal with a history. */
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { waitUntil } from '../../actors/testing/process.ts';
import { reported, type Target, thousands } from '../report/report.ts';
import { startEngineServer } from '../servers/servers.ts';

export async function recovery(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const startedAt = performance.now();
  const engine = await startEngineServer({ folder });
  try {
    await waitUntil('the engine is ready', async () => {
      return (await fetch(`${engine.url}/readyz`)).ok;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const name = `recovery of ${thousands(orders)} orders: until ready`;
    return [reported(name, seconds, ' s', 'process start included')];
  } finally {
    await engine.stop();
  }
}
