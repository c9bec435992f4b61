/** A strict reader of the calendars that the shop writes: it throws at whatever RFC 5545 does not allow in them. */

interface ReadAlarm {
  /** Such as `-PT10M`, or `END:-PT10M`. */
  trigger: string;
  text: string;
}

interface ReadEvent {
  uid: string;
  stampedAt: number;
  sequence: number;
  startAt: number;
  endAt: number;
  summary: string;
  description: string;
  url: string;
  status: string;
  alarms: ReadAlarm[];
}

interface Line {
  name: string;
  parameters: string;
  value: string;
}

export function parseCalendar(text: string): { events: ReadEvent[] } {
  const lines = unfolded(text).map(lineOf);
  const calendar = take(lines, 'VCALENDAR');
  if (lines.length > 0) throw new Error(`something follows the calendar: ${lines[0]!.name}`);
  const own = properties(calendar.own);
  if (own.get('VERSION') !== '2.0' || !own.get('PRODID')) throw new Error('no calendar of 2.0');
  return { events: calendar.parts.map(eventOf) };
}

/** Content lines; each physical one ends with CRLF and has 75 octets of whole characters at most. */
function unfolded(text: string): string[] {
  if (!text.endsWith('\r\n')) throw new Error('the last line does not end');
  const lines: string[] = [];
  for (const physical of text.slice(0, -2).split('\r\n')) {
    if (/[\r\n]/.test(physical)) throw new Error(`a bare line end in ${physical}`);
    if (Buffer.byteLength(physical) > 75) throw new Error(`too long: ${physical}`);
    if (!physical.isWellFormed()) throw new Error(`cut within a character: ${physical}`);
    if (/^[ \t]/.test(physical)) lines.push(`${lines.pop() ?? ''}${physical.slice(1)}`);
    else lines.push(physical);
  }
  return lines;
}

function lineOf(line: string): Line {
  const [, name, parameters, value] = /^([A-Z-]+)((?:;[A-Z-]+=[\w-]+)*):(.*)$/s.exec(line) ?? [];
  if (name === undefined) throw new Error(`no content line: ${line}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what may not be there
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value!)) throw new Error(`a control character in ${line}`);
  return { name, parameters: parameters!, value: value! };
}

interface Component {
  name: string;
  own: Line[];
  parts: Component[];
}

/** Takes a component's lines, which must be balanced. */
function take(lines: Line[], expected: string): Component {
  const begin = lines.shift();
  if (begin?.name !== 'BEGIN' || begin.value !== expected) throw new Error(`no ${expected}`);
  const component: Component = { name: expected, own: [], parts: [] };
  for (;;) {
    const [next] = lines;
    if (next === undefined) throw new Error(`${expected} does not end`);
    if (next.name === 'BEGIN') component.parts.push(take(lines, next.value));
    else {
      lines.shift();
      if (next.name !== 'END') component.own.push(next);
      else if (next.value === expected) return component;
      else throw new Error(`${expected} ends as ${next.value}`);
    }
  }
}

/** Values by name, each of which may be there once. */
function properties(lines: readonly Line[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of lines) {
    if (values.has(name)) throw new Error(`${name} twice`);
    values.set(name, value);
  }
  return values;
}

function eventOf({ name, own, parts }: Component): ReadEvent {
  if (name !== 'VEVENT') throw new Error(`${name} in a calendar`);
  const values = properties(own);
  const needed = (key: string): string => {
    const value = values.get(key);
    if (value === undefined || value === '') throw new Error(`no ${key}`);
    return value;
  };
  const sequence = needed('SEQUENCE');
  if (!/^\d{1,10}$/.test(sequence) || Number(sequence) >= 2 ** 31) throw new Error('no SEQUENCE');
  return {
    uid: textOf(needed('UID')),
    stampedAt: timeOf(needed('DTSTAMP')),
    sequence: Number(sequence),
    startAt: timeOf(needed('DTSTART')),
    endAt: timeOf(needed('DTEND')),
    summary: textOf(values.get('SUMMARY') ?? ''),
    description: textOf(values.get('DESCRIPTION') ?? ''),
    url: new URL(needed('URL')).href,
    status: needed('STATUS'),
    alarms: parts.map(alarmOf),
  };
}

function alarmOf({ name, own }: Component): ReadAlarm {
  const values = properties(own);
  if (name !== 'VALARM' || values.get('ACTION') !== 'DISPLAY') throw new Error('no alarm');
  const trigger = own.find((line) => line.name === 'TRIGGER');
  if (!/^-PT\d+M$/.test(trigger?.value ?? '')) throw new Error('an alarm that never rings');
  const isEnd = trigger!.parameters === ';RELATED=END';
  const text = textOf(values.get('DESCRIPTION') ?? '');
  return { trigger: `${isEnd ? 'END:' : ''}${trigger!.value}`, text };
}

function timeOf(value: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value) ?? [];
  const [year = '', month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at)) throw new Error(`no time: ${value}`);
  return at;
}

/** A TEXT value: nothing in it may stand for itself that has to be escaped. */
function textOf(value: string): string {
  if (!/^(?:[^\\;,]|\\[\\;,nN])*$/s.test(value)) throw new Error(`not escaped: ${value}`);
  return value.replace(/\\(.)/g, (_, mark: string) => (/n/i.test(mark) ? '\n' : mark));
}
