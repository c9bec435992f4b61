/**
 * The load tests: `bun bench`. Prints what was measured beside its target; exit 1 when a part could not
 * run or gave a wrong answer, else 0.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { actorThreads } from './parts/actor-threads.ts';
import { batch } from './parts/batch.ts';
import { clusterOrders } from './parts/cluster/cluster-orders.ts';
import { followers } from './parts/cluster/followers.ts';

import { takeover } from './parts/cluster/takeover.ts';
import { core } from './parts/core.ts';
import { forwarding } from './parts/forwarding.ts';
import { itemPage } from './parts/item-page.ts';
import { logIns } from './parts/log-ins.ts';
import { history } from './parts/long-history.ts';
import { evenOrders } from './parts/open-loop.ts';
import { orders } from './parts/orders-over-http.ts';
import { overload } from './parts/overload.ts';
import { queue } from './parts/queue.ts';
import { realParts } from './parts/real-parts.ts';
import { rush } from './parts/rush.ts';
import { scaling } from './parts/scaling.ts';
import { soak } from './parts/soak.ts';
import { soldOut } from './parts/sold-out.ts';
import { tokens } from './parts/token-issue.ts';
import { usualWay } from './parts/usual-way.ts';
import { htmlOf } from './report/html.tsx';
import { machine, machineLine } from './report/machine.ts';
import { addTo, emptyReport, missingFor, type Part } from './report/report.ts';
import { figureTable, loadTable, targetTable } from './report/table.ts';

/** In the order in which they run. */
export const parts: readonly Part[] = [
  orders,
  batch,
  usualWay,
  soldOut,
  itemPage,
  tokens,
  logIns,
  evenOrders,
  rush,
  overload,
  scaling,
  realParts,
  forwarding,
  core,
  actorThreads,
  queue,
  history,
  soak,
  clusterOrders,
  takeover,
  followers,
];

export interface BenchOptions {
  quick: boolean;
  /** Servers to start and measure with, too. */
  nats: boolean;
  redis: boolean;
  postgres: boolean;
  /** The parts that measure several engines, in place of all others. */
  cluster: boolean;
  /** Names of parts; all of them, of one engine or of several, when not given. */
  only?: readonly string[] | undefined;
  soakSeconds?: number | undefined;
  /** Files to write the report to. */
  json?: string | undefined;
  html?: string | undefined;
}

/** Runs the load tests and returns the exit code. */
export async function bench(options: BenchOptions): Promise<number> {
  const { only, json, html = join(import.meta.dir, 'results', 'report.html') } = options;
  const chosen = parts.filter(({ name, cluster = false, named = false }) =>
    only === undefined ? cluster === options.cluster && !named : only.includes(name),
  );
  const here = machine();
  const startedAt = performance.now();
  const progress = (what: string) => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.error(`${String(seconds).padStart(4)} s  ${what}`);
  };
  const all = emptyReport();
  for (const part of chosen) {
    progress(part.name);
    const missing = missingFor(part, (program) => Bun.which(program) !== null);
    if (missing !== null) {
      all.skipped.push(missing);
      continue;
    }
    try {
      const { quick, nats, redis, postgres } = options;
      const services = { nats, redis, postgres };
      addTo(
        all,
        await part.run({ quick, services, soakSeconds: options.soakSeconds ?? null, progress }),
      );
    } catch (error) {
      console.error(error);
      all.failures.push(`${part.name}: ${error}`);
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const run = `${options.quick ? 'quick run' : 'run'} of ${seconds} s on ${machineLine(here)}`;
  const loads = all.loads.length === 0 ? [] : [loadTable(all.loads)];
  const figures = [...all.tables.map(figureTable), targetTable(all.targets)];
  console.log([...loads, ...figures, run, ...all.skipped, ...all.failures].join('\n\n'));
  const document = { machine: here, quick: options.quick, seconds, ...all };
  mkdirSync(dirname(html), { recursive: true });
  writeFileSync(html, await htmlOf(document));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(document, null, 2)}\n`);
  return all.failures.length === 0 ? 0 : 1;
}
