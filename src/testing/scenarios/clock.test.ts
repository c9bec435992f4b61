import { afterEach, beforeEach, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import type { Event } from '../../../actors/events.ts';
import { Chain } from '../../../actors/journal/codec.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { readConfig } from '../../config.ts';
import { journalSettings } from '../../parts-settings.ts';
import {
  type EngineOptions,
  mustSucceed,
  type OrderData,
  type Sale,
  spawnEngine,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';
import { FaultRig, patienceMs } from '../fault-rig.ts';
import { replay } from '../persistent-buyers.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const script = 'src/testing/clock-engine.ts';

let rig: FaultRig;
let clock: Float64Array;

beforeEach(() => {
  rig = new FaultRig({}, { script });
  const path = rig.folder.file('clock');
  writeFileSync(path, new Uint8Array(8));
  clock = new Float64Array(Bun.mmap(path, { shared: true }).buffer);
  rig.env.CLOCK_FILE = path;
});

afterEach(() => rig.remove());

const setClock = (aheadMs: number) => {
  clock[0] = aheadMs;
};

interface TimedEvent {
  event: Event;
  at: number;
}

/** All events of the journal in order, by partition, with their times. */
async function timedEvents(): Promise<TimedEvent[][]> {
  const config = readConfig({ DATA_DIR: rig.folder.path });
  const { partitions } = config;
  const journal = await openJournal(journalSettings(config), partitions, { readonly: true });
  const all: TimedEvent[][] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const chain = new Chain(partition);
    const events: TimedEvent[] = [];
    for await (const { sequence, bytes } of journal.read(partition, 1)) {
      const entry = chain.next(sequence, bytes);
      for (const event of entry.events) events.push({ event, at: event.at ?? entry.at });
    }
    all.push(events);
  }
  await journal.close();
  return all;
}

async function expectNeverBackwards(): Promise<TimedEvent[]> {
  const partitions = await timedEvents();
  for (const events of partitions) {
    for (const [index, { at }] of events.entries()) {
      expect(at).toBeGreaterThanOrEqual(events[index - 1]?.at ?? 0);
    }
  }
  return partitions.flat();
}

async function order(engine: TestEngine, orderId: string): Promise<OrderData> {
  return mustSucceed(await engine.api<OrderData>('GET', `/api/orders/${orderId}`));
}

async function untilStatus(orderId: string, status: string): Promise<void> {
  const { engine } = rig;
  const reached = async () => (await order(engine, orderId)).status === status;
  await waitUntil(`the order is ${status}`, reached, patienceMs);
}

/** The greatest value of a metric, over its labels. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${rig.engine.url}/metrics`)).text();
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Math.max(...samples.map((line) => Number(line.split(' ').at(-1))));
}

/** Waits until the log has told of so many steps of the clock. */
async function untilStepsTold(count: number): Promise<void> {
  const told = () => rig.engine.process.output().split('the wall clock was set').length - 1;
  await waitUntil(`${count} steps are told`, () => told() >= count, patienceMs);
  expect(told()).toBe(count);
}

test('a clock set forward and back while the sale runs is followed, times never go backwards, and buyers keep what they were told', async () => {
  await rig.sell();
  const { engine } = rig;
  const sale = await engine.sale({ stock: 100 });
  const buy = async (user: number) => mustSucceed(await engine.place(tokenFor(sale, user)));
  const held = await buy(1);
  setClock(20 * minuteMs);
  // Its fifteen minutes are over by the clock, as they would be after the machine has slept.
  await untilStatus(held.orderId, 'expired');
  await rig.buyers.buy(20);
  await untilStepsTold(1);
  expect(Math.round((await metric('stampede_clock_drift_seconds')) / 60)).toBe(20);
  const ahead = await buy(2);
  setClock(0);
  await rig.buyers.buy(20);
  await untilStepsTold(2);
  expect(Math.round(await metric('stampede_clock_drift_seconds'))).toBe(0);
  expect(await metric('stampede_partition_time_ahead_seconds')).toBeGreaterThan(17 * 60);
  // A thread that is started again finds the journal's time, and goes on from it.
  const { refusedForNow } = rig.buyers;
  engine.process.input('actor\n');
  await waitUntil('the thread dies', () => rig.buyers.refusedForNow > refusedForNow);
  const token = tokenFor(sale, 3);
  let behind: OrderData | undefined;
  const bought = async () => {
    const { data, errCode } = await engine.place(token);
    if (errCode === null) behind = data;
    return errCode === null;
  };
  await waitUntil('the thread sells again', bought, patienceMs);
  expect(Date.parse(behind!.payBy)).toBeGreaterThanOrEqual(Date.parse(ahead.payBy));
  expect((await order(engine, ahead.orderId)).status).toBe('placed');
  setClock(40 * minuteMs);
  await untilStatus(ahead.orderId, 'expired');
  await untilStatus(behind!.orderId, 'expired');
  await rig.expectKept(3);
  const expiries = (await expectNeverBackwards()).flatMap(({ event, at }) =>
    event.type === 'expired' ? [at - event.placedAt] : [],
  );
  expect(expiries.length).toBeGreaterThanOrEqual(3);
}, 240_000);

test('a sale opens by the clock as it is, not as it was when the engine started', async () => {
  setClock(-hourMs);
  await rig.start();
  const { engine } = rig;
  const sale = await engine.sale();
  const early = await engine.place(tokenFor(sale, 1));
  expect(early.errCode).toBe(30004);
  setClock(0);
  mustSucceed(await engine.place(tokenFor(sale, 1)));
  const { data } = await engine.api<{ now: string }>('GET', '/api/time');
  expect(Math.abs(Date.parse(data.now) - Date.now())).toBeLessThan(minuteMs);
  expect(await engine.stop()).toBe(0);
}, 240_000);

test('an engine whose clock is a moment behind the journal starts, and sells', async () => {
  setClock(minuteMs / 2);
  await rig.start();
  const sale = await rig.engine.sale({ stock: 100 });
  mustSucceed(await rig.engine.place(tokenFor(sale, 1)));
  await rig.engine.kill();
  setClock(0);
  await rig.start();
  mustSucceed(await rig.engine.place(tokenFor(sale, 2)));
  expect(await rig.engine.stop()).toBe(0);
  await expectNeverBackwards();
}, 240_000);

test('an engine does not start on a journal written by a clock a day ahead, until told once to set the time back', async () => {
  const options: EngineOptions = {
    dataDir: rig.folder.path,
    env: rig.env,
    script,
    args: ['start'],
  };
  const run = async (
    aheadMs: number,
    use: (engine: TestEngine) => Promise<void>,
    args = ['start'],
  ) => {
    setClock(aheadMs);
    const engine = await startTestEngine({ ...options, args });
    try {
      await use(engine);
      expect(await engine.stop()).toBe(0);
    } finally {
      await engine.kill();
    }
  };
  const expiresAt = Math.ceil((Date.now() + 3 * dayMs) / 1_000);
  const buy = async (engine: TestEngine, sale: Sale, userId: number) =>
    mustSucceed(await engine.place(tokenFor(sale, userId, { expiresAt })));
  let [tonight, longer]: Sale[] = [];
  await run(0, async (engine) => {
    tonight = await engine.sale({ stock: 9, endsInMs: dayMs / 2 });
    longer = await engine.sale({ stock: 9, endsInMs: 2 * dayMs });
    await buy(engine, tonight, 1);
  });
  let told: OrderData | undefined;
  await run(dayMs, async (engine) => {
    const closed = await engine.place(tokenFor(tonight!, 2, { expiresAt }));
    expect(closed.errCode).toBe(30005);
    told = await buy(engine, longer!, 2);
  });

  setClock(0);
  const refused = spawnEngine(options);
  expect(await refused.ended).toBe(1);
  const line = refused
    .output()
    .split('\n')
    .find((each) => each.includes('cannot start'));
  expect(line).toMatch(
    /^stampede: cannot start: the journal's time is \S+Z \(partition \d\), 8\d{4} s ahead/,
  );
  expect(line).toContain('--set-time-back');

  await run(
    0,
    async (engine) => {
      expect(engine.process.output()).toContain('time was set back');
      // What the wrong clock had ended goes on until its end; what it promised stays promised.
      await buy(engine, tonight!, 3);
      const { orderId } = await buy(engine, longer!, 3);
      const { createdAt } = await order(engine, orderId);
      expect(Date.parse(createdAt)).toBeLessThan(Date.now() + minuteMs);
      const { status, payBy } = await order(engine, told!.orderId);
      expect([status, payBy]).toEqual(['placed', told!.payBy]);
    },
    ['start', '--set-time-back'],
  );
  await run(0, async (engine) => void (await buy(engine, longer!, 4)));
  const audit = await replay(rig.folder.path);
  expect(audit).toMatchObject({ code: 0 });
  expect(audit.output).toContain('Time was set back by an operator');
}, 240_000);
