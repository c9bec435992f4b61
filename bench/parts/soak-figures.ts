/** What a soak is looked at for, and what must be level in the end. */
import { readdirSync } from 'node:fs';
import type { PayingSpan } from '../load/paying-buyers.ts';
import {
  atMost,
  type Chart,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { type DataBytes, dataBytes } from '../servers/data-folder.ts';
import { adminToken, type EngineServer } from '../servers/servers.ts';
import { residentNow } from './memory.ts';

export interface SoakSample extends DataBytes {
  atSeconds: number;
  resident: number;
  /** Files and sockets. */
  open: number;
  /** Orders in memory, as the engine last counted them. */
  kept: number;
  /** Orders placed and paid so far. */
  paid: number;
  p99Ms: number;
}

/** The last third of a soak may have so many times what the middle third had. */
const mostTimes = 1.1;
/** Whatever else the machine does shows in the slowest of a hundred. */
const mostTimesP99 = 1.25;

export async function sampleOf(
  engine: EngineServer,
  atSeconds: number,
  { p99Ms }: PayingSpan,
  paid: number,
): Promise<SoakSample> {
  const { pid } = engine.process;
  return {
    ...{ atSeconds, paid, p99Ms, resident: residentNow(pid), kept: await ordersKept(engine) },
    open: readdirSync(`/proc/${pid}/fd`).length,
    ...dataBytes(engine.folder.path),
  };
}

async function ordersKept(engine: EngineServer): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const text = await (await fetch(`${engine.url}/metrics`, { headers })).text();
  const kept = [...text.matchAll(/^stampede_orders_kept\{.*\} (\d+)$/gm)];
  if (kept.length === 0) throw new WrongAnswer(`no count of orders in memory: ${text}`);
  return kept.reduce((sum, [, orders]) => sum + Number(orders), 0);
}

/** Judged where it was long enough that its thirds are alike. */
export function targetsOf(samples: SoakSample[], rate: number, judged: boolean): Target[] {
  const third = Math.floor(samples.length / 3);
  const middle = samples.slice(third, 2 * third);
  const last = samples.slice(2 * third, 3 * third);
  const { atSeconds, paid } = samples.at(-1)!; // There are some.
  const mean = (of: SoakSample[], figure: (sample: SoakSample) => number) =>
    of.reduce((sum, sample) => sum + figure(sample), 0) / of.length;
  const level = (name: string, ratio: number, most: number, note: string) =>
    judged
      ? atMost(`soak: ${name}, of that in the middle`, ratio, most, ' ×', note)
      : reported(`soak: ${name}, of that in the middle`, ratio, ' ×', note);
  const means = (
    name: string,
    figure: (sample: SoakSample) => number,
    unit: string,
    most = mostTimes,
  ) => {
    const [was, is] = [mean(middle, figure), mean(last, figure)];
    return level(
      name,
      timesOf(was, is),
      most,
      `means of thirds: ${shown(was)}, then ${shown(is)} ${unit}`,
    );
  };
  const growth = (name: string, figure: (sample: SoakSample) => number) => {
    const [was, is] = [middle, last].map((of) => {
      const [from, to] = [of[0]!, of.at(-1)!];
      return (figure(to) - figure(from)) / (to.paid - from.paid);
    }) as [number, number]; // Of two thirds.
    return level(
      name,
      timesOf(was, is),
      mostTimes,
      `${shown(was)} bytes an order, then ${shown(is)}`,
    );
  };
  const mib = 2 ** 20;
  return [
    reported(
      'soak: orders placed and paid',
      paid,
      '',
      `${thousands(rate)} a second for ${thousands(atSeconds)} s`,
    ),
    means('resident memory', ({ resident }) => resident / mib, 'MiB'),
    means('orders in memory', ({ kept }) => kept, 'orders'),
    means('p99', ({ p99Ms }) => p99Ms, 'ms', mostTimesP99),
    means('open files and sockets', ({ open }) => open, ''),
    means("SQL's log", ({ sqlLog }) => sqlLog / mib, 'MiB'),
    means('snapshots', ({ snapshots }) => snapshots / mib, 'MiB'),
    growth('growth of the journal with each order', ({ journal }) => journal),
    growth('growth of SQL with each order', ({ sql }) => sql),
  ];
}

/** Nothing that stays nothing is level. */
function timesOf(was: number, is: number): number {
  return was === is ? 1 : is / was;
}

export function chartsOf(samples: readonly SoakSample[]): Chart[] {
  const line = (
    title: string,
    yLabel: string,
    figures: Record<string, (sample: SoakSample) => number>,
  ): Chart => ({
    ...{ title: `Soak: ${title}`, xLabel: 'seconds since the calibration', yLabel, steps: false },
    lines: Object.entries(figures).map(([name, figure]) => ({
      name,
      points: samples.map((sample) => [sample.atSeconds, figure(sample)]),
    })),
  });
  return [
    line('memory', 'MiB', {
      'resident memory': ({ resident }) => resident / 2 ** 20,
      snapshots: ({ snapshots }) => snapshots / 2 ** 20,
    }),
    line('orders in memory', 'orders', { 'orders in memory': ({ kept }) => kept }),
    line('latency', 'milliseconds', { p99: ({ p99Ms }) => p99Ms }),
  ];
}

function shown(value: number): string {
  return value >= 1_000 ? thousands(value) : String(Number(value.toPrecision(3)));
}
