import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code } from '../../actors/protocol.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { ownPath } from '../own-files.ts';
import { metricsRegistry } from './registry.ts';
import { RequestMetrics } from './request-metrics.ts';

const routes = ['POST /api/orders', 'GET /api/items', 'other'];

function engine() {
  const memory = makeSharedMemory(2, 1);
  const board = new Board(memory.board);
  const positions = new Positions(memory.positions);
  const shared = new SharedArrayBuffer(RequestMetrics.bytes(2));
  const threads = [0, 1].map((thread) => new RequestMetrics(shared, thread, routes));
  const clock = () => 10_000;
  const [requests] = threads as [RequestMetrics, RequestMetrics]; // Two were made.
  const steadyClock = () => Date.now() - 3_600_000;
  const parts = { memory, board, positions, partitions: 2, clock, steadyClock, requests };
  const registry = metricsRegistry(parts);
  return { board, positions, threads, text: () => registry.metrics() };
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
    }
    const told = await text();
    const orders = 'stampede_http_requests_total{method="POST",route="/api/orders",status=';
    expect(told).toContain(`${orders}"201"} 2`);
    expect(told).toContain(`${orders}"other"} 2`);
    expect(told).toContain('route="other",status="404"} 2');
    expect(told).toContain('stampede_commands_total{type="place"} 2');
    expect(told).toContain('stampede_orders_shed_total 2');
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

  test('report units, refusals and the lag of SQL', async () => {
    const { board, positions, text } = engine();
    const books = { loaded: 10, held: 2, sold: 1, left: 7, admitted: 4, seq: 3, leftSeq: 3 };
    const terms = { promo: 0, startAt: 0, endAt: 0, price: 1, promoPrice: 1 };
    board.write(9, { ...books, ...terms, promoAdmitted: 4, orders: 3 });
    board.count(9, code.limitReached);
    positions.setMode(1, 'fenced');
    positions.set(1, 'journalSeq', 5);
    positions.set(1, 'sqlSeq', 3);
    positions.set(1, 'sqlMovedAt', 8_500);
    const told = await text();
    expect(told).toContain('stampede_units{item="9",state="left"} 7');
    expect(told).toContain('stampede_admitted{item="9"} 4');
    expect(told).toContain('stampede_refusals_total{item="9",code="30006"} 1');
    expect(told).toContain('stampede_projector_lag_entries{partition="1"} 2');
    expect(told).toContain('stampede_projector_lag_seconds{partition="1"} 1.5');
    expect(told).toContain('stampede_partition_mode{partition="1",mode="fenced"} 1');
  });

  test('report the same when asked again, not the sum', async () => {
    const { threads, text } = engine();
    threads[0]!.countRequest('GET /api/items', 200);
    const ofEngine = async () => (await text()).replaceAll(/^process_.*$/gm, '');
    expect(await ofEngine()).toBe(await ofEngine());
  });

  test('include all that the dashboard and the alerts use', async () => {
    const told = await engine().text();
    const known = new Set([...told.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!));
    for (const file of ['.deploy/grafana-dashboard.json', '.deploy/alerts.yaml']) {
      const asked = readFileSync(ownPath(file), 'utf8').match(/\b(stampede|process)_\w+/g)!;
      const names = new Set(asked.map((name) => name.replace(/_bucket$/, '')));
      expect(names.size).toBeGreaterThan(2);
      for (const name of names) expect(known).toContain(name);
    }
    const alerts = Bun.YAML.parse(readFileSync(ownPath('.deploy/alerts.yaml'), 'utf8'));
    expect(alerts).toMatchObject({ groups: [{ rules: [{}, {}, {}] }] });
    JSON.parse(readFileSync(ownPath('.deploy/grafana-dashboard.json'), 'utf8'));
  });
});
