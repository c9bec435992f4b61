/**
 * Times in a zone: how pages write them, and what a form's date and time field means.
 *
 * A time that does not exist, as clocks are put forward over it, is as much later as they are put
 * forward; one that exists twice is the first. RFC 5545 says so (3.3.5), Temporal calls it
 * `compatible`, and browsers read local times alike.
 */

/** Whether a text is the name of a time zone that this runtime knows, such as Asia/Shanghai. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Milliseconds since 1970 UTC as a time to the minute, or to the second where it has one: `2026-11-22 20:00 UTC+8`. */
export function zonedText(ms: number, zone: string): string {
  const text = localText(ms, zone).replace('T', ' ');
  return `${text.endsWith(':00') ? text.slice(0, -3) : text} ${offsetText(ms, zone)}`;
}

/** How far a zone's clocks are ahead of UTC at a time: `UTC+8`, `UTC-3:30`, `UTC`. */
export function offsetText(ms: number, zone: string): string {
  const [, sign, hours, minutes] = /^(.)(\d\d):(\d\d)/.exec(zoned(ms, zone).offset)!; // Its form.
  if (hours === '00' && minutes === '00') return 'UTC';
  return `UTC${sign}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
}

/** Names that browsers tell, though the places have others by now. */
const newNames: Record<string, string> = {
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv',
};

/** A zone's name as people read it. */
export function zoneName(zone: string): string {
  return (newNames[zone] ?? zone).replaceAll('_', ' ');
}

/** The value of a date and time field, to the second: `2026-11-22T20:00:00`. */
export function localText(ms: number, zone: string): string {
  return zoned(ms, zone)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 0, roundingMode: 'floor' });
}

/** What a date and time field means, in milliseconds since 1970 UTC; null where it is no time. */
export function momentOf(text: string, zone: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text)) return null;
  try {
    const local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** When a zone's clocks show the next full hour, in milliseconds since 1970 UTC. */
export function nextFullHour(ms: number, zone: string): number {
  const next = zoned(ms, zone).add({ hours: 1 });
  return next.round({ smallestUnit: 'hour', roundingMode: 'floor' }).epochMilliseconds;
}

function zoned(ms: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
}
