import { describe, expect, test } from 'bun:test';
import { DurationField, secondsIn } from './duration-field.tsx';

const units = { days: 'd', hours: 'h', minutes: 'min', seconds: 's' };

describe('a length of time in a form', () => {
  test('is a whole number of its unit, and stays as it was typed where it is none', () => {
    for (const [wait, waitUnit, said] of [
      ['15', 'minutes', 900],
      [' 90 ', 'seconds', 90],
      ['2', 'days', 172_800],
      ['1.5', 'hours', '1.5'],
      ['', 'minutes', ''],
      ['15', 'weeks', '15'],
      ['15', 'toString', '15'],
      ['-1', 'minutes', '-1'],
    ] as const) {
      expect([wait, waitUnit, secondsIn({ wait, waitUnit }, 'wait')]).toEqual([
        wait,
        waitUnit,
        said,
      ]);
    }
  });

  test('shows the longest unit that it is a whole number of, and means what it shows', () => {
    for (const [seconds, number, unit] of [
      [900, '15', 'minutes'],
      [90, '90', 'seconds'],
      [3_600, '1', 'hours'],
      [604_800, '7', 'days'],
    ] as const) {
      const filled = { values: {}, errors: {}, message: null };
      const field = { name: 'wait', label: 'Wait', form: 'f', unitLabel: 'Unit', filled };
      const html = String(DurationField({ ...field, seconds, units }));
      expect(html).toContain(`value="${number}"`);
      expect(html).toContain(`<option value="${unit}" selected="">`);
      expect(secondsIn({ wait: number, waitUnit: unit }, 'wait')).toBe(seconds);
    }
  });
});
