import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code } from '../../actors/protocol.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import { version } from '../../package.json' with { type: 'json' };
import { ownPath } from '../own-files.ts';
import { KnownEngines } from '../shop/cluster/known-engines.ts';
import { WebhookFigures } from '../webhooks/figures.ts';
import { measuredItemsMax } from './item-metrics.ts';
import { metricsRegistry } from './registry.ts';
import { RequestMetrics } from './request-metrics.ts';

const routes = ['POST /api/orders', 'GET /api/items', 'other'];

function engine({ replicated = false, webhooks = false } = {}) {
  const figures = new WebhookFigures(new SharedArrayBuffer(WebhookFigures.bytes));
  const memory = makeSharedMemory(2, 1);
  const board = new Board(memory.board);
  const positions = new Positions(memory.positions);
  const shared = new SharedArrayBuffer(RequestMetrics.bytes(2));
  const threads = [0, 1].map((thread) => new RequestMetrics(shared, thread, routes));
  const clock = () => 10_000;
  const [requests] = threads as [RequestMetrics, RequestMetrics]; // Two were made.
  const steadyClock = () => Date.now() - 3_600_000;
  const troubles = { unready: [] as string[], degraded: [] as string[] };
  const own = { id: 'a', address: 'http://a:3000', version, startedAt: 4_000, actorThreads: 1 };
  const engines = new KnownEngines(own);
  const registry = metricsRegistry({
    engines,
    ...{ memory, board, positions, partitions: 2, clock, steadyClock, requests, replicated },
    webhooks: webhooks ? { figures } : null,
    readiness: { judge: async () => troubles },
    startedAt: 4_000,
  });
  return {
    board,
    positions,
    engines,
    own,
    steadyClock,
    threads,
    troubles,
    figures,
    text: () => registry.metrics(),
  };
}

