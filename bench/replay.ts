/** Replay: the audit command over a journal with a history. */
import { fileURLToPath } from 'node:url';
import type { TemporaryFolder } from '../src/testing/process.ts';
import { atLeast, type Target, WrongAnswer } from './report.ts';

const leastPerSecond = 500_000;
const command = fileURLToPath(new URL('../src/replay/main.ts', import.meta.url));

export async function replay(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, command, '--json'], {
    env: { ...process.env, DATA_DIR: folder.path },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const output = await new Response(child.stdout).text();
  const errors = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new WrongAnswer(`replay: ${output}${errors}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const note = 'the whole command, on the journal alone';
  return [atLeast('replay: orders audited', orders / seconds, leastPerSecond, '/s', note)];
}
