import { expect, test } from 'bun:test';
import { ProgressLine } from './progress.ts';

/** What a progress line writes in this time. */
function written(terminal: boolean, ms: number): string {
  let text = '';
  const line = new ProgressLine((more) => {
    text += more;
  }, terminal);
  line.expect(1_000);
  const end = performance.now() + ms;
  while (performance.now() < end) line.reading(() => ({ entries: 0, orders: 0 }));
  line.read({ entries: 999, orders: 0 });
  line.read({ entries: 1_000, orders: 0 });
  line.read({ entries: 1_000, orders: 0 });
  line.end();
  return text;
}

test('a short replay prints nothing', () => {
  expect(written(true, 0)).toBe('');
  expect(written(false, 0)).toBe('');
});

test('a terminal has one line, which is erased in the end', () => {
  const text = written(true, 500);
  expect(text).toContain('\r\u001b[Kreplay: 0 %, 0 of 1,000 entries');
  expect(text).not.toContain('\n');
  expect(text).toEndWith('\r\u001b[K');
});

test('elsewhere a line is written after a second', () => {
  const text = written(false, 1_100);
  expect(text).toMatch(/^replay: 0 %, 0 of 1,000 entries.*\nreplay: the journal is read.*\n$/);
});
