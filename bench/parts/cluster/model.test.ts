import { describe, expect, test } from 'bun:test';
import { type Costs, manyItems, oneItem } from './model.ts';

const costs: Costs = {
  ...{ http: 16, sent: 2, received: 1, decide: 4, follow: 2, project: 3, nats: 5, idle: 0 },
};

describe('one machine', () => {
  test('forwards and follows nothing: what it serves follows from its own work', () => {
    expect(oneItem(costs, 1, 2).perSecond).toBeCloseTo(2_000_000 / (16 + 4 + 3));
    expect(manyItems(costs, 1, 2).perSecond).toBeCloseTo(2_000_000 / (16 + 4 + 3));
  });

  test('has less for orders by what its engine uses anyhow', () => {
    const busy = { ...costs, idle: 0.1 };
    expect(manyItems(busy, 1, 2).perSecond).toBeCloseTo(1_900_000 / (16 + 4 + 3));
    expect(oneItem(busy, 1, 2).perSecond).toBeCloseTo(1_900_000 / (16 + 4 + 3));
  });
});

describe('one hot item', () => {
  test('is served faster the more machines take its requests, until its own thread is busy', () => {
    const [four, eight] = [oneItem(costs, 4, 2), oneItem(costs, 8, 2)];
    expect(four.limit).toBe('the owner');
    expect(four.perSecond).toBeCloseTo(2_000_000 / (4 + 4.75 + 3));
    expect(eight.perSecond).toBeGreaterThan(four.perSecond);
    expect(oneItem(costs, 64, 8)).toEqual({
      limit: "the item's actor",
      perSecond: 1_000_000 / (4 + 63 / 64),
    });
  });

  test('is limited by the other machines where following costs the most', () => {
    expect(oneItem({ ...costs, follow: 9 }, 8, 2).limit).toBe('the others');
  });
});

describe('many items', () => {
  test('gain with each machine, and never get past what all machines must follow', () => {
    const rates = [1, 4, 16, 64, 256].map((machines) => manyItems(costs, machines, 2).perSecond);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(Math.max(...rates)).toBeLessThan(2_000_000 / costs.follow);
  });
});
