/** The alerts of `.deploy/alerts.yaml`, each on series with which it must fire, and must not. */
import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { ownPath } from '../own-files.ts';

const rules = ownPath('.deploy/alerts.yaml');
const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Case {
  alert: string;
  /** Series and their values, as promtool writes them: `0+5x40` is 0, 5, 10, … 200. */
  series: Record<string, string>;
  /** The time between two values, and two looks of Prometheus: 15 s where a case does not say. */
  interval?: string;
  /** When the alerts are looked at. */
  at: string;
  fires: boolean;
}

const orders = (status: number) => `stampede_orders_total{instance="a",status="${status}"}`;
const shed = 'stampede_orders_shed_total{instance="a"}';
const within = (le: string) => `stampede_order_duration_seconds_bucket{instance="a",le="${le}"}`;
const mode = (name: string) => `stampede_partition_mode{instance="a",partition="3",mode="${name}"}`;
const silent = (what: string) => `stampede_${what}_silent{instance="a",partition="3"}`;
const owned = 'stampede_partition_owned{instance="a",partition="3"}';
const followerLag = 'stampede_follower_lag_seconds{instance="a",partition="3"}';
const lag = (copy: string) => `stampede_${copy}_lag_seconds{instance="a",partition="3"}`;
const drift = 'stampede_clock_drift_seconds{instance="a"}';
const startedAt = 'process_start_time_seconds{instance="a"}';
const refused = (code: number) => `stampede_refusals_total{instance="a",item="7",code="${code}"}`;
const left = 'stampede_units{instance="a",item="7",state="left"}';
const waiting = 'stampede_waiting{instance="a",item="7"}';
const room = (item: number) => `stampede_gate_room{instance="a",item="${item}"}`;
const unplaced = 'stampede_payments_unplaced_total{instance="a"}';
const webhook = (what: string) => `stampede_webhook_${what}{instance="a"}`;
const refundsDue = 'stampede_refunds_due{instance="a",item="7"}';
const well = { 'up{job="stampede",instance="a"}': '1x80' };

const firing: Record<string, Omit<Case, 'alert' | 'fires'>[]> = {
  StampedeDown: [
    { series: { 'up{job="stampede",instance="a"}': '1 1 0x40' }, at: '2m' },
    { series: { 'up{job="other",instance="b"}': '1x40' }, at: '2m' },
  ],
  StampedeNotReady: [{ series: { 'stampede_ready{instance="a"}': '1x4 0x40' }, at: '3m' }],
  StampedeJournalUnavailable: [
    {
      series: { [mode('ready')]: '1x4 0x40', [mode('refusing')]: '0x4 1x40', [owned]: '1x40' },
      at: '2m',
    },
    {
      series: { [mode('ready')]: '1x40', [silent('journal')]: '0x4 1x40', [owned]: '1x40' },
      at: '2m',
    },
  ],
  StampedeFollowerLag: [{ series: { [followerLag]: '0x4 11+15x40' }, at: '4m' }],
  StampedeOrdersFailing: [
    { series: { [orders(201)]: '0+100x40', [orders(503)]: '0+5x40', [shed]: '0x40' }, at: '5m' },
    { series: { [orders(201)]: '0x40', [orders(500)]: '0x4 1+1x40', [shed]: '0x40' }, at: '4m' },
    // More are shed than fail otherwise: those who fail are seen all the same.
    { series: { [orders(201)]: '0+90x40', [orders(503)]: '0+10x40', [shed]: '0+8x40' }, at: '5m' },
  ],
  StampedeOrdersSlow: [
    {
      series: {
        [within('1')]: '0+90x40',
        [within('2.5')]: '0+100x40',
        [within('+Inf')]: '0+100x40',
      },
      at: '6m',
    },
  ],
  StampedeOrdersShed: [{ series: { [shed]: '0x4 3+3x40' }, at: '4m' }],
  StampedeProjectorLag: [{ series: { [lag('projector')]: '0 0 0 6+15x40' }, at: '3m' }],
  StampedeReplicaLag: [
    { series: { [lag('replica')]: '0 0 0 6+15x40' }, at: '3m' },
    { series: { [lag('replica')]: '0x40', [silent('replica')]: '0x4 1x40' }, at: '3m' },
  ],
  StampedeWebhooks: [
    { series: { [lag('webhook')]: '0x4 610+15x40' }, at: '4m' },
    { series: { [lag('webhook')]: '0x40', [webhook('stopped')]: '0x4 1x40' }, at: '4m' },
    { series: { [webhook('given_up_total')]: '0x8 1x60' }, at: '5m' },
  ],
  StampedeDegraded: [{ series: { 'stampede_degraded{instance="a"}': '0x4 2x40' }, at: '4m' }],
  StampedeClockSet: [
    { series: { [drift]: '0x8 3600x60', [startedAt]: '1000x80' }, at: '4m' },
    { series: { [drift]: '0.01x8 -5x60', [startedAt]: '1000x80' }, at: '9m' },
  ],
  StampedeTimeStandsStill: [
    {
      series: {
        'stampede_partition_time_ahead_seconds{instance="a",partition="3"}': '0x4 90-15x5 0x20',
      },
      at: '2m',
    },
  ],
  StampedeRefusedWithUnitsLeft: [
    { series: { [refused(30001)]: '0+2x40', [left]: '4x40' }, at: '4m' },
  ],
  StampedeQueueStuck: [{ series: { [waiting]: '900x40', [room(7)]: '0x8 5x40' }, at: '4m' }],
  StampedePaymentUnplaced: [{ series: { [unplaced]: '2x8 3x40' }, at: '4m' }],
  StampedeRefundsDue: [{ series: { [refundsDue]: '0x4 1x150 2x200' }, interval: '5m', at: '25h' }],
};

