/** Loads in the report in HTML: servers that took turns side by side, and the CPU of each by thread. */
import { Table } from '../../src/replay/html/parts.tsx';
import { BarChart, colours } from './charts.tsx';
import { type Load, percent } from './report.ts';

export function Loads({ loads }: { loads: readonly Load[] }) {
  if (loads.length === 0) return null;
  return (
    <>
      {[...inPairs(loads).values()].map((pairs) => (
        <Beside pairs={pairs} />
      ))}
      <section>
        <h2>CPU by thread</h2>
        <CpuTable loads={loads} />
      </section>
    </>
  );
}

/** The same load on the server in question, and on what it is measured beside. */
interface PairOfLoads {
  name: string;
  other: Load;
  own: Load;
}

/** Loads of one name are a pair, the other server's first. By the names of both servers. */
export function inPairs(loads: readonly Load[]): Map<string, PairOfLoads[]> {
  const byServers = new Map<string, PairOfLoads[]>();
  for (const [other, own] of Map.groupBy(loads, nameOf).values()) {
    // What ran alone is in the tables only.
    if (other === undefined || own === undefined) continue;
    const servers = `${own.server} beside ${other.server}`;
    const pairs = byServers.get(servers) ?? [];
    byServers.set(servers, [...pairs, { name: nameOf(own), other, own }]);
  }
  return byServers;
}

/** All loads of two servers, side by side. */
function Beside({ pairs }: { pairs: readonly PairOfLoads[] }) {
  const [{ own, other }] = pairs as [PairOfLoads]; // Servers without a load are not listed.
  const isFloor = other.server === 'floor';
  const beside = isFloor ? 'the floor' : other.server;
  const title = `${own.server} beside ${beside}`;
  const rows = (figure: (load: Load) => number) =>
    pairs.map((pair) => ({ name: pair.name, values: [figure(pair.other), figure(pair.own)] }));
  const series = [
    { name: isFloor ? 'floor: Hono alone' : other.server, colour: colours[3]! },
    { name: own.server, colour: colours[0]! },
  ];
  const charts: [title: string, unit: string, figure: (load: Load) => number][] = [
    ['Throughput', 'requests a second', ({ requestsPerSecond }) => requestsPerSecond],
    ['Latency, p50', 'milliseconds', ({ p50Ms }) => p50Ms],
    ['Latency, p99', 'milliseconds', ({ p99Ms }) => p99Ms],
    ['CPU of the server', 'microseconds a request, all threads', ({ cpuMicros }) => cpuMicros],
    ['CPU of the load generator', 'microseconds a request', (load) => load.generatorMicros],
  ];
  return (
    <section>
      <h2>{`${title[0]!.toUpperCase()}${title.slice(1)}`}</h2>
      {charts.map(([what, unit, figure]) => (
        <BarChart title={`${what}: ${title}`} unit={unit} series={series} rows={rows(figure)} />
      ))}
    </section>
  );
}

/**
 * Which thread was busy with what: a ratio of throughputs counts where the server's HTTP thread was
 * busy.
 */
function CpuTable({ loads }: { loads: readonly Load[] }) {
  const threads = ['HTTP', 'actor', 'projector', 'runtime', 'helpers'];
  return (
    <Table
      caption="CPU by thread, microseconds a request, and how busy the cores were"
      head={['load', 'server', ...threads, 'HTTP busy', 'generator', 'generator busy']}
      left={[0, 1]}
      rows={loads.map((load) => [
        nameOf(load),
        load.server,
        load.httpMicros.toFixed(1),
        load.actorMicros.toFixed(1),
        load.projectorMicros.toFixed(1),
        load.restMicros.toFixed(1),
        load.helperMicros.toFixed(1),
        percent(load.httpBusy),
        load.generatorMicros.toFixed(1),
        percent(load.generatorBusy),
      ])}
    />
  );
}

function nameOf({ measurement, generator, connections }: Load): string {
  return `${measurement}, ${connections} connections, ${generator}`;
}
