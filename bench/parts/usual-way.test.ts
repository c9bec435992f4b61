import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Pair } from '../load/pairs.ts';
import type { Load } from '../report/report.ts';
import { orderBodies, postOrder } from '../servers/shop.ts';
import { startUsualWay, type UsualWay } from '../servers/usual-way.ts';
import { targetsOf } from './usual-way.ts';

describe.each([true, false])('the usual way, pipelined: %p', (pipelined) => {
  let usual: UsualWay;

  beforeAll(async () => {
    usual = await startUsualWay(pipelined);
  });

  afterAll(() => usual.stop());

  test('sells each unit once, gives a buyer the old answer again, and keeps books', async () => {
    await usual.openSale(7, 50);
    const bodies = orderBodies({ itemId: 7, promoId: 1 }, 80);
    const answers = await Promise.all(bodies.map((body) => postOrder(usual, body)));
    const sold = bodies.filter((_, index) => answers[index]!.status === 201);
    expect(sold.length).toBe(50);
    expect(answers.filter(({ status }) => status === 409).length).toBe(30);
    expect(await usual.ordersOf(7, 50)).toBe(50);
    const first = answers[bodies.indexOf(sold[0]!)]!;
    expect(await postOrder(usual, sold[0]!)).toEqual({ status: 200, text: first.text });
    expect(await usual.ordersOf(7, 50)).toBe(50);
  });

  test('refuses a token that it does not know, and an item that is not on sale', async () => {
    const forged = JSON.stringify({
      token: 'st1.1.7.1.9999999999.1.abcdefghijklmnopqrstuv',
      amount: 1,
    });
    expect((await postOrder(usual, forged)).status).toBe(403);
    expect((await postOrder(usual, orderBodies({ itemId: 8, promoId: 1 }, 1)[0]!)).status).toBe(
      404,
    );
  });

  test('says where its books differ', async () => {
    await usual.openSale(9, 5);
    await postOrder(usual, orderBodies({ itemId: 9, promoId: 1 }, 1)[0]!);
    await expect(usual.ordersOf(9, 6)).rejects.toThrow('the books of item 9 differ');
  });
});

test('each figure is of the way that is best at it', () => {
  const load: Load = {
    ...{ measurement: 'order', server: 'engine', generator: 'wrk', connections: 64, runs: 1 },
    ...{ requestsPerSecond: 40_000, p50Ms: 1, p99Ms: 2, cpuMicros: 20, httpMicros: 14 },
    ...{ actorMicros: 4, projectorMicros: 1, restMicros: 1, helperMicros: 0, httpBusy: 0.95 },
    ...{ shedShare: 0, generatorMicros: 6, generatorBusy: 0.3 },
  };
  const beside = (server: string): Load => ({ ...load, server, helperMicros: 12 });
  const fast: Pair = {
    ...{ engine: load, other: beside('fast'), ratio: 1.1, cpuRatio: 0.5, p99Ratio: 1 },
  };
  const cheap: Pair = {
    ...{ engine: load, other: beside('cheap'), ratio: 2, cpuRatio: 0.7, p99Ratio: 1.2 },
  };
  const [throughput, cpu, p99] = targetsOf([cheap, fast], 64);
  expect(throughput).toMatchObject({ value: 1.1, reached: false });
  expect(throughput!.note).toStartWith('the faster: fast; there an order is not fsynced');
  expect(cpu).toMatchObject({ value: 0.7, reached: false });
  expect(cpu!.note).toContain('cheap 20.0 µs: HTTP 14.0, actor 4.0, projector 1.0, helpers 12.0');
  expect(p99).toMatchObject({ value: 1.2, reached: null, note: 'the smoother: cheap' });
});
