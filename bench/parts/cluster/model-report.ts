/** The model of larger clusters in a report, with the measured costs that it is computed from. */
import { availableParallelism } from 'node:os';
import { type Chart, type FigureTable, percent, thousands } from '../../report/report.ts';
import { type ByProcess, type ByThread, sum } from './by-process.ts';
import { type Bound, type Costs, manyItems, oneItem, shareOfEach } from './model.ts';
import type { Roles } from './process-table.ts';

/** Machines: 2 and 3 are there because people begin with them. */
const sizes = [1, 2, 3, 4, 8, 16] as const;
const core = 1_000_000;

/**
 * What the model takes, from orders posted to their owner and from forwarded ones. The runtime's threads of
 * all engines count to the request, and what there are more of them where orders are forwarded, to that.
 */
export function costsOf(
  local: ByProcess,
  forwarded: ByProcess,
  { owner, other, third }: Roles,
  idle: number,
): Costs {
  const [at, sent] = [local.engines, forwarded.engines];
  const handling = ({ http, actor }: ByThread) => http + actor;
  const following = (each: ByThread) => handling(each) + each.projector;
  const runtime = ({ engines }: ByProcess) => sum(engines.map(({ rest }) => rest));
  const added = (value: number) => Math.max(0, value);
  return {
    http: at[owner]!.http + runtime(local),
    sent: added(sent[other]!.http - at[owner]!.http + runtime(forwarded) - runtime(local)),
    received: added(handling(sent[owner]!) - at[owner]!.actor),
    decide: at[owner]!.actor,
    follow: sum([at[other]!, at[third]!, sent[third]!].map(following)) / 3,
    project: (at[owner]!.projector + sent[owner]!.projector) / 2,
    nats: sum(forwarded.nats),
    idle,
  };
}

/** The table and the chart of one set of costs. */
export function modelReport(
  costs: Costs,
  stream: string,
): { tables: FigureTable[]; charts: Chart[] } {
  const cores = availableParallelism();
  const one = sizes.map((machines) => oneItem(costs, machines, cores));
  const many = sizes.map((machines) => manyItems(costs, machines, cores));
  const points = (bounds: readonly Bound[]): [number, number][] =>
    sizes.map((machines, index) => [machines, bounds[index]!.perSecond]);
  const alone = many[0]!.perSecond;
  return {
    tables: [costTable(costs, stream), sizeTable(costs, cores, one, many, stream)],
    charts: [
      {
        title: `A model of larger clusters, not a measurement: ${stream}`,
        xLabel: `machines of ${cores} cores`,
        yLabel: 'orders a second',
        steps: false,
        lines: [
          { name: 'one hot item', points: points(one) },
          { name: 'many items', points: points(many) },
          {
            name: 'as many times one machine',
            points: sizes.map((machines) => [machines, machines * alone]),
          },
        ],
      },
    ],
  };
}

function costTable(costs: Costs, stream: string): FigureTable {
  const { http, sent, received, decide, follow, project, nats, idle } = costs;
  const rows: [string, number][] = [
    ['http: the request, at an engine that owns its item', http],
    ['sent: added where it is forwarded', sent],
    ['received: added at its owner', received],
    ['decide: at its owner', decide],
    ['follow: at every other engine', follow],
    ['project: into SQL, at its owner', project],
    ['all NATS servers, for a forwarded order', nats],
  ];
  return {
    title: `What the model is computed from, ${stream}`,
    head: ['CPU of an order', 'µs'],
    rows: rows.map(([name, value]) => [name, value.toFixed(1)]),
    note:
      'M machines of C cores. One hot item: its owner spends http/M + decide + project + received × (M−1)/M on each ' +
      'order, every other machine (http + sent)/M + follow. Many items: each machine spends (http + decide + ' +
      `project + (sent + received) × (M−1)/M)/M + follow × (M−1)/M. A machine has C × 1,000,000 µs a second, less ${percent(idle)} ` +
      "of a core that an engine uses anyhow; an item's actor and a projector have one core each.",
  };
}

function sizeTable(
  costs: Costs,
  cores: number,
  one: readonly Bound[],
  many: readonly Bound[],
  stream: string,
): FigureTable {
  const work = ['HTTP', 'forward', 'decide', 'follow', 'project'];
  return {
    title: `A model, not a measurement: what machines of ${cores} cores would serve, ${stream}`,
    head: [
      ...['machines', 'one hot item', 'limited by', 'many items', '× one machine'],
      ...[...work, 'NATS cores'],
    ],
    rows: sizes.map((machines, index) => {
      const share = shareOfEach(costs, machines);
      const whole = sum(Object.values(share));
      const { perSecond } = many[index]!;
      return [
        `${machines}`,
        `${thousands(one[index]!.perSecond)}/s`,
        one[index]!.limit,
        `${thousands(perSecond)}/s`,
        (perSecond / many[0]!.perSecond).toFixed(1),
        ...[share.http, share.forward, share.decide, share.follow, share.project].map((part) =>
          percent(part / whole),
        ),
        ((perSecond * costs.nats) / core).toFixed(1),
      ];
    }),
    note:
      'Computed, with requests spread evenly, every core used fully, and NATS and SQL on machines of their own; the ' +
      "shares are of an engine's CPU with many items. Every engine follows all that the others sell, which no " +
      `further machine shares: the curve bends where following takes as much as the rest, at about ${bend(costs)} ` +
      `machines, and many machines approach ${thousands(((cores - costs.idle) * core) / costs.follow)}/s. Fuller entries cost less ` +
      'an order, to decide and to follow: these were measured at what this machine can serve beside its generator.',
  };
}

/** The number of machines from which on an engine spends more on following than on all else. */
function bend(costs: Costs): string {
  for (let machines = 2; machines < 1_000; machines++) {
    const { follow, ...other } = shareOfEach(costs, machines);
    if (follow >= sum(Object.values(other))) return `${machines}`;
  }
  return 'a thousand';
}
