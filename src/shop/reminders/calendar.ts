/** Events for calendars, as RFC 5545 has them. */

/** How long before the begin, or before the end, a calendar gives an alarm. */
interface Alarm {
  before: 'start' | 'end';
  minutes: number;
  text: string;
}

/** Times in milliseconds since 1970 UTC; calendars have whole seconds. */
export interface CalendarEvent {
  /** The same for every version of the event, and no other's. */
  uid: string;
  /** Grows whenever the event changes: a calendar replaces what it has by what is later. */
  sequence: number;
  startAt: number;
  /** Never before the start. */
  endAt: number;
  summary: string;
  description: string;
  url: string;
  isCancelled: boolean;
  alarms: readonly Alarm[];
}

/** A calendar with one event. `now` is when it is made; `language` is that of its texts, as BCP 47 has it. */
export function calendarText(event: CalendarEvent, now: number, language: string): string {
  const { uid, sequence, startAt, endAt, summary, description, url, isCancelled } = event;
  const text = (name: string, value: string) => `${name};LANGUAGE=${language}:${escaped(value)}`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Stampede//Sales//EN',
    'CALSCALE:GREGORIAN',
    'BEGIN:VEVENT',
    `UID:${escaped(uid)}`,
    `DTSTAMP:${utc(now)}`,
    // What is later than a calendar can count begins anew, and DTSTAMP still tells which is later.
    `SEQUENCE:${sequence % 2 ** 31}`,
    `DTSTART:${utc(startAt)}`,
    `DTEND:${utc(Math.max(endAt, startAt))}`,
    text('SUMMARY', summary),
    text('DESCRIPTION', description),
    `URL:${url}`,
    `STATUS:${isCancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    // Nobody is busy all through a sale.
    'TRANSP:TRANSPARENT',
    ...(isCancelled ? [] : event.alarms.flatMap(alarmLines)),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function alarmLines({ before, minutes, text }: Alarm): string[] {
  const related = before === 'end' ? ';RELATED=END' : '';
  return [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `TRIGGER${related}:-PT${minutes}M`,
    `DESCRIPTION:${escaped(text)}`,
    'END:VALARM',
  ];
}

/** `20261128T200000Z`, cut to the second. */
function utc(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+|[-:]/g, '');
}

/** A TEXT value (3.3.11), without what may not stand in one. */
function escaped(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
      .replace(/[\\;,]/g, '\\$&')
      .replaceAll('\n', '\\n')
  );
}

const lineOctetsMax = 75;

/** A line cut between characters, so that no piece is longer than 75 octets of UTF-8 (3.1). */
function folded(line: string): string {
  const pieces: string[] = [];
  let [piece, octets] = ['', 0];
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > lineOctetsMax) {
      pieces.push(piece);
      // Each further piece begins with a space, which counts.
      [piece, octets] = [' ', 1];
    }
    piece += character;
    octets += size;
  }
  return [...pieces, piece].join('\r\n');
}
