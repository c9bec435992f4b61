import { describe, expect, test } from 'bun:test';
import { type SoakSample, targetsOf } from './soak-figures.ts';

const mib = 2 ** 20;

/** Samples of an engine whose orders take so many bytes of each file, and that is otherwise level. */
function soaked(change: (sample: SoakSample) => Partial<SoakSample>): SoakSample[] {
  return Array.from({ length: 30 }, (_, index) => {
    const paid = (index + 1) * 1_000;
    const sample = {
      ...{ atSeconds: index, paid, resident: 200 * mib, kept: 5_000, open: 90, p99Ms: 5 },
      ...{ journal: paid * 250, sql: paid * 190, sqlLog: mib, snapshots: 0 },
    };
    return { ...sample, ...change(sample) };
  });
}

const short = (samples: SoakSample[]) =>
  targetsOf(samples, 100, true)
    .filter(({ reached }) => reached === false)
    .map(({ measurement }) => measurement);

describe('a soak', () => {
  test('is level where nothing grows but the journal and SQL, by the same for each order', () => {
    expect(short(soaked(() => ({})))).toEqual([]);
  });

  test('shows memory that grows on, and not what it takes to fill it once', () => {
    const leaks = ({ atSeconds }: SoakSample) => ({ resident: (100 + 10 * atSeconds) * mib });
    expect(short(soaked(leaks))).toEqual(['soak: resident memory, of that in the middle']);
    const fills = ({ atSeconds }: SoakSample) => ({ resident: Math.min(10, atSeconds) * mib });
    expect(short(soaked(fills))).toEqual([]);
  });

  test('shows orders that take ever more bytes, and snapshots that come to be', () => {
    const worse = ({ paid }: SoakSample) => ({ sql: paid ** 2 });
    expect(short(soaked(worse))).toEqual([
      'soak: growth of SQL with each order, of that in the middle',
    ]);
    const stores = ({ atSeconds }: SoakSample) => ({ snapshots: atSeconds > 20 ? mib : 0 });
    expect(short(soaked(stores))).toEqual(['soak: snapshots, of that in the middle']);
  });

  test('that was brief judges nothing', () => {
    const judged = targetsOf(
      soaked(() => ({})),
      100,
      false,
    ).filter(({ reached }) => reached !== null);
    expect(judged).toEqual([]);
  });
});
