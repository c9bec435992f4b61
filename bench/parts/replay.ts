/** Replay: the audit command over a journal with a history, in SQLite or JetStream. */
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { runCommand } from '../../src/testing/command.ts';
import { median, reported, type Target, thousands, WrongAnswer } from '../report/report.ts';

/** With fewer, the command's start would dominate. */
const ordersOfManyRounds = 1_000_000;

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
  const settings = { DATA_DIR: folder.path, NATS_URL: natsUrl };
  const { code, output, errors } = await runCommand(['replay', '--json'], settings);
  if (code !== 0) throw new WrongAnswer(`replay: ${output}${errors}`);
  return (performance.now() - startedAt) / 1000;
}