describe('metrics', () => {
  test('add up what all threads have counted', async () => {
    const { threads, text } = engine();
    for (const thread of threads) {
      thread.countRequest('POST /api/orders', 201);
      thread.countRequest('POST /api/orders', 418);
      thread.countRequest('GET /nowhere', 404);
      thread.countCommand('place');
      thread.countShed();
      thread.countForwarded(12);
    }
    const told = await text();
    const orders = 'stampede_http_requests_total{method="POST",route="/api/orders",status=';
    expect(told).toContain(`${orders}"201"} 2`);
    expect(told).toContain(`${orders}"other"} 2`);
    expect(told).toContain('route="other",status="404"} 2');
    expect(told).toContain('stampede_commands_total{type="place"} 2');
    expect(told).toContain('stampede_orders_shed_total 2');
    expect(told).toContain('stampede_forwarded_commands_total 24');
    expect(told).toContain('stampede_forwarded_messages_total 2');
  });

  test('show how far the wall clock was set, and which partitions wait for it', async () => {
    const { positions, text } = engine();
    positions.set(1, 'aheadMs', 90_000);
    const told = await text();
    const drift = /^stampede_clock_drift_seconds (\S+)$/m.exec(told)?.[1];
    expect(Math.abs(Number(drift) - 3_600)).toBeLessThan(1);
    expect(told).toContain('stampede_partition_time_ahead_seconds{partition="0"} 0');
    expect(told).toContain('stampede_partition_time_ahead_seconds{partition="1"} 90');
  });

  test('tell of each partition up to which entry this engine has a snapshot', async () => {
    const { positions, text } = engine();
    positions.set(1, 'journalSeq', 1_700);
    positions.set(1, 'snapshotSeq', 1_234);
    const told = await text();
    expect(told).toContain('stampede_snapshot_sequence{partition="0"} 0');
    expect(told).toContain('stampede_snapshot_sequence{partition="1"} 1234');
    expect(told).toContain('stampede_journal_sequence{partition="1"} 1700');
  });

  test('report order times as a histogram with cumulative buckets', async () => {
    const { threads, text } = engine();
    threads[0]!.countOrder(201, 0.4);
    threads[0]!.countOrder(201, 4);
    threads[1]!.countOrder(201, 60_000);
    const told = await text();
    const bucket = (le: string) => `stampede_order_duration_seconds_bucket{le="${le}"}`;
    expect(told).toContain('# TYPE stampede_order_duration_seconds histogram');
    expect(told).toContain(`${bucket('0.0005')} 1`);
    expect(told).toContain(`${bucket('0.005')} 2`);
    expect(told).toContain(`${bucket('5')} 2`);
    expect(told).toContain(`${bucket('+Inf')} 3`);
    expect(told).toContain('stampede_order_duration_seconds_count 3');
    expect(told).toContain('stampede_order_duration_seconds_sum 60.0044');
  });

  test('count the orders of batches with those that came alone', async () => {
    const { threads, text } = engine();
    threads[0]!.countOrder(201, 2);
    threads[0]!.countInBatch(201);
    threads[1]!.countInBatch(201);
    threads[1]!.countInBatch(409);
    threads[1]!.timeOrders(3, 4);
    const told = await text();
    expect(told).toContain('stampede_orders_total{status="201"} 3');
    expect(told).toContain('stampede_orders_total{status="409"} 1');
    expect(told).toContain('stampede_orders_total{status="503"} 0');
    expect(told).toContain('route="/api/orders",status="201"} 1');
    expect(told).toContain('stampede_order_duration_seconds_bucket{le="0.005"} 4');
    expect(told).toContain('stampede_order_duration_seconds_sum 0.014');
  });

  test('report units, refusals and modes', async () => {
    const { board, positions, text } = engine();
    board.write(9, boardRow({ left: 7, admitted: 4 }));
    board.count(9, code.limitReached);
    positions.setMode(1, 'fenced');
    const told = await text();
    expect(told).toContain('stampede_units{item="9",state="left"} 7');
    expect(told).toContain('stampede_admitted{item="9"} 4');
    expect(told).toContain('stampede_refusals_total{item="9",code="30006"} 1');
    expect(told).toContain('stampede_partition_mode{partition="1",mode="fenced"} 1');
  });

  test('of a cluster, tell who is there, what this engine owns, and how its copies keep up', async () => {
    const { positions, engines, own, steadyClock, text } = engine();
    const alone = await text();
    expect(alone).toContain('stampede_engines{state="alive"} 1');
    expect(alone).toContain('stampede_partition_owned{partition="1"} 1');
    expect(alone).not.toContain('stampede_follower_lag_seconds{');
    const others = [{ state: 'alive' }, { state: 'gone' }, { state: 'gone' }];
    const members = [{ ...own, state: 'alive' }, ...others.map((each) => ({ ...own, ...each }))];
    engines.heard(JSON.stringify(members));
    positions.set(1, 'elsewhere', 1);
    positions.add(1, 'givenUp', 1);
    positions.countForwarded(0);
    positions.set(1, 'ownerSeq', 12);
    positions.set(1, 'journalSeq', 5);
    positions.set(1, 'boardStaleAt', steadyClock() - 60_000);
    const told = await text();
    expect(told).toContain('stampede_engines{state="alive"} 2');
    expect(told).toContain('stampede_engines{state="gone"} 2');
    expect(told).toContain('stampede_partition_owned{partition="0"} 1');
    expect(told).toContain('stampede_partition_owned{partition="1"} 0');
    expect(told).toContain('stampede_partition_given_up_total{partition="1"} 1');
    expect(told).toContain('stampede_commands_from_engines_total{partition="0"} 1');
    expect(told).toContain('stampede_follower_lag_entries{partition="1"} 7');
    expect(told).not.toContain('stampede_follower_lag_entries{partition="0"}');
    const lag = /^stampede_follower_lag_seconds\{partition="1"} (\S+)$/m.exec(told)?.[1];
    expect(Math.abs(Number(lag) - 61)).toBeLessThan(1);
  });

  test('tell who waits, what the gate still has room for, and what is owed', async () => {
    const { board, text } = engine();
    const running = { promo: 8, startAt: 9_000, endAt: 11_000, left: 7, gateFactor: 2 };
    board.write(5, boardRow({ ...running, waiting: 30, outstanding: 12, refundsDue: 3 }));
    board.write(6, boardRow({ ...running, paused: 1 }));
    board.write(7, boardRow({ ...running, outstanding: 99 }));
    board.write(8, boardRow({ ...running, startAt: 10_001, waiting: 4 }));
    const told = await text();
    const figures = (name: string) =>
      [5, 6, 7, 8].map((item) => {
        const line = new RegExp(`^stampede_${name}\\{item="${item}"} (\\d+)$`, 'm').exec(told);
        return Number(line?.[1]);
      });
    expect(figures('waiting')).toEqual([30, 0, 0, 4]);
    expect(figures('admissions_outstanding')).toEqual([12, 0, 99, 0]);
    expect(figures('gate_room')).toEqual([2, 0, 0, 0]);
    expect(figures('sale_paused')).toEqual([0, 1, 0, 0]);
    expect(figures('refunds_due')).toEqual([3, 0, 0, 0]);
  });

  test('cover running promos, then those to come, then the newest items, up to a thousand', async () => {
    const { board, text } = engine();
    const [running, pending, ended, older] = [1, 2, 3, 4];
    const sale = (startAt: number, endAt: number) => boardRow({ promo: 8, startAt, endAt });
    board.write(running, sale(9_000, 11_000));
    board.write(pending, sale(20_000, 30_000));
    board.write(ended, sale(1_000, 9_000));
    board.write(older, boardRow({}));
    for (let n = 1; n < measuredItemsMax - 1; n++) board.write(older + n, boardRow({}));
    for (const item of [running, pending]) board.count(item, code.outOfStock);
    const told = await text();
    const shows = (item: number) => told.includes(`stampede_admitted{item="${item}"} `);
    expect([running, pending, ended, older, older + 1].map(shows)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(told.match(/^stampede_admitted\{/gm)?.length).toBe(measuredItemsMax);
    for (const item of [running, pending]) {
      expect(told).toContain(`stampede_units{item="${item}",state="loaded"} 10`);
      expect(told).toContain(`stampede_refusals_total{item="${item}",code="30001"} 1`);
    }
  });

  test('tell the age of the oldest entry that SQL does not have, however long nothing came', async () => {
    const { positions, text } = engine();
    const lag = async () =>
      /^stampede_projector_lag_seconds\{partition="1"} (\S+)$/m.exec(await text())?.[1];
    positions.noteEntry(1, 3, 100);
    positions.set(1, 'journalSeq', 3);
    positions.reached(1, 'sql', 3);
    expect(await lag()).toBe('0');
    positions.noteEntry(1, 4, 8_500);
    positions.noteEntry(1, 5, 9_900);
    positions.set(1, 'journalSeq', 5);
    expect(await lag()).toBe('1.5');
    // A failed attempt begins by finding where SQL stands.
    positions.reached(1, 'sql', 3);
    expect(await lag()).toBe('1.5');
    expect(await text()).toContain('stampede_projector_lag_entries{partition="1"} 2');
    positions.reached(1, 'sql', 4);
    expect(await lag()).toBe('0.1');
  });

  test('tell of a replica only where there is one', async () => {
    expect(await engine().text()).not.toContain('replica');
    const { positions, text } = engine({ replicated: true });
    positions.noteEntry(0, 1, 2_000);
    positions.noteEntry(0, 2, 7_500);
    positions.set(0, 'journalSeq', 2);
    positions.reached(0, 'replica', 1);
    positions.set(1, 'replicaSilent', 1);
    const told = await text();
    expect(told).toContain('stampede_replica_sequence{partition="0"} 1');
    expect(told).toContain('stampede_replica_lag_entries{partition="0"} 1');
    expect(told).toContain('stampede_replica_lag_seconds{partition="0"} 2.5');
    expect(told).toContain('stampede_replica_silent{partition="0"} 0');
    expect(told).toContain('stampede_replica_silent{partition="1"} 1');
  });

  test('tell of webhooks only where they are sent, and of the partitions that they are sent for', async () => {
    expect(await engine().text()).not.toContain('webhook');
    const { positions, figures, text } = engine({ webhooks: true });
    positions.noteEntry(0, 1, 2_000);
    positions.noteEntry(0, 2, 7_500);
    positions.set(0, 'journalSeq', 2);
    positions.reached(0, 'webhook', 1);
    for (const outcome of ['delivered', 'busy', 'delivered'] as const) figures.countTry(outcome);
    figures.countGivenUp();
    figures.set('waiting', 3);
    figures.set('oldestAt', 4_000);
    figures.set('stoppedAt', 9_000);
    const told = await text();
    for (const line of [
      'sequence{partition="0"} 1',
      'lag_entries{partition="0"} 1',
      'lag_seconds{partition="0"} 2.5',
      'tries_total{outcome="delivered"} 2',
      'tries_total{outcome="busy"} 1',
      'tries_total{outcome="timeout"} 0',
      'given_up_total 1',
      'events{state="waiting"} 3',
      'oldest_seconds 6',
      'failing_seconds 0',
      'stopped 1',
    ])
      expect(told).toContain(`stampede_webhook_${line}\n`);
    expect(told).not.toContain('stampede_webhook_sequence{partition="1"}');
  });

  test('tell what runs since when, and whether it is ready and well', async () => {
    const { troubles, text } = engine();
    const well = await text();
    expect(well).toContain(`stampede_build_info{version="${version}",bun="${Bun.version}"} 1`);
    expect(well).toContain('process_start_time_seconds 4\n');
    expect(well).toMatch(/^stampede_ready 1$/m);
    expect(well).toMatch(/^stampede_degraded 0$/m);
    troubles.unready.push('partition 1 is fenced');
    troubles.degraded.push('the projector writes nothing', 'SQL: does not answer');
    const ill = await text();
    expect(ill).toMatch(/^stampede_ready 0$/m);
    expect(ill).toMatch(/^stampede_degraded 2$/m);
  });

  test('count refused and failed orders from 0, so that the first is seen as a change', async () => {
    const told = await engine().text();
    const order = 'stampede_http_requests_total{method="POST",route="/api/orders"';
    for (const status of [201, 409, 500, 503])
      expect(told).toContain(`${order},status="${status}"} 0`);
    expect(told).not.toContain('route="/api/items"');
  });

  test('report the same when asked again, not the sum', async () => {
    const { threads, text } = engine();
    threads[0]!.countRequest('GET /api/items', 200);
    const ofEngine = async () => (await text()).replaceAll(/^process_.*$/gm, '');
    expect(await ofEngine()).toBe(await ofEngine());
  });

  test('are those that the README lists, with these labels', async () => {
    const { board, positions, text } = engine({ replicated: true, webhooks: true });
    positions.reached(0, 'webhook', 1);
    board.write(9, boardRow({}));
    board.count(9, code.limitReached);
    positions.set(1, 'elsewhere', 1);
    positions.set(1, 'boardStaleAt', 9_000);
    const told = await text();
    const types = [...told.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!);
    const labelsOf = (name: string) => {
      const sample = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(told)?.[1] ?? '';
      return [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label).join(', ');
    };
    const readme = readFileSync(ownPath('README.md'), 'utf8');
    const section = /^### Watching it$([\s\S]*?)^## /m.exec(readme)![1]!;
    const rows = [...section.matchAll(/^\| (`(?:stampede|process)_[^|]*) \|([^|]*)\|/gm)];
    const listed = rows.flatMap(([, names, labels]) =>
      [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} ${labels!.trim()}`),
    );
    expect(listed.sort()).toEqual(types.map((name) => `${name} ${labelsOf(name)}`).sort());
  });

  test('include all that the dashboard and the alerts use', async () => {
    const { positions, text } = engine({ replicated: true, webhooks: true });
    positions.reached(0, 'webhook', 1);
    const told = await text();
    const known = new Set([...told.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!));
    for (const file of ['.deploy/grafana-dashboard.json', '.deploy/alerts.yaml']) {
      const asked = readFileSync(ownPath(file), 'utf8').match(/\b(stampede|process)_\w+/g)!;
      const names = new Set(asked.map((name) => name.replace(/_bucket$/, '')));
      expect(names.size).toBeGreaterThan(2);
      for (const name of names) expect(known).toContain(name);
    }
    JSON.parse(readFileSync(ownPath('.deploy/grafana-dashboard.json'), 'utf8'));
  });
});
