import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { isTimeZone, localText, momentOf, offsetText, zonedText, zoneName } from './zoned-time.ts';

const utc = (text: string) => Date.parse(`${text}Z`);
const meant = (text: string, zone: string) => new Date(momentOf(text, zone)!).toISOString();

describe('a time in a zone', () => {
  test('is written to the minute or the second, with its offset that day', () => {
    for (const [at, zone, text] of [
      ['2026-11-22T12:00:00', 'UTC', '2026-11-22 12:00 UTC'],
      ['2026-11-22T12:00:00', 'Asia/Shanghai', '2026-11-22 20:00 UTC+8'],
      ['2026-11-22T18:30:07.250', 'Asia/Shanghai', '2026-11-23 02:30:07 UTC+8'],
      ['2026-07-01T12:00:00', 'Europe/Berlin', '2026-07-01 14:00 UTC+2'],
      ['2026-12-01T12:00:00', 'Europe/Berlin', '2026-12-01 13:00 UTC+1'],
      ['2026-07-01T12:00:00', 'America/New_York', '2026-07-01 08:00 UTC-4'],
      ['2026-07-01T12:00:00', 'Australia/Lord_Howe', '2026-07-01 22:30 UTC+10:30'],
      ['2026-12-01T12:00:00', 'Australia/Lord_Howe', '2026-12-01 23:00 UTC+11'],
      ['2026-07-01T12:00:00', 'Europe/London', '2026-07-01 13:00 UTC+1'],
      ['2026-12-01T12:00:00', 'Europe/London', '2026-12-01 12:00 UTC'],
    ] as const)
      expect(zonedText(utc(at), zone)).toBe(text);
    expect(zoneName('America/New_York')).toBe('America/New York');
    expect(zoneName('Asia/Saigon')).toBe('Asia/Ho Chi Minh');
  });

  test('that clocks skip is as much later as they skip', () => {
    for (const [text, zone, at] of [
      ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
      ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
      ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ] as const) {
      expect(meant(text, zone)).toBe(at);
      expect(localText(momentOf(text, zone)!, zone)).not.toStartWith(text);
    }
    expect(zonedText(momentOf('2026-03-29T02:30', 'Europe/Berlin')!, 'Europe/Berlin')).toBe(
      '2026-03-29 03:30 UTC+2',
    );
  });

  test('that comes twice is the first', () => {
    for (const [text, zone, at, offset] of [
      ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z', 'UTC+2'],
      ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z', 'UTC-4'],
      ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z', 'UTC+11'],
    ] as const) {
      expect(meant(text, zone)).toBe(at);
      expect(offsetText(momentOf(text, zone)!, zone)).toBe(offset);
    }
  });

  test('is the same on every day where clocks are never moved', () => {
    expect(meant('2026-03-29T02:30', 'Asia/Shanghai')).toBe('2026-03-28T18:30:00.000Z');
    expect(meant('2026-10-25T02:30:15', 'Asia/Shanghai')).toBe('2026-10-24T18:30:15.000Z');
  });

  test('comes back from a form as it was shown, but for the second of two', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe'];
    const seconds = fc.integer({
      min: utc('2026-01-01T00:00') / 1e3,
      max: utc('2028-01-01T00:00') / 1e3,
    });
    fc.assert(
      fc.property(fc.constantFrom(...zones), seconds, (zone, second) => {
        const [at, back] = [second * 1e3, momentOf(localText(second * 1e3, zone), zone)!];
        expect(localText(back, zone)).toBe(localText(at, zone));
        expect([0, 1_800_000, 3_600_000]).toContain(at - back);
      }),
    );
  });

  test('is none where a form has something else', () => {
    const none = [
      '',
      'soon',
      '2026-02-30T10:00',
      '2026-01-01',
      '2026-01-01T24:00',
      '2026-01-01T10:00Z',
    ];
    for (const text of [...none, '2026-01-01T10:00+08:00', '2026-01-01T10:00[Asia/Tokyo]'])
      expect([text, momentOf(text, 'Asia/Shanghai')]).toEqual([text, null]);
  });
});

test('only names of zones are zones', () => {
  for (const name of ['UTC', 'Asia/Shanghai', 'America/Argentina/Buenos_Aires', 'Etc/GMT+8'])
    expect([name, isTimeZone(name)]).toEqual([name, true]);
  for (const name of ['', 'Mars/Olympus', '+08:00', 'Asia/Shanghai; path=/', `A${'a'.repeat(90)}`])
    expect([name, isTimeZone(name)]).toEqual([name, false]);
});
