import { describe, expect, test } from 'bun:test';
import { tallyMs } from '../limits.ts';
import { changesLeft, Tallies } from './tallies.ts';

describe('tallies of refusals', () => {
  test('count, and keep the smallest amount that was asked for', () => {
    const tallies = new Tallies();
    for (const amount of [3, 2, 5]) tallies.add(42, amount, 0);
    tallies.add(7, 1, 0);
    expect(tallies.take(42)).toEqual({ type: 'refused', item: 42, count: 3, amount: 2 });
    expect(tallies.take(42)).toBeNull();
    expect(tallies.size).toBe(1);
  });

  test('fall due a second after their first refusal', () => {
    const tallies = new Tallies();
    expect(tallies.dueAt()).toBe(Number.POSITIVE_INFINITY);
    expect(tallies.add(42, 1, 100)).toBe(100 + tallyMs);
    expect(tallies.add(42, 1, 900)).toBe(100 + tallyMs);
    tallies.add(7, 1, 500);
    expect(tallies.dueAt()).toBe(100 + tallyMs);
    expect(tallies.due(99 + tallyMs)).toEqual([]);
    expect(tallies.due(100 + tallyMs)).toEqual([42]);
    expect(tallies.due(Number.POSITIVE_INFINITY)).toEqual([42, 7]);
  });

  test('are due before anything that changes how many units are left', () => {
    const settling = { item: 1, n: 1, amount: 1, placedAt: 0 };
    expect(changesLeft({ type: 'paid', ...settling })).toBe(false);
    expect(changesLeft({ type: 'paid', ...settling, late: true })).toBe(true);
    expect(changesLeft({ type: 'expired', ...settling })).toBe(true);
    expect(changesLeft({ type: 'cancelled', ...settling })).toBe(true);
    expect(changesLeft({ type: 'restocked', item: 1, units: 1 })).toBe(true);
    expect(changesLeft({ type: 'closed', item: 1, promo: 1 })).toBe(false);
    expect(changesLeft({ type: 'refused', item: 1, count: 1, amount: 1 })).toBe(false);
  });
});
