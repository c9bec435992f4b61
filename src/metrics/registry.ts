/**
 * Prometheus metrics of the whole engine, read from shared memory when they are asked for. Names
 * follow Prometheus' conventions: base units, `_total` for counters.
 */
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import { type Clock, clockDrift } from '../../actors/clock.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Mailbox } from '../../actors/memory/mailbox.ts';
import { type Positions, partitionModes } from '../../actors/memory/positions.ts';
import { ThreadDelays } from '../../actors/memory/thread-delays.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import { latencyBoundsMs, type Note, type RequestMetrics } from './request-metrics.ts';

export interface MetricsParts {
  memory: SharedMemory;
  board: Board;
  positions: Positions;
  partitions: number;
  clock: Clock;
  steadyClock: Clock;
  requests: RequestMetrics;
}

/** Items that have metrics of their own: the newest. Beyond that, ask for statements. */
const itemsMax = 1_000;

type Labels = Record<string, string | number>;
type Samples = Iterable<[Labels, number]>;

export function metricsRegistry(parts: MetricsParts): Registry {
  const registry = new Registry();
  const shared = { registers: [registry] };
  const gauge = (name: string, help: string, labelNames: string[], samples: () => Samples) =>
    new Gauge({
      ...shared,
      name,
      help,
      labelNames,
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.set(labels, value);
      },
    });
  const counter = (name: string, help: string, labelNames: string[], samples: () => Samples) =>
    new Counter({
      ...shared,
      name,
      help,
      labelNames,
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.inc(labels, value);
      },
    });

  addRequests(parts, registry, counter);
  addPartitions(parts, gauge, counter);
  addItems(parts, gauge, counter);
  addProcess(parts, gauge, counter);
  return registry;
}

type Add = (name: string, help: string, labelNames: string[], samples: () => Samples) => unknown;

const noted = {
  stampede_orders_shed_total: ['shed', 'Orders refused unread: too busy.'],
  stampede_wrong_admin_tokens_total: [
    'wrongAdminTokens',
    'Requests to the API with a wrong admin token.',
  ],
} as const satisfies Record<string, readonly [Note, string]>;

function addRequests({ requests }: MetricsParts, registry: Registry, counter: Add): void {
  const labels = ['method', 'route', 'status'];
  counter('stampede_http_requests_total', 'Requests answered.', labels, function* () {
    for (const { route, status, count } of requests.requests()) {
      const [method = '', path = 'other'] = route.split(' ');
      yield [{ method, route: path, status: status === 0 ? 'other' : status }, count];
    }
  });
  counter('stampede_commands_total', 'Commands sent to actors.', ['type'], function* () {
    for (const { type, count } of requests.commands()) yield [{ type }, count];
  });
  for (const [name, [note, help]] of Object.entries(noted)) {
    counter(name, help, [], function* () {
      yield [{}, requests.noted(note)];
    });
  }
  registry.registerMetric(orderDuration(requests));
}

/** A histogram whose buckets lie in shared memory, in the form that prom-client's registry reads. */
function orderDuration(requests: RequestMetrics): Metric {
  const name = 'stampede_order_duration_seconds';
  const help = 'Time from an order request to its answer.';
  const get = async () => {
    const { counts, sumMs } = requests.orderTimes();
    let below = 0;
    const values = counts.map((count, index) => {
      below += count;
      const boundMs = latencyBoundsMs[index];
      const le = boundMs === undefined ? '+Inf' : boundMs / 1000;
      return { labels: { le }, value: below, metricName: `${name}_bucket` };
    });
    const sum = { labels: {}, value: sumMs / 1000, metricName: `${name}_sum` };
    const count = { labels: {}, value: below, metricName: `${name}_count` };
    return { name, help, type: 'histogram', values: [...values, sum, count], aggregator: 'sum' };
  };
  // The registry uses only a metric's name and `get`.
  return { name, get } as unknown as Metric;
}

