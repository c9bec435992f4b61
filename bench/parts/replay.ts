/** Replay: the audit command over a journal with a history, in SQLite or JetStream. */
import { fileURLToPath } from 'node:url';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { median, reported, type Target, thousands, WrongAnswer } from '../report/report.ts';

/** Fewer are a matter of the command's start. */
const ordersOfManyRounds = 1_000_000;
const command = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** With a URL, over the journal of the NATS server that it names. */
export async function replay(
  folder: TemporaryFolder,
  orders: number,
  natsUrl = '',
): Promise<Target[]> {
  const rounds: number[] = [];
  for (let round = 0; round < (orders < ordersOfManyRounds ? 1 : 3); round++) {
    rounds.push(orders / (await seconds(folder, natsUrl)));
  }
  const note = `the whole command, on the journal alone; each round: ${rounds.map(thousands).join(', ')}`;
  const name = natsUrl === '' ? 'SQLite' : 'JetStream';
  return [reported(`replay, ${name}: orders audited`, median(rounds), '/s', note)];
}

/** How long the command takes. */
async function seconds(folder: TemporaryFolder, natsUrl: string): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, command, 'replay', '--json'], {
    env: { ...process.env, DATA_DIR: folder.path, NATS_URL: natsUrl },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const output = await new Response(child.stdout).text();
  const errors = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new WrongAnswer(`replay: ${output}${errors}`);
  return (performance.now() - startedAt) / 1000;
}
