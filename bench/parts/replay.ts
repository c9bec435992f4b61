/** Replay: the audit command over a journal with a history, embedded or in JetStream. */
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { measureCommand } from '../../src/testing/command.ts';
import {
  atLeast,
  atMost,
  median,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../report/report.ts';

/** With fewer, the command's start would dominate. */
const ordersOfManyRounds = 1_000_000;

/** What the memory of an audit is measured against, and may take. */
const ordersOfMany = 10_000_000;
const peakMbMax = 2_000;

/** What an audit of as many should reach. */
const rateMin = 500_000;

interface Audited {
  /** The journal is that of the NATS server that it names. */
  natsUrl?: string;
  /** What the orders are, where they are not only placed. */
  of?: string;
  rounds?: number;
}

export async function replay(
  folder: TemporaryFolder,
  orders: number,
  { natsUrl = '', of = '', rounds = orders < ordersOfManyRounds ? 1 : 3 }: Audited = {},
): Promise<Target[]> {
  const rates: number[] = [];
  const times: number[] = [];
  let peakMb = 0;
  for (let round = 0; round < rounds; round++) {
    const { seconds, peakBytes } = await audit(folder, natsUrl);
    times.push(seconds);
    rates.push(orders / seconds);
    peakMb = Math.max(peakMb, peakBytes / 1e6);
  }
  const read = of === '' ? 'the journal alone' : 'the journal and its snapshots';
  const note = `the whole command, on ${read}, ${median(times).toFixed(1)} s; each round: ${rates.map(thousands).join(', ')}`;
  const name = `${natsUrl === '' ? 'files' : 'JetStream'}${of === '' ? '' : `, ${thousands(orders)} ${of}`}`;
  const rate = `replay, ${name}: orders audited`;
  return [
    orders < ordersOfMany
      ? reported(rate, median(rates), '/s', note)
      : atLeast(rate, median(rates), rateMin, '/s', note),
    peakOf(`audit, ${name}: memory at its peak`, peakMb, orders),
  ];
}

/** A short journal says little of a long one: the process itself takes a hundred megabytes. */
function peakOf(measurement: string, mb: number, orders: number): Target {
  const note = `resident, with ${thousands(orders)} orders`;
  if (orders < ordersOfMany) return reported(measurement, mb, ' MB', note);
  return atMost(measurement, mb, peakMbMax, ' MB', note);
}

/** How long the command takes, and how much memory. */
async function audit(
  folder: TemporaryFolder,
  natsUrl: string,
): Promise<{ seconds: number; peakBytes: number }> {
  const startedAt = performance.now();
  const settings = { DATA_DIR: folder.path, NATS_URL: natsUrl };
  const { code, output, errors, peakBytes } = await measureCommand(['replay', '--json'], settings);
  if (code !== 0) throw new WrongAnswer(`replay: ${output}${errors}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakBytes };
}