const quiet: typeof firing = {
  StampedeDown: [
    { series: { ...well, 'up{job="other",instance="b"}': '0x40' }, at: '5m' },
    // A scrape that was lost is none.
    { series: { 'up{job="stampede",instance="a"}': '1x8 0 1x40' }, at: '2m30s' },
  ],
  StampedeNotReady: [{ series: { 'stampede_ready{instance="a"}': '1x8 0 1x40' }, at: '2m15s' }],
  StampedeJournalUnavailable: [
    {
      series: {
        ...{ [mode('ready')]: '1x40', [mode('fenced')]: '0x40' },
        ...{ [silent('journal')]: '0x40', [owned]: '1x40' },
      },
      at: '5m',
    },
    // Another engine owns it.
    { series: { [mode('ready')]: '0x40', [mode('following')]: '1x40', [owned]: '0x40' }, at: '5m' },
  ],
  StampedeFollowerLag: [
    { series: { [followerLag]: '0.3x40' }, at: '5m' },
    // An engine that is alone has no such series.
    { series: well, at: '5m' },
  ],
  StampedeOrdersFailing: [
    { series: { [orders(201)]: '0+1000x40', [orders(503)]: '0+5x40', [shed]: '0x40' }, at: '5m' },
    { series: { [orders(201)]: '0+90x40', [orders(503)]: '0+10x40', [shed]: '0+10x40' }, at: '5m' },
    { series: { [orders(409)]: '0+100x40', [orders(503)]: '0x40', [shed]: '0x40' }, at: '5m' },
    { series: { [orders(201)]: '0x40', [orders(503)]: '0x40', [shed]: '0x40' }, at: '5m' },
  ],
  StampedeOrdersSlow: [
    {
      series: {
        [within('1')]: '0+100x40',
        [within('2.5')]: '0+100x40',
        [within('+Inf')]: '0+100x40',
      },
      at: '6m',
    },
    // Nobody orders.
    {
      series: { [within('1')]: '7x40', [within('2.5')]: '9x40', [within('+Inf')]: '9x40' },
      at: '6m',
    },
  ],
  StampedeOrdersShed: [{ series: { [shed]: '70x40' }, at: '4m' }],
  StampedeProjectorLag: [
    { series: { [lag('projector')]: '4x40' }, at: '5m' },
    { series: { [lag('projector')]: '0 6 0 6 0 6 0 6 0 6 0 6 0 6 0 6 0 6 0 6' }, at: '4m45s' },
  ],
  StampedeReplicaLag: [
    { series: { [lag('replica')]: '0.03x40', [silent('replica')]: '0x40' }, at: '5m' },
    // Without Redis there is no series.
    { series: well, at: '5m' },
  ],
  StampedeWebhooks: [
    { series: { [lag('webhook')]: '400x40', [webhook('stopped')]: '0x40' }, at: '5m' },
    { series: { [webhook('given_up_total')]: '7x40' }, at: '5m' },
    // Nobody is told of orders.
    { series: well, at: '5m' },
  ],
  StampedeDegraded: [{ series: { 'stampede_degraded{instance="a"}': '0x40' }, at: '5m' }],
  StampedeClockSet: [
    { series: { [drift]: '0+0.002x80', [startedAt]: '1000x80' }, at: '15m' },
    { series: { [drift]: '0x8 3600x80', [startedAt]: '1000x90' }, at: '15m' },
    // Another process counts from anew.
    { series: { [drift]: '3600x8 0x60', [startedAt]: '1000x8 2000x60' }, at: '4m' },
  ],
  StampedeTimeStandsStill: [
    {
      series: { 'stampede_partition_time_ahead_seconds{instance="a",partition="3"}': '0.4x40' },
      at: '3m',
    },
  ],
  StampedeRefusedWithUnitsLeft: [
    { series: { [refused(30001)]: '0+2x40', [left]: '0x40' }, at: '4m' },
    { series: { [refused(30001)]: '9x40', [left]: '4x40' }, at: '4m' },
    { series: { [refused(30006)]: '0+2x40', [left]: '4x40' }, at: '4m' },
  ],
  StampedeQueueStuck: [
    { series: { [waiting]: '900x40', [room(7)]: '0x40', [room(8)]: '5x40' }, at: '5m' },
    { series: { [waiting]: '0x40', [room(7)]: '5x40' }, at: '5m' },
    // A long queue is being let in.
    { series: { [waiting]: '900x8 0x40', [room(7)]: '0x6 500 500 0x40' }, at: '3m' },
  ],
  StampedePaymentUnplaced: [{ series: { [unplaced]: '7x60' }, at: '10m' }],
  StampedeRefundsDue: [
    { series: { [refundsDue]: '1x400' }, interval: '5m', at: '23h' },
    { series: { [refundsDue]: '1x150 0x4 1x200' }, interval: '5m', at: '25h' },
  ],
};

