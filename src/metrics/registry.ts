/**
 * Prometheus metrics of the whole engine, read from shared memory when they are asked for. Names
 * follow Prometheus' conventions: base units, `_total` for counters.
 */
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import { type Clock, clockDrift } from '../../actors/clock.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Mailbox } from '../../actors/memory/mailbox.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { ThreadDelays } from '../../actors/memory/thread-delays.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import { version } from '../../package.json' with { type: 'json' };
import type { KnownEngines } from '../shop/cluster/known-engines.ts';
import type { WebhookFigures } from '../webhooks/figures.ts';
import { addCluster } from './cluster-metrics.ts';
import { addItems } from './item-metrics.ts';
import type { Add } from './metric.ts';
import { addPartitions } from './partition-metrics.ts';
import { paymentOutcomes } from './payment-metrics.ts';
import { latencyBoundsMs, type Note, type RequestMetrics } from './request-metrics.ts';
import { addWebhooks } from './webhook-metrics.ts';

export interface MetricsParts {
  memory: SharedMemory;
  board: Board;
  positions: Positions;
  engines: KnownEngines;
  partitions: number;
  clock: Clock;
  steadyClock: Clock;
  requests: RequestMetrics;
  /** Whether there is a replica: without one, it has no metrics. */
  replicated: boolean;
  /** Null where nobody is told of orders. */
  webhooks: { figures: WebhookFigures } | null;
  readiness: { judge(): Promise<{ unready: string[]; degraded: string[] }> };
  /** When the engine started, milliseconds since 1970 UTC. */
  startedAt: number;
}

export function metricsRegistry(parts: MetricsParts): Registry {
  const registry = new Registry();
  const shared = { registers: [registry] };
  const gauge: Add = (name, help, labelNames, samples) =>
    new Gauge({
      ...shared,
      name,
      help,
      labelNames,
      async collect() {
        const found = await samples();
        this.reset();
        for (const [labels, value] of found) this.set(labels, value);
      },
    });
  const counter: Add = (name, help, labelNames, samples) =>
    new Counter({
      ...shared,
      name,
      help,
      labelNames,
      async collect() {
        const found = await samples();
        this.reset();
        for (const [labels, value] of found) this.inc(labels, value);
      },
    });

  addRequests(parts, registry, counter, gauge);
  addPartitions(parts, gauge, counter);
  addWebhooks(parts, gauge, counter);
  addCluster(parts, gauge, counter);
  addItems(parts, gauge, counter);
  addHealth(parts, gauge);
  addProcess(parts, gauge, counter);
  return registry;
}

const noted = {
  stampede_orders_shed_total: ['shed', 'Orders refused unread: too busy.'],
  stampede_wrong_admin_tokens_total: [
    'wrongAdminTokens',
    'Requests to the API with a wrong admin token.',
  ],
  stampede_codes_sent_total: ['codesSent', 'One-time passwords that went to the gateway.'],
  stampede_codes_refused_total: [
    'codesOverBudget',
    'One-time passwords not sent because SMS_PER_MINUTE was reached.',
  ],
  stampede_live_streams_refused_total: [
    'streamsRefused',
    'Streams of live stock refused: too many, of an address or of all.',
  ],
  stampede_payments_unsigned_total: [
    'paymentsUnsigned',
    'Deliveries of payments whose signature, or its time, was wrong.',
  ],
  stampede_payments_unplaced_total: [
    'paymentsUnplaced',
    'Deliveries of payments that could not even be noted as a refund due: the log has each.',
  ],
  stampede_passwords_refused_total: [
    'passwordsBusy',
    'Log-ins, registrations and new passwords that got no turn at hashing in time.',
  ],
  stampede_forwarded_commands_total: [
    'forwarded',
    'Commands sent on to the engines that own their partitions.',
  ],
  stampede_forwarded_messages_total: [
    'forwardedMessages',
    'Messages that they went in; divided, the commands in one.',
  ],
} as const satisfies Record<string, readonly [Note, string]>;

function addRequests(
  { requests }: MetricsParts,
  registry: Registry,
  counter: Add,
  gauge: Add,
): void {
  const labels = ['method', 'route', 'status'];
  counter('stampede_http_requests_total', 'Requests answered.', labels, function* () {
    for (const { route, status, count } of requests.requests()) {
      const [method = '', path = 'other'] = route.split(' ');
      yield [{ method, route: path, status: shown(status) }, count];
    }
  });
  const answered = 'Orders answered, by themselves or in a batch, each with its own status.';
  counter('stampede_orders_total', answered, ['status'], function* () {
    for (const { status, count } of requests.orders()) yield [{ status: shown(status) }, count];
  });
  counter('stampede_commands_total', 'Commands sent to actors.', ['type'], function* () {
    for (const { type, count } of requests.commands()) yield [{ type }, count];
  });
  for (const [name, [note, help]] of Object.entries(noted)) {
    counter(name, help, [], function* () {
      yield [{}, requests.noted(note)];
    });
  }
  const payments = 'Payments told of, by what became of them.';
  counter('stampede_payments_total', payments, ['outcome'], function* () {
    for (const [outcome, note] of Object.entries(paymentOutcomes)) {
      yield [{ outcome }, requests.noted(note)];
    }
  });
  gauge('stampede_live_streams', 'Streams of live stock that are open.', [], function* () {
    yield [{}, requests.noted('streams')];
  });
  registry.registerMetric(orderDuration(requests));
}

/** Of all statuses that are not counted by themselves, 0 is the number. */
function shown(status: number): number | string {
  return status === 0 ? 'other' : status;
}

/** A histogram whose buckets lie in shared memory, in the form that prom-client's registry reads. */
function orderDuration(requests: RequestMetrics): Metric {
  const name = 'stampede_order_duration_seconds';
  const help = 'Time from an order request to its answer; each order of a batch counts.';
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

function addHealth({ readiness, startedAt }: MetricsParts, gauge: Add): void {
  const judge = async () => await readiness.judge();
  gauge('stampede_ready', '1 while buyers can buy here, as /readyz says, else 0.', [], async () => [
    [{}, (await judge()).unready.length === 0 ? 1 : 0],
  ]);
  const degraded = 'What else is in trouble, as /readyz says: the number of its reasons.';
  gauge('stampede_degraded', degraded, [], async () => [[{}, (await judge()).degraded.length]]);
  const labels = { version, bun: Bun.version };
  gauge('stampede_build_info', 'What runs: always 1.', Object.keys(labels), () => [[labels, 1]]);
  const started = 'When the engine started, in seconds since 1970 UTC.';
  gauge('process_start_time_seconds', started, [], () => [[{}, startedAt / 1000]]);
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