function addPartitions(parts: MetricsParts, gauge: Add, counter: Add): void {
  const { positions, partitions, clock } = parts;
  const each = (value: (partition: number) => number) =>
    function* (): Generator<[Labels, number]> {
      for (let partition = 0; partition < partitions; partition++) {
        yield [{ partition }, value(partition)];
      }
    };
  const label = ['partition'];
  const behind = (p: number) => positions.get(p, 'journalSeq') - positions.get(p, 'sqlSeq');
  const sinceMs = (p: number) => (behind(p) > 0 ? clock() - positions.get(p, 'sqlMovedAt') : 0);
  const cells = {
    stampede_journal_entries_total: ['entries', 'Entries appended: group commits.'],
    stampede_journal_events_total: ['events', 'Events in the entries appended.'],
    stampede_journal_errors_total: ['appendErrors', 'Appends that failed or were not answered.'],
    stampede_journal_fences_total: [
      'fences',
      'Appends refused because another writer had written.',
    ],
    stampede_recoveries_total: ['recoveries', 'Times the state was rebuilt from the journal.'],
  } as const;
  for (const [name, [cell, help]] of Object.entries(cells)) {
    counter(
      name,
      help,
      label,
      each((p) => positions.get(p, cell)),
    );
  }
  const appendSeconds = 'Time spent waiting for appends; divided by entries, the mean.';
  counter(
    'stampede_journal_append_seconds_total',
    appendSeconds,
    label,
    each((p) => positions.get(p, 'appendMs') / 1000),
  );
  const sequences = {
    stampede_journal_sequence: ['journalSeq', 'Last durable entry.'],
    stampede_sql_sequence: ['sqlSeq', 'Last entry in SQL.'],
    stampede_replica_sequence: ['replicaSeq', 'Last entry in Redis.'],
  } as const;
  for (const [name, [cell, help]] of Object.entries(sequences)) {
    gauge(
      name,
      help,
      label,
      each((p) => positions.get(p, cell)),
    );
  }
  gauge(
    'stampede_projector_lag_entries',
    'Entries that SQL does not have yet.',
    label,
    each(behind),
  );
  const lagSeconds = 'Time since SQL last took an entry, while it is behind.';
  gauge(
    'stampede_projector_lag_seconds',
    lagSeconds,
    label,
    each((p) => sinceMs(p) / 1000),
  );
  gauge(
    'stampede_partition_time_ahead_seconds',
    'How far the time of a partition is ahead of a wall clock that was set back: it stands still.',
    label,
    each((p) => positions.get(p, 'aheadMs') / 1000),
  );
  gauge(
    'stampede_partition_mode',
    'What the partition is doing: 1 for its mode, else 0.',
    ['partition', 'mode'],
    function* () {
      for (let partition = 0; partition < partitions; partition++) {
        const mode = positions.mode(partition);
        for (const each of partitionModes) yield [{ partition, mode: each }, each === mode ? 1 : 0];
      }
    },
  );
}

function addItems({ board }: MetricsParts, gauge: Add, counter: Add): void {
  const newest = () => [...board.items()].slice(-itemsMax);
  gauge('stampede_units', 'Units of an item.', ['item', 'state'], function* () {
    for (const item of newest()) {
      const { loaded, left, held, sold } = board.read(item)!;
      for (const [state, units] of Object.entries({ loaded, left, held, sold })) {
        yield [{ item, state }, units];
      }
    }
  });
  gauge('stampede_admitted', 'Users admitted to the sales of an item.', ['item'], function* () {
    for (const item of newest()) yield [{ item }, board.read(item)!.admitted];
  });
  counter('stampede_refusals_total', 'Refusals by code.', ['item', 'code'], function* () {
    for (const item of newest()) {
      for (const [code, count] of Object.entries(board.refused(item)))
        yield [{ item, code }, count];
    }
  });
}

function addProcess({ memory, steadyClock }: MetricsParts, gauge: Add, counter: Add): void {
  const { commands, replies } = memory;
  const delays = new ThreadDelays(memory.threadDelays);
  const rings = { command: commands, reply: replies };
  const labels = ['direction', 'http_thread', 'actor_thread'];
  gauge('stampede_mailbox_depth', 'Records waiting in a mailbox.', labels, function* () {
    for (const [direction, all] of Object.entries(rings)) {
      for (const [http, byActor] of all.entries()) {
        for (const [actor, ring] of byActor.entries()) {
          const labels = { direction, http_thread: http, actor_thread: actor };
          yield [labels, new Mailbox(ring).depth];
        }
      }
    }
  });
  gauge(
    'stampede_event_loop_delay_seconds',
    'Worst recent delay of a thread.',
    ['thread'],
    function* () {
      for (const http of commands.keys())
        yield [{ thread: `http-${http}` }, delays.worstMs(http) / 1000];
      for (const actor of commands[0]!.keys()) {
        yield [{ thread: `actor-${actor}` }, delays.worstMs(commands.length + actor) / 1000];
      }
    },
  );
  const drift = 'How far the wall clock has moved against the steady one since the engine started.';
  gauge('stampede_clock_drift_seconds', drift, [], function* () {
    yield [{}, clockDrift(steadyClock) / 1000];
  });
  gauge('process_resident_memory_bytes', 'Memory of the process.', [], function* () {
    yield [{}, process.memoryUsage.rss()];
  });
  counter('process_cpu_seconds_total', 'CPU time of the process, all threads.', [], function* () {
    const { user, system } = process.cpuUsage();
    yield [{}, (user + system) / 1e6];
  });
}
