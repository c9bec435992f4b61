/**
 * Orders beside the archivist: the same engine on the same history, once while its archivist stores snapshots all
 * the time and once while it stores none, at a fixed rate that is half of what the machine takes.
 */
import { cpSync, readdirSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { writeBodies } from '../../load/bodies.ts';
import { openLoop } from '../../load/open-loop.ts';
import {
  atMost,
  median,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../../report/report.ts';
import { cpuBetween, cpuTimes } from '../../servers/cpu.ts';
import { type EngineServer, startEngineServer } from '../../servers/servers.ts';
import { caughtUp, openSale, orderBodies, stock } from '../../servers/shop.ts';
import { rehearsalScript } from '../buyers.ts';

const connections = 64;
const patienceMs = 5_000;
const warmingSeconds = 3;
/** Bodies for a load that is as fast as it goes; it ends when they run out. */
const warmingBodies = 60_000;
/** Of the rate that the engine takes. */
const usualShare = 1 / 2;
const mostP99 = 1.2;
/** A snapshot is due again after so many events: while orders come, always. */
const eventsBusy = 200;
/** More events than there ever are. */
const eventsNever = 1_000_000_000;
const lookMs = 25;

interface Beside {
  p99Ms: number;
  cpuMicros: number;
  snapshots: number;
}

export async function besideArchivist(from: TemporaryFolder, quick: boolean): Promise<Target[]> {
  const [busy, still] = [await startOn(from, eventsBusy), await startOn(from, eventsNever)];
  try {
    const rate = Math.min(await warm(busy), await warm(still)) * usualShare;
    const seconds = quick ? 1 : 4;
    const rounds = quick ? 2 : 5;
    const withIt: Beside[] = [];
    const without: Beside[] = [];
    for (let round = 0; round < rounds; round++) {
      const turns = [
        async () => withIt.push(await load(busy, rate, seconds)),
        async () => without.push(await load(still, rate, seconds)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
    return targetsOf(rate, withIt, without, !quick);
  } finally {
    await busy.stop();
    await still.stop();
    busy.folder.remove();
    still.folder.remove();
  }
}

/** Each has the history to itself. */
async function startOn(from: TemporaryFolder, events: number): Promise<EngineServer> {
  const folder = temporaryFolder();
  cpSync(from.path, folder.path, { recursive: true });
  const words = [`snapshots=${events}`];
  return startEngineServer({ folder, script: rehearsalScript, words });
}

/** Returns how many orders a second it takes, once its compilers are warm. */
async function warm(engine: EngineServer): Promise<number> {
  let perSecond = 0;
  for (let time = 0; time < 2; time++) {
    const { accepted, seconds } = await place(engine, null, warmingSeconds, warmingBodies);
    perSecond = accepted / seconds;
  }
  return perSecond;
}

async function place(
  engine: EngineServer,
  ratePerSecond: number | null,
  seconds: number,
  count: number,
) {
  const sale = await openSale(engine, stock);
  const files = writeBodies(engine.folder.file('bodies'), orderBodies(sale, count));
  const { url } = engine;
  const result = await openLoop({ url, connections, ratePerSecond, seconds, patienceMs, files });
  if (result.refused > 0 || result.gaveUp > 0 || result.accepted === 0)
    throw new WrongAnswer(`orders beside the archivist: ${JSON.stringify(result.statuses)}`);
  await caughtUp(engine);
  return result;
}

async function load(engine: EngineServer, rate: number, seconds: number): Promise<Beside> {
  const stored = new Set<string>();
  const look = () => {
    for (const name of readdirSync(engine.folder.file('snapshots')))
      if (name.endsWith('.snapshot')) stored.add(name);
  };
  look();
  const before = stored.size;
  const looking = setInterval(look, lookMs);
  const cpuBefore = cpuTimes(engine.process.pid);
  const result = await place(engine, rate, seconds, Math.ceil(rate * seconds * 1.1));
  const { http, actor, projector, rest } = cpuBetween(cpuBefore, cpuTimes(engine.process.pid));
  clearInterval(looking);
  // What the archivist is still about is not to be beside the other engine's orders.
  await Bun.sleep(1_000);
  return {
    p99Ms: result.acceptedP99Ms,
    cpuMicros: (http + actor + projector + rest) / 1000 / result.accepted,
    snapshots: stored.size - before,
  };
}

/** Judged where there were enough rounds. */
function targetsOf(rate: number, withIt: Beside[], without: Beside[], judged: boolean): Target[] {
  const snapshots = withIt.reduce((sum, each) => sum + each.snapshots, 0);
  if (snapshots === 0 || without.some((each) => each.snapshots > 0))
    throw new WrongAnswer(`orders beside the archivist: it stored ${snapshots} snapshots`);
  const p99s = (runs: Beside[]) => runs.map(({ p99Ms }) => p99Ms.toFixed(2)).join(', ');
  const of = (runs: Beside[], figure: (run: Beside) => number) => median(runs.map(figure));
  const [p99, p99Without] = [of(withIt, (run) => run.p99Ms), of(without, (run) => run.p99Ms)];
  const cpu = [of(withIt, (run) => run.cpuMicros), of(without, (run) => run.cpuMicros)] as const;
  const name = 'orders beside the archivist';
  const note = `${thousands(rate)} orders a second, ${snapshots} snapshots; with: ${p99s(withIt)} ms, without: ${p99s(without)} ms`;
  return [
    judged
      ? atMost(`${name}: p99, of that without`, p99 / p99Without, mostP99, ' ×', note)
      : reported(`${name}: p99, of that without`, p99 / p99Without, ' ×', note),
    reported(
      `${name}: CPU of an order, with its snapshots`,
      cpu[0],
      ' µs',
      `${cpu[1].toFixed(1)} µs without`,
    ),
  ];
}
