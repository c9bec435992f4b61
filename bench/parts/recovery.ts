/** Recovery: from the start of the process until the engine is ready, on a journal with a history. */
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { waitUntil } from '../../actors/testing/process.ts';
import { atMost, reported, type Target, thousands } from '../report/report.ts';
import { startEngineServer } from '../servers/servers.ts';

const mostSeconds = 3;

export async function recovery(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const startedAt = performance.now();
  const engine = await startEngineServer({ folder });
  try {
    await waitUntil('the engine is ready', async () => {
      return (await fetch(`${engine.url}/readyz`)).ok;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const name = `recovery of ${thousands(orders)} orders: until ready`;
    const note = 'process start included';
    if (orders < 1_000_000) return [reported(name, seconds, ' s', note)];
    return [atMost(name, seconds, mostSeconds, ' s', note)];
  } finally {
    await engine.stop();
  }
}