const cases: Case[] = Object.entries({ true: firing, false: quiet }).flatMap(([fires, alerts]) =>
  Object.entries(alerts).flatMap(([alert, each]) =>
    each.map((one) => ({ alert, ...one, fires: fires === 'true' })),
  ),
);

function promtool(...args: string[]): { exitCode: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['promtool', ...args]);
  return { exitCode, output: `${stdout}${stderr}` };
}

describe('the alerts', () => {
  test('are rules that Prometheus takes', () => {
    const { exitCode, output } = promtool('check', 'rules', rules);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toContain(`${Object.keys(firing).length} rules found`);
  });

  test('are each tried firing and quiet', () => {
    const { groups } = Bun.YAML.parse(readFileSync(rules, 'utf8')) as {
      groups: { rules: { alert: string }[] }[];
    };
    const names = groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    expect(Object.keys(firing)).toEqual(names);
    expect(Object.keys(quiet)).toEqual(names);
  });

  test.each(['15s', '5m'])(
    'fire when they should, and only then, with a look each %s',
    (every) => {
      const chosen = cases.filter(({ interval = '15s' }) => interval === every);
      expect(chosen).not.toBeEmpty();
      const tests = chosen.map(({ alert, series, at, fires }, index) => ({
        name: `${alert} ${fires ? 'fires' : 'is quiet'}: ${index}`,
        interval: every,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: `count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"})`,
            eval_time: at,
            exp_samples: fires ? [{ labels: `{alertname="${alert}"}`, value: 1 }] : [],
          },
        ],
      }));
      const file = folder.file('tests.yaml');
      // JSON is YAML.
      const suite = { rule_files: [rules], evaluation_interval: every, tests };
      writeFileSync(file, JSON.stringify(suite));
      const { exitCode, output } = promtool('test', 'rules', file);
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    },
    60_000,
  );
});
