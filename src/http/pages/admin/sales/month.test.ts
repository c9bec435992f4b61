import { describe, expect, test } from 'bun:test';
import { dayOf, monthAt, monthOf, monthsLater, monthText, rangeOf, weeksOf } from './month.ts';

const zone = 'Europe/Berlin';
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

test('a month is named in an address, and nothing else is one', () => {
  expect(monthOf('2026-11')).toEqual({ year: 2026, month: 11 });
  for (const text of ['2026-13', '2026-00', '26-11', '2026-11-01', ''])
    expect(monthOf(text)).toBeNull();
  expect(monthText({ year: 2026, month: 3 })).toBe('2026-03');
  expect(monthsLater({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 });
});

test('a month and a day begin at midnight of the zone, whatever its clocks do', () => {
  expect(monthAt(at('2026-10-31T23:30:00Z'), zone)).toEqual({ year: 2026, month: 11 });
  expect(rangeOf({ year: 2026, month: 3 }, zone)).toEqual({
    from: at('2026-02-28T23:00:00Z'),
    to: at('2026-03-31T22:00:00Z'),
  });
  const { from, to } = dayOf(at('2026-03-29T12:00:00Z'), zone);
  expect(to - from).toBe(23 * 3_600_000);
});

describe('the weeks of a month', () => {
  const month = { year: 2026, month: 11 };
  const now = at('2026-11-28T09:00:00Z');
  const weeks = (entries: { from: string; to: string }[]) =>
    weeksOf(month, { zone, now }, entries, ({ from, to }) => ({ from: at(from), to: at(to) }));

  test('begin on Monday, and have all its days', () => {
    const days = weeks([]);
    expect(days.map((week) => week.map((day) => day?.day ?? 0))).toEqual([
      [0, 0, 0, 0, 0, 0, 1],
      [2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11, 12, 13, 14, 15],
      [16, 17, 18, 19, 20, 21, 22],
      [23, 24, 25, 26, 27, 28, 29],
      [30, 0, 0, 0, 0, 0, 0],
    ]);
    expect(
      days
        .flat()
        .filter((day) => day?.isToday)
        .map((day) => day?.day),
    ).toEqual([28]);
  });

  test('have each entry in every day of its own, and in no other', () => {
    const overNight = { from: '2026-11-10T22:30:00Z', to: '2026-11-11T23:00:00Z' };
    const fromBefore = { from: '2026-10-20T00:00:00Z', to: '2026-11-01T23:00:01Z' };
    const days = weeks([overNight, fromBefore]).flat();
    const of = (entry: object) =>
      days.filter((day) => day?.entries.some((each) => each === entry)).map((day) => day?.day);
    expect(of(overNight)).toEqual([10, 11]);
    expect(of(fromBefore)).toEqual([1, 2]);
  });
});
