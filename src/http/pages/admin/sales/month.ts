/** A month of the calendar, in a zone: its days, and what lies in each. */

export interface Month {
  year: number;
  /** 1 to 12. */
  month: number;
}

export interface Day<T> {
  /** Of the month, from 1. */
  day: number;
  isToday: boolean;
  entries: T[];
}

const shape = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The month that a text names, such as 2026-11; null for any other text. */
export function monthOf(text: string): Month | null {
  const [, year, month] = shape.exec(text) ?? [];
  return year === undefined ? null : { year: Number(year), month: Number(month) };
}

export function monthText({ year, month }: Month): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
}

/** The month of a moment, milliseconds since 1970 UTC. */
export function monthAt(ms: number, zone: string): Month {
  const { year, month } = dateAt(ms, zone);
  return { year, month };
}

export function monthsLater({ year, month }: Month, months: number): Month {
  const moved = Temporal.PlainYearMonth.from({ year, month }).add({ months });
  return { year: moved.year, month: moved.month };
}

/** Its first moment, and the first of the next month. */
export function rangeOf(month: Month, zone: string): { from: number; to: number } {
  return { from: startOf(month, zone), to: startOf(monthsLater(month, 1), zone) };
}

/** The first moment of a moment's day, and of the next. */
export function dayOf(ms: number, zone: string): { from: number; to: number } {
  const date = dateAt(ms, zone);
  const midnight = (day: Temporal.PlainDate) => day.toZonedDateTime(zone).epochMilliseconds;
  return { from: midnight(date), to: midnight(date.add({ days: 1 })) };
}

/**
 * The days of a month by weeks, which begin on Monday; null stands for days of other months.
 * @param timesOf - when an entry begins and is over: it lies in each of the days between.
 */
export function weeksOf<T>(
  month: Month,
  { zone, now }: { zone: string; now: number },
  entries: readonly T[],
  timesOf: (entry: T) => { from: number; to: number },
): (Day<T> | null)[][] {
  const first = Temporal.PlainDate.from({ ...month, day: 1 });
  const today = dateAt(now, zone);
  const days = Array.from({ length: first.daysInMonth }, (_, index): Day<T> => {
    const date = first.add({ days: index });
    return { day: date.day, isToday: date.equals(today), entries: [] };
  });
  for (const entry of entries) {
    const { from, to } = timesOf(entry);
    // What is over at midnight has no part in the day that begins then.
    const [begins, ends] = [dateAt(from, zone), dateAt(Math.max(from, to - 1), zone)];
    const since = Math.max(0, first.until(begins).days);
    const until = Math.min(days.length - 1, first.until(ends).days);
    for (let index = since; index <= until; index++) days[index]!.entries.push(entry);
  }
  const cells: (Day<T> | null)[] = [...Array<null>(first.dayOfWeek - 1).fill(null), ...days];
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

function startOf(month: Month, zone: string): number {
  return Temporal.PlainDate.from({ ...month, day: 1 }).toZonedDateTime(zone).epochMilliseconds;
}

function dateAt(ms: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
}
