import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseCalendar } from '../../testing/parse-calendar.ts';
import { type CalendarEvent, calendarText } from './calendar.ts';

const now = Date.UTC(2026, 10, 28, 9, 0, 1, 999);

const event: CalendarEvent = {
  uid: 'sale-7@shop.example',
  sequence: 12,
  startAt: Date.UTC(2026, 11, 1, 20),
  endAt: Date.UTC(2026, 11, 1, 21, 30),
  summary: 'Sale: a kettle',
  description: 'Opening hour: ¥5.\nhttps://shop.example/items/4',
  url: 'https://shop.example/items/4',
  isCancelled: false,
  alarms: [
    { before: 'start', minutes: 10, text: 'a kettle: soon' },
    { before: 'end', minutes: 5, text: 'a kettle: soon over' },
  ],
};

describe('an event for calendars', () => {
  test('has what calendars need, in whole seconds of UTC', () => {
    expect(calendarText(event, now, 'en')).toBe(
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Stampede//Sales//EN',
        'CALSCALE:GREGORIAN',
        'BEGIN:VEVENT',
        'UID:sale-7@shop.example',
        'DTSTAMP:20261128T090001Z',
        'SEQUENCE:12',
        'DTSTART:20261201T200000Z',
        'DTEND:20261201T213000Z',
        'SUMMARY;LANGUAGE=en:Sale: a kettle',
        'DESCRIPTION;LANGUAGE=en:Opening hour: ¥5.\\nhttps://shop.example/items/4',
        'URL:https://shop.example/items/4',
        'STATUS:CONFIRMED',
        'TRANSP:TRANSPARENT',
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'TRIGGER:-PT10M',
        'DESCRIPTION:a kettle: soon',
        'END:VALARM',
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'TRIGGER;RELATED=END:-PT5M',
        'DESCRIPTION:a kettle: soon over',
        'END:VALARM',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    );
  });

  test('that was called off says so, and rings no more', () => {
    const { events } = parseCalendar(calendarText({ ...event, isCancelled: true }, now, 'en'));
    expect(events[0]).toMatchObject({ status: 'CANCELLED', uid: event.uid, alarms: [] });
  });

  test('keeps any text, in lines of 75 octets at most that are cut between characters', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 120 });
    fc.assert(
      fc.property(text, text, fc.nat(), (summary, description, sequence) => {
        const written = calendarText({ ...event, summary, description, sequence }, now, 'zh-CN');
        expect(parseCalendar(written).events[0]).toMatchObject({ summary, description, sequence });
      }),
    );
    const long = `一${'二'.repeat(80)}😀${'\\;,\n'.repeat(40)}`;
    const [told] = parseCalendar(calendarText({ ...event, summary: long }, now, 'zh-CN')).events;
    expect(told!.summary).toBe(long);
  });

  test('takes every kind of line end for one, and leaves out what no calendar may be told', () => {
    const summary = 'a\r\nb\rc\nd\u0000\u001b\u007f\te';
    const [told] = parseCalendar(calendarText({ ...event, summary }, now, 'en')).events;
    expect(told!.summary).toBe('a\nb\nc\nd\te');
  });

  test('never ends before it begins', () => {
    const early = { ...event, endAt: event.startAt - 1_000 };
    const [told] = parseCalendar(calendarText(early, now, 'en')).events;
    expect([told!.startAt, told!.endAt]).toEqual([event.startAt, event.startAt]);
  });
});
