import { describe, expect, test } from 'bun:test';
import { DrizzleQueryError } from 'drizzle-orm';
import { PasswordsBusy } from '../../accounts/passwords.ts';
import { SmsFailed } from '../../accounts/sms.ts';
import { SqlUnavailable } from '../../db/sql.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { faultCode, faultText, requestIdOf } from './fault-answers.ts';

describe('a fault', () => {
  test.each([
    [new SqlUnavailable('x'), 10004],
    [new StoreUnavailable('x'), 10004],
    [new PasswordsBusy('x'), 30003],
    [new SmsFailed('x'), 30003],
    [new TypeError('x'), 10002],
  ] as const)('%s is answered %d', (error, code) => {
    expect(faultCode(error)).toBe(code);
  });

  test('is reported with where it happened', () => {
    expect(faultText(new TypeError('odd'))).toMatch(/^TypeError: odd\n.*fault-answers\.test\.ts/s);
  });

  test('of a query is reported without the values of the query', () => {
    const cause = new Error('the constraint failed');
    const text = faultText(new DrizzleQueryError('insert', ['+8613800001234', 'hash'], cause));
    expect(text).toContain('the constraint failed');
    expect(text).not.toContain('13800001234');
    expect(faultText(new DrizzleQueryError('insert', ['+8613800001234']))).not.toContain('138');
  });

  test('is not reported when passwords queue', () => {
    expect(faultText(new PasswordsBusy('x'))).toBeNull();
  });
});

describe('the id of a request', () => {
  test('is the one its gateway gave, where that is fit to log', () => {
    expect(requestIdOf('gateway-1:7f.3')).toBe('gateway-1:7f.3');
  });

  test.each([undefined, '', 'a b', 'x\n{"level":"forged"}', 'a'.repeat(65)])(
    'is a new one instead of %j',
    (given) => {
      expect(requestIdOf(given)).toMatch(/^[\da-f-]{36}$/);
      expect(requestIdOf(given)).not.toBe(requestIdOf(given));
    },
  );
});
