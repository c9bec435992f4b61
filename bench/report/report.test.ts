import { describe, expect, test } from 'bun:test';
import { atLeast, atMost, median, missingFor, reported } from './report.ts';

describe('the median', () => {
  test('is the middle figure, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });
});

describe('a target', () => {
  test('is reached at its bound, and missed right beyond it', () => {
    expect(atLeast('ratio', 0.85, 0.85, '').reached).toBe(true);
    expect(atLeast('ratio', 0.849, 0.85, '').reached).toBe(false);
    expect(atMost('CPU', 6, 6, ' µs').reached).toBe(true);
    expect(atMost('CPU', 6.01, 6, ' µs').reached).toBe(false);
  });

  test('shows its figure in readable form', () => {
    expect(atLeast('core', 712_345.6, 700_000, '/s')).toMatchObject({
      figure: '712,346/s',
      target: '≥ 700,000/s',
    });
    expect(atMost('CPU', 5.678, 6, ' µs').figure).toBe('5.68 µs');
  });

  test('that is only reported is neither reached nor missed', () => {
    expect(reported('time', 3, ' ms')).toMatchObject({ target: '', reached: null });
  });
});

describe('a part', () => {
  const part = { name: 'usual way', needs: ['redis-server', 'wrk'] };

  test('is skipped where a program that it needs is not installed, and says which', () => {
    const why = missingFor(part, (program) => program === 'wrk');
    expect(why).toBe('usual way: skipped, for want of redis-server');
  });

  test('runs where all are, and where it needs none', () => {
    expect(missingFor(part, () => true)).toBeNull();
    expect(missingFor({ name: 'core' }, () => false)).toBeNull();
  });
});
