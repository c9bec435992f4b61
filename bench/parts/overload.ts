/**
 * Overload: buyers arrive at ten times the rate that the machine takes, over far more connections
 * than orders can be under way. Those who get through must be served as fast as ever, refusals must
 * say when to come again, memory must stay bounded, and the engine must be itself again soon after.
 */
import { writeFileSync } from 'node:fs';
import { generatorThreads } from '../load/generator.ts';
import { type OpenLoopResult, openLoop } from '../load/open-loop.ts';
import {
  atLeast,
  atMost,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { caughtUp, openSale, orderBodies, postOrder, statementOf } from '../servers/shop.ts';
import { residentNow } from './memory.ts';

const times = 10;
const usualConnections = 256;
/** More than the orders that may be under way, 8,192 for each pair of threads. */
const crowdConnections = 10_000;
const patienceMs = 5_000;
const leastOfPeak = 0.8;
const mostGrowthMib = 512;
const mostRecoverySeconds = 2;
/** Quick enough for somebody who is to come again later. */
const mostRefusalMs = 1_000;
/** Itself again: so many orders in a row, each accepted within this. */
const calmOrders = 20;
const calmMs = 100;

export const overload: Part = {
  name: 'overload',
  async run(settings) {
    const engine = await startEngineServer();
    try {
      return await measure(settings, engine);
    } finally {
      await engine.stop();
    }
  },
};

async function measure(settings: BenchSettings, engine: EngineServer): Promise<Report> {
  const { quick, progress } = settings;
  const seconds = quick ? 1 : 3;
  progress('overload: the peak rate');
  await load(engine, usualConnections, 100_000, 1); // Compilers and allocators are warm after this.
  const usual = await load(engine, usualConnections, 100_000, seconds);
  const peak = usual.accepted / usual.seconds;
  progress(`overload: ${times} times ${thousands(peak)} orders a second`);
  const before = residentNow(engine.process.pid);
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, residentNow(engine.process.pid));
  }, 50);
  const crowd = await load(engine, crowdConnections, times * peak, seconds);
  const recoverySeconds = await untilCalm(engine, crowd.endedAt);
  clearInterval(watching);
  return {
    ...emptyReport(),
    charts: [
      {
        title: 'Accepted orders under ten times the load',
        xLabel: 'seconds',
        yLabel: 'orders a second',
        steps: false,
        lines: [
          { name: 'usual load', points: overTime(usual) },
          { name: 'ten times the load', points: overTime(crowd) },
        ],
      },
    ],
    targets: targetsOf(crowd, peak, (most - before) / 2 ** 20, recoverySeconds),
  };
}

function overTime({ acceptedPerTenth }: OpenLoopResult): [number, number][] {
  return acceptedPerTenth.slice(0, -1).map((count, tenth) => [(tenth + 1) / 10, count * 10]);
}

function targetsOf(
  crowd: OpenLoopResult,
  peak: number,
  growthMib: number,
  recoverySeconds: number,
): Target[] {
  const perSecond = crowd.accepted / crowd.seconds;
  const rate = crowd.arrivals / crowd.seconds;
  const through =
    `${thousands(rate)}/s arrived over ${thousands(crowdConnections)} connections, ` +
    `${thousands(crowd.sent)} of ${thousands(crowd.arrivals)} got through: ` +
    `${JSON.stringify(crowd.statuses)}, ${crowd.gaveUp} hung up`;
  // A short run may be over before anybody is refused.
  const quick =
    crowd.refused === 0
      ? []
      : [atMost('overload: refusals, p99', crowd.refusedP99Ms, mostRefusalMs, ' ms')];
  const share = (crowd.refused / (crowd.accepted + crowd.refused)) * 100;
  const calm = `until ${calmOrders} orders in a row take less than ${calmMs} ms each`;
  return [
    atLeast('overload: accepted, of the peak rate', perSecond / peak, leastOfPeak, '', through),
    reported('overload: told to come again later', share, ' %', 'all with Retry-After'),
    ...quick,
    reported('overload: accepted orders, p99', crowd.acceptedP99Ms, ' ms'),
    atMost('overload: memory grown by', growthMib, mostGrowthMib, ' MiB', 'resident, at most'),
    atMost('overload: itself again after', recoverySeconds, mostRecoverySeconds, ' s', calm),
  ];
}

async function load(
  engine: EngineServer,
  connections: number,
  ratePerSecond: number,
  seconds: number,
): Promise<OpenLoopResult & { endedAt: number }> {
  const sale = await openSale(engine, 100_000_000);
  const bodiesFile = engine.folder.file('bodies');
  // No generator sends faster than this, whatever the rate at which buyers arrive.
  const fastest = Math.min(ratePerSecond, 60_000 * generatorThreads());
  writeFileSync(bodiesFile, orderBodies(sale, Math.ceil(fastest * seconds * 1.2)).join('\n'));
  const { url } = engine;
  const settings = { url, connections, ratePerSecond, seconds, patienceMs, bodiesFile };
  const result = await openLoop(settings);
  const endedAt = performance.now();
  const { held } = await statementOf(engine, sale.itemId);
  const others = Object.keys(result.statuses).filter((status) => !answers.has(status));
  if (others.length > 0 || result.withoutRetryAfter > 0) {
    throw new WrongAnswer(`overload: other answers came: ${JSON.stringify(result)}`);
  }
  if (held < result.accepted || held > result.sent) {
    throw new WrongAnswer(`overload: ${result.accepted} accepted, but ${held} units held`);
  }
  if (connections === usualConnections) await caughtUp(engine);
  return { ...result, endedAt };
}

const answers = new Set(['201', '429', '503']);

/** Seconds from the end of the load until the engine answers as it does on a calm day. */
async function untilCalm(engine: EngineServer, endedAt: number): Promise<number> {
  const bodies = orderBodies(await openSale(engine, 100_000), 1_000);
  let calmSince = endedAt;
  for (let calm = 0; calm < calmOrders; ) {
    const body = bodies.pop();
    if (body === undefined) throw new WrongAnswer('overload: the engine did not become calm');
    const sentAt = performance.now();
    if (calm === 0) calmSince = sentAt;
    const { status } = await postOrder(engine, body);
    calm = status === 201 && performance.now() - sentAt < calmMs ? calm + 1 : 0;
  }
  return (calmSince - endedAt) / 1000;
}
