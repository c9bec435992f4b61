/** How pages write times. */
import type { View } from './layout.tsx';
import { offsetText, zonedText, zoneName } from './zoned-time.ts';

type Reader = Pick<View, 'timeZone'>;

/** A time in the reader's zone, to the minute, or to the second where it has one: `2026-11-22 20:00 UTC+8`. */
export function minuteText(ms: number, { timeZone }: Reader): string {
  return zonedText(ms, timeZone);
}

/** As `minuteText`, with the zone's name: `2026-11-22 20:00 UTC+8 (Asia/Shanghai)`. */
export function namedMinuteText(ms: number, { timeZone }: Reader): string {
  const [text, name] = [zonedText(ms, timeZone), zoneName(timeZone)];
  return name === offsetText(ms, timeZone) ? text : `${text} (${name})`;
}

/** From one time to another, with the zone once: `2026-11-22 20:00 – 21:30 UTC+8`. */
export function spanText(from: number, to: number, reader: Reader): string {
  const [first, last] = [minuteText(from, reader), minuteText(to, reader)];
  const [day, time, offset] = first.split(' ') as [string, string, string]; // As it is made above.
  const rest = last.startsWith(`${day} `) ? last.slice(day.length + 1) : last;
  return `${day} ${time}${last.endsWith(` ${offset}`) ? '' : ` ${offset}`} – ${rest}`;
}
