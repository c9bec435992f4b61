import { expect, test } from 'bun:test';
import { spanText } from './minute-text.ts';

const berlin = { timeZone: 'Europe/Berlin' };
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

test('a span says day and zone once, where there is one', () => {
  const span = (from: string, to: string) => spanText(at(from), at(to), berlin);
  expect(span('2026-11-22T19:00Z', '2026-11-22T20:30:15Z')).toBe(
    '2026-11-22 20:00 – 21:30:15 UTC+1',
  );
  expect(span('2026-11-22T19:00Z', '2026-11-23T19:00Z')).toBe(
    '2026-11-22 20:00 – 2026-11-23 20:00 UTC+1',
  );
  expect(span('2026-10-25T00:00Z', '2026-10-25T02:00Z')).toBe(
    '2026-10-25 02:00 UTC+2 – 03:00 UTC+1',
  );
});
