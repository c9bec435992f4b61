import { expect, test } from 'bun:test';
import { csvLine } from './csv.ts';

test('a line is quoted where it must be, as RFC 4180 says', () => {
  expect(csvLine(['plain', 'a,b', 'say "so"', 'two\r\nlines', '耳机', '', null, 12])).toBe(
    'plain,"a,b","say ""so""","two\r\nlines",耳机,,,12\r\n',
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1'])(
  'a spreadsheet finds no formula in %j',
  (text) => {
    const cell = csvLine([text]).slice(0, -2);
    const bare = cell.startsWith('"') ? cell.slice(1, -1) : cell;
    expect(bare).toBe(`'${text}`);
  },
);

test('a number is one, and a text with a sign inside is as it was', () => {
  expect(csvLine([-1, 'a-b', '20261127-1-1', 'x=1'])).toBe('-1,a-b,20261127-1-1,x=1\r\n');
});
