/**
 * Overload: buyers arrive at ten times the rate that the machine can serve, over far more connections
 * than orders can be in flight. Those who get through must be served as fast as ever, refusals must say
 * when to try again, memory must stay bounded, and the engine must recover soon after.
 */
import { writeBodies } from '../load/bodies.ts';
import { type OpenLoopResult, openFilesMax, openLoop, steadyPerSecond } from '../load/open-loop.ts';
import { Pace, type Run, type Share } from '../load/pace.ts';
import {
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { type CpuTimes, cpuBetween, cpuTimes } from '../servers/cpu.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { caughtUp, openSale, orderBodies, postOrder, statementOf, stock } from '../servers/shop.ts';
import { residentNow } from './memory.ts';
import { type Crowd, calm, chartOf, targetsOf, type Usual } from './overload-figures.ts';

const times = 10;
const usualConnections = 256;
/**
 * More than the orders that may be in flight, 8,192 per pair of threads, where the system allows it.
 */
const connectionsOfCrowd = () => Math.min(10_000, openFilesMax() - 1_000);
const patienceMs = 5_000;
/** Enough to warm up compilers and allocators. */
const warmingBodies = 30_000;
/** How long the engine may take to be calm again. */
const calmMsMax = 20_000;
/** What comes in this time after the start of a load is not counted; see `steadyPerSecond`. */
const leadSeconds = 0.3;
const rounds = 3;

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

/** Usual load and crowd take turns, so that whatever else the machine does affects both. */
async function measure(settings: BenchSettings, engine: EngineServer): Promise<Report> {
  const { quick, progress } = settings;
  const seconds = quick ? 0.7 : 2.7;
  const pace = new Pace();
  progress('overload: warming up');
  const warming = { bodies: warmingBodies, seconds: 5 };
  const warm = await load(engine, usualConnections, null, warming);
  await caughtUp(engine);
  pace.saw(warm);
  let peak = warm.accepted / warm.seconds;
  const usuals: Usual[] = [];
  const crowds: Crowd[] = [];
  const usual = async () => {
    usuals.push(await usualLoad(engine, pace, seconds));
    peak = usuals.at(-1)!.perSecond;
  };
  const crowd = async () => {
    crowds.push(await crowdLoad(engine, pace, seconds, times * peak));
  };
  for (let round = 0; round < rounds; round++) {
    progress(`overload: ${times} times ${thousands(peak)} orders a second, round ${round + 1}`);
    for (const turn of round % 2 === 0 ? [usual, crowd] : [crowd, usual]) await turn();
  }
  return {
    ...emptyReport(),
    charts: [chartOf(usuals.at(-1)!, crowds.at(-1)!)],
    targets: targetsOf(usuals, crowds),
  };
}

function usualLoad(engine: EngineServer, pace: Pace, seconds: number): Promise<Usual> {
  return pace.runWithEnough(seconds + leadSeconds, async (share) => {
    const result = await load(engine, usualConnections, null, share);
    return { ...result, ...(await settled(engine, result, seconds)) };
  });
}

/** The same with the crowd, and how the engine copes with it. */
function crowdLoad(
  engine: EngineServer,
  pace: Pace,
  seconds: number,
  ratePerSecond: number,
): Promise<Crowd> {
  const connections = connectionsOfCrowd();
  return pace.runWithEnough(seconds + leadSeconds, async (share) => {
    const residentBefore = residentNow(engine.process.pid);
    let most = residentBefore;
    const watching = setInterval(() => {
      most = Math.max(most, residentNow(engine.process.pid));
    }, 50);
    // Each connection sends at once, before any buyer is answered.
    const bodies = share.bodies + connections;
    const result = await load(engine, connections, ratePerSecond, { ...share, bodies });
    const recoverySeconds = await untilCalm(engine, result.endedAt);
    clearInterval(watching);
    const grownMib = (most - residentBefore) / 2 ** 20;
    return {
      ...result,
      ...(await settled(engine, result, seconds)),
      connections,
      grownMib,
      recoverySeconds,
    };
  });
}

/** The figures of a load once everything that it sent is decided, and in SQL. */
async function settled(
  engine: EngineServer,
  result: Sent,
  seconds: number,
): Promise<Pick<Usual, 'perSecond' | 'cpuMicros'>> {
  await caughtUp(engine);
  const { held } = await statementOf(engine, result.itemId);
  const { http, actor, projector, rest } = cpuBetween(
    result.cpuBefore,
    cpuTimes(engine.process.pid),
  );
  return {
    perSecond: steadyPerSecond(result, leadSeconds, seconds),
    cpuMicros: (http + actor + projector + rest) / 1000 / held,
  };
}

interface Sent extends OpenLoopResult, Run {
  itemId: number;
  /** The engine's, when all connections were open. */
  cpuBefore: CpuTimes;
  endedAt: number;
}

const answers = new Set(['201', '429', '503']);

async function load(
  engine: EngineServer,
  connections: number,
  ratePerSecond: number | null,
  { bodies, seconds }: Share,
): Promise<Sent> {
  const sale = await openSale(engine, stock);
  const files = writeBodies(engine.folder.file('bodies'), orderBodies(sale, bodies));
  const { url } = engine;
  let cpuBefore = cpuTimes(engine.process.pid);
  const result = await openLoop({
    ...{ url, connections, ratePerSecond, seconds, patienceMs, files },
    onOpen: () => {
      cpuBefore = cpuTimes(engine.process.pid);
    },
  });
  const endedAt = performance.now();
  const { held } = await statementOf(engine, sale.itemId);
  const others = Object.keys(result.statuses).filter((status) => !answers.has(status));
  if (others.length > 0 || result.withoutRetryAfter > 0) {
    throw new WrongAnswer(`overload: other answers came: ${JSON.stringify(result)}`);
  }
  if (held < result.accepted || held > result.sent) {
    throw new WrongAnswer(`overload: ${result.accepted} accepted, but ${held} units held`);
  }
  return { ...result, itemId: sale.itemId, cpuBefore, endedAt, requests: result.sent };
}

/** Seconds from the end of the load until the engine answers as on a calm day. */
async function untilCalm(engine: EngineServer, endedAt: number): Promise<number> {
  const sale = await openSale(engine, stock);
  let calmSince = endedAt;
  let buyer = 1;
  for (let calmly = 0; calmly < calm.orders; buyer++) {
    const sentAt = performance.now();
    if (calmly === 0) calmSince = sentAt;
    // A machine that is busy for this long is busy with something else.
    if (calmSince - endedAt > calmMsMax) break;
    const { status } = await postOrder(engine, orderBodies(sale, 1, buyer)[0]!);
    // One that is still busy is not asked again at once.
    if (status !== 201) await Bun.sleep(10);
    calmly = status === 201 && performance.now() - sentAt < calm.ms ? calmly + 1 : 0;
  }
  return (calmSince - endedAt) / 1000;
}
