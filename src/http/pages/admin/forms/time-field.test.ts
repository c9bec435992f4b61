import { describe, expect, test } from 'bun:test';
import { timeIn } from './time-field.tsx';

const reader = { timeZone: 'America/New_York' };
const read = (at: string, more: Record<string, string> = {}) =>
  timeIn({ at, ...more }, 'at', reader);

describe('a date and time field', () => {
  test('means a time of the zone that it was shown in, whoever reads it', () => {
    expect(read('2026-07-01T20:00', { atZone: 'Europe/Berlin' })).toBe('2026-07-01T18:00:00.000Z');
    expect(read('2026-07-01T20:00:30', { atZone: 'Asia/Shanghai' })).toBe(
      '2026-07-01T12:00:30.000Z',
    );
  });

  test('of a form that names no zone, or none that is known, is in its reader’s', () => {
    expect(read('2026-07-01T20:00')).toBe('2026-07-02T00:00:00.000Z');
    expect(read('2026-07-01T20:00', { atZone: 'Mars/Olympus' })).toBe('2026-07-02T00:00:00.000Z');
  });

  test('that nobody has touched is still the moment that it showed', () => {
    const second = '2026-10-25T01:30:00.250Z';
    const shown = { atZone: 'Europe/Berlin', atShown: second };
    expect(read('2026-10-25T02:30', shown)).toBe(second);
    expect(read('2026-10-25T02:30:00', shown)).toBe(second);
    expect(read('2026-10-25T02:31', shown)).toBe('2026-10-25T00:31:00.000Z');
  });

  test('that is no time stays as it was typed, for the form to say so', () => {
    for (const text of ['', 'soon', '2026-02-30T10:00:00']) expect(read(text)).toBe(text);
  });
});
