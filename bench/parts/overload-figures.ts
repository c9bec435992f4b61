/** The results of the rounds of usual load and of a crowd. */
import type { OpenLoopResult } from '../load/open-loop.ts';
import {
  atLeast,
  type Chart,
  median,
  percent,
  reported,
  type Target,
  thousands,
} from '../report/report.ts';

const leastOfPeak = 0.8;
/**
 * When the engine has recovered: this many orders in a row, each accepted within this many
 * milliseconds.
 */
export const calm = { orders: 20, ms: 100 } as const;

export interface Usual extends OpenLoopResult {
  perSecond: number;
  /** Microseconds of the engine per order that it accepted, including whatever else it did. */
  cpuMicros: number;
}

export interface Crowd extends Usual {
  connections: number;
  grownMib: number;
  recoverySeconds: number;
}

export function chartOf(usual: OpenLoopResult, crowd: OpenLoopResult): Chart {
  return {
    title: 'Accepted orders under ten times the load',
    xLabel: 'seconds',
    yLabel: 'orders a second',
    steps: false,
    lines: [
      { name: 'usual load', points: overTime(usual) },
      { name: 'ten times the load', points: overTime(crowd) },
    ],
  };
}

function overTime({ acceptedPerTenth }: OpenLoopResult): [number, number][] {
  return acceptedPerTenth.slice(0, -1).map((count, tenth) => [(tenth + 1) / 10, count * 10]);
}

export function targetsOf(usuals: readonly Usual[], crowds: readonly Crowd[]): Target[] {
  const perRound = (figure: (crowd: Crowd, usual: Usual) => number) =>
    crowds.map((crowd, round) => figure(crowd, usuals[round]!));
  const middle = (figure: (crowd: Crowd) => number) => median(crowds.map(figure));
  const ratios = perRound((crowd, usual) => crowd.perSecond / usual.perSecond);
  const share = middle(({ accepted, refused }) => (refused / (accepted + refused)) * 100);
  const refusing = crowds.filter(({ refused }) => refused > 0);
  return [
    atLeast(
      'overload: accepted, of the peak rate',
      median(ratios),
      leastOfPeak,
      '',
      `each round: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; ${throughNote(crowds.at(-1)!)}`,
    ),
    reported(
      'overload: CPU of an order, of the usual',
      median(perRound((crowd, usual) => crowd.cpuMicros / usual.cpuMicros)),
      ' ×',
      'the engine, with what it takes to refuse the others',
    ),
    reported('overload: told to come again later', share, ' %', 'all with Retry-After'),
    // A short run may be over before any buyer is refused.
    ...(refusing.length === 0
      ? []
      : [
          reported(
            'overload: refusals, p99',
            median(refusing.map(({ refusedP99Ms }) => refusedP99Ms)),
            ' ms',
          ),
        ]),
    reported(
      'overload: accepted orders, p99',
      middle(({ acceptedP99Ms }) => acceptedP99Ms),
      ' ms',
    ),
    reported(
      'overload: memory grown by',
      Math.max(...crowds.map(({ grownMib }) => grownMib)),
      ' MiB',
      'resident, at most',
    ),
    reported(
      'overload: itself again after',
      middle(({ recoverySeconds }) => recoverySeconds),
      ' s',
      `until ${calm.orders} orders in a row take less than ${calm.ms} ms each`,
    ),
  ];
}

function throughNote(crowd: Crowd): string {
  const { arrivals, seconds, sent, statuses, gaveUp, cpuSeconds, connections } = crowd;
  return (
    `of the last: ${thousands(arrivals / seconds)}/s arrived over ${thousands(connections)} ` +
    `connections, ${thousands(sent)} of ${thousands(arrivals)} got through: ` +
    `${JSON.stringify(statuses)}, ${gaveUp} hung up; generator ` +
    `${((cpuSeconds * 1e6) / sent).toFixed(0)} µs a request, ${percent(cpuSeconds / seconds)} of a core`
  );
}
