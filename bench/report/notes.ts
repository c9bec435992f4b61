/** The notes beside a figure of engine and floor, so that no one reads more into it than it says. */
import { type Load, percent } from './report.ts';

/** Below this share of the time on a core, a server is not what limits the throughput. */
const busyShare = 0.9;

interface SideBySide {
  engine: Load;
  other: Load;
}

/** Says where a ratio of throughputs does not count, and what was busy instead. */
export function bottleneckNote({ engine, other }: SideBySide): string {
  const idle = [other, engine].filter(({ httpBusy }) => httpBusy < busyShare);
  const shares = idle.map(
    ({ server, httpBusy, generatorBusy }) =>
      `${server} ${percent(httpBusy)}, its generator ${percent(generatorBusy)}`,
  );
  return [
    ...(idle.length === 0 ? [] : [`not the bottleneck: HTTP thread busy ${shares.join('; ')}`]),
    ...(engine.shedShare === 0
      ? []
      : [`${(engine.shedShare * 100).toFixed(2)} % were told to come again`]),
  ].join('; ');
}

/** Where the CPU of both goes, where the other does more than what both have to do. */
export function bothNote({ engine, other }: SideBySide): string {
  const ofOne = (load: Load) => {
    const parts = [
      `HTTP ${load.httpMicros.toFixed(1)}`,
      ...(load.actorMicros > 0 ? [`actor ${load.actorMicros.toFixed(1)}`] : []),
      ...(load.projectorMicros > 0 ? [`projector ${load.projectorMicros.toFixed(1)}`] : []),
      ...(load.helperMicros > 0 ? [`helpers ${load.helperMicros.toFixed(1)}`] : []),
      `runtime ${load.restMicros.toFixed(1)}`,
    ];
    return `${load.server} ${load.cpuMicros.toFixed(1)} µs: ${parts.join(', ')}`;
  };
  return `${ofOne(engine)}; ${ofOne(other)}`;
}

/** Where the CPU goes that the engine uses beyond the floor. */
export function cpuNote({ engine, other: floor }: SideBySide): string {
  const parts = [
    `HTTP ${(engine.httpMicros - floor.httpMicros).toFixed(1)}`,
    `actor ${engine.actorMicros.toFixed(1)}`,
    `projector ${engine.projectorMicros.toFixed(1)}`,
    `runtime ${(engine.restMicros - floor.restMicros).toFixed(1)}`,
  ];
  const [most, least] = [engine, floor].map(({ cpuMicros }) => cpuMicros.toFixed(1));
  return `${most} µs beside ${least}; above it ${parts.join(', ')}`;
}
