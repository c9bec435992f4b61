/**
 * How evenly orders are answered: they come at half of the rate that the machine takes, over many connections,
 * whether or not others were answered, and each counts from when it was due.
 */
import { writeBodies } from '../load/bodies.ts';
import { type OpenLoopResult, openFilesMax, openLoop } from '../load/open-loop.ts';
import { runOrders } from '../load/order-load.ts';
import { Pace } from '../load/pace.ts';
import {
  atMost,
  type BenchSettings,
  emptyReport,
  median,
  type Part,
  type Report,
  type Target,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { caughtUp, openSale, orderBodies, statementOf, stock } from '../servers/shop.ts';

const mostMs = { p50: 2, p99: 8, p999: 25 } as const;
/** Of the rate that the engine takes. */
const share = 1 / 2;
const peakConnections = 256;
/** Many buyers, where the system allows as many. */
const connectionsOfMany = () => Math.min(1_000, openFilesMax() - 1_000);
const patienceMs = 5_000;
/** What comes in this time is not counted: the generator's code is not yet compiled. */
const leadSeconds = 1;

export const evenOrders: Part = {
  name: 'open loop',
  async run(settings) {
    const engine = await startEngineServer();
    try {
      return await measure(settings, engine);
    } finally {
      await engine.stop();
    }
  },
};

async function measure({ quick, progress }: BenchSettings, engine: EngineServer): Promise<Report> {
  const pace = new Pace();
  const peak = { engine, pace, connections: peakConnections, seconds: quick ? 1 : 2 };
  progress('open loop: how much the engine takes');
  await runOrders(peak); // Compilers and allocators are warm after this.
  const peaks: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const { requests, seconds } = await runOrders(peak);
    peaks.push(requests / seconds);
  }
  const rate = median(peaks) * share;
  const rounds: OpenLoopResult[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    progress(`open loop: ${thousands(rate)} orders a second, round ${round + 1}`);
    rounds.push(await comeAt(engine, rate, leadSeconds + (quick ? 2 : 5)));
  }
  return { ...emptyReport(), targets: targetsOf(rate, rounds) };
}

async function comeAt(
  engine: EngineServer,
  ratePerSecond: number,
  seconds: number,
): Promise<OpenLoopResult> {
  const sale = await openSale(engine, stock);
  const bodies = orderBodies(sale, Math.ceil(ratePerSecond * seconds) + 1_000);
  const files = writeBodies(engine.folder.file('bodies'), bodies);
  const { url } = engine;
  const connections = connectionsOfMany();
  const result = await openLoop({
    ...{ url, connections, ratePerSecond, seconds, patienceMs, files },
    ...{ allWait: true, leadSeconds },
  });
  const { arrivals, sent, accepted, refused, gaveUp, unanswered, statuses } = result;
  const { held } = await statementOf(engine, sale.itemId);
  const others = Object.keys(statuses).filter((status) => status !== '201' && status !== '503');
  if (others.length > 0 || held < accepted || held > accepted + gaveUp + unanswered) {
    const what = `${accepted} accepted, ${gaveUp} hung up, ${unanswered} unanswered`;
    throw new WrongAnswer(`open loop: ${JSON.stringify(statuses)}: ${what}, ${held} held`);
  }
  if (sent < arrivals || accepted + refused === 0) {
    throw new Error(`open loop: ${sent} of ${arrivals} who came were sent`);
  }
  await caughtUp(engine);
  return result;
}

/** Medians of the rounds. */
export function targetsOf(rate: number, rounds: readonly OpenLoopResult[]): Target[] {
  const target = (
    name: string,
    most: number,
    figure: (round: OpenLoopResult) => number,
    more: string,
  ) => {
    const each = rounds.map((round) => figure(round).toFixed(2)).join(', ');
    const note = `each round: ${each}${more}`;
    return atMost(
      `open loop, half of the peak: ${name}`,
      median(rounds.map(figure)),
      most,
      ' ms',
      note,
    );
  };
  const late = median(rounds.map(({ lateP50Ms }) => lateP50Ms)).toFixed(2);
  const generator = median(rounds.map(({ cpuSeconds, sent }) => (cpuSeconds * 1e6) / sent));
  const shed = rounds.reduce((sum, { refused }) => sum + refused, 0);
  const more = [
    `${thousands(rate)} orders a second; they were sent ${late} ms after they were due, p50`,
    `the generator used ${generator.toFixed(0)} µs a request`,
    ...(shed === 0 ? [] : [`${thousands(shed)} were told to come again`]),
  ];
  return [
    target('p50', mostMs.p50, ({ acceptedP50Ms }) => acceptedP50Ms, `; ${more.join('; ')}`),
    target('p99', mostMs.p99, ({ acceptedP99Ms }) => acceptedP99Ms, ''),
    target('p99.9', mostMs.p999, ({ acceptedP999Ms }) => acceptedP999Ms, ''),
  ];
}
