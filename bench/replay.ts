/** Replay: the audit command over a journal with a history, in SQLite or JetStream. */
import { fileURLToPath } from 'node:url';
import type { TemporaryFolder } from '../actors/testing/process.ts';
import { atLeast, type Target, WrongAnswer } from './report.ts';

const leastPerSecond = { SQLite: 500_000, JetStream: 200_000 };
const command = fileURLToPath(new URL('../src/replay/main.ts', import.meta.url));

/** With a URL, over the journal of the NATS server that it names. */
export async function replay(
  folder: TemporaryFolder,
  orders: number,
  natsUrl = '',
): Promise<Target[]> {
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, command, '--json'], {
    env: { ...process.env, DATA_DIR: folder.path, NATS_URL: natsUrl },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const output = await new Response(child.stdout).text();
  const errors = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new WrongAnswer(`replay: ${output}${errors}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const note = 'the whole command, on the journal alone';
  const name = natsUrl === '' ? 'SQLite' : 'JetStream';
  const least = leastPerSecond[name];
  return [atLeast(`replay, ${name}: orders audited`, orders / seconds, least, '/s', note)];
}
