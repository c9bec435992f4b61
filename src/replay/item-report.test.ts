import { expect, test } from 'bun:test';
import { type ItemReport, itemTable } from './item-report.ts';

const kettle: ItemReport = {
  ...{
    item: 3,
    title: 'A kettle',
    partition: 0,
    loaded: 5,
    withdrawn: 0,
    sold: 5,
    held: 0,
    left: 0,
  },
  ...{ orders: 5, users: 5, refused: 0, refusedWhileLeft: 0, takingsMinor: 123_450 },
  ...{ refundedMinor: 0, refundsDue: 0, dueMinor: 0, promos: [] },
};

test('an item is a line with its title, and money in its currency', () => {
  const lines = itemTable([kettle, { ...kettle, item: 12, title: null, takingsMinor: 0 }], 'EUR');
  expect(lines.map((line) => line.trim().split(/ {2,}/).slice(-2))).toEqual([
    ['takings', 'title'],
    ['EUR 1,234.50', 'A kettle'],
    ['0', 'EUR 0.00'],
  ]);
});

test('money has the minor units of its currency, and no column where none came', () => {
  expect(itemTable([kettle], 'JPY')[1]).toContain('  JPY 123,450  ');
  expect(itemTable([kettle], 'KWD')[1]).toContain('  KWD 123.450  ');
  expect(itemTable([{ ...kettle, takingsMinor: 0 }], 'JPY')[0]).not.toContain('takings');
});

test('a title stays on its line, whatever is in it', () => {
  const title = 'A\u001b[2J\r\nkettle\u202e\u2028!';
  const [, line] = itemTable([{ ...kettle, title }], 'EUR');
  expect(line).toEndWith('  A [2J kettle !');
});

test('what was withdrawn is told beside what is loaded', () => {
  const lines = itemTable([{ ...kettle, withdrawn: 4 }], 'EUR');
  expect(lines[0]).toMatch(/^item +loaded +withdrawn +sold/);
  expect(lines.at(-1)).toBe('Loaded is what was put on sale, less what was withdrawn.');
});
