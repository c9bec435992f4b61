/** Faults: what they mean to the client, and what the log may say about them. */
import { DrizzleQueryError } from 'drizzle-orm';
import { PasswordsBusy } from '../../accounts/passwords.ts';
import { SmsFailed } from '../../accounts/sms.ts';
import { SqlUnavailable } from '../../db/sql.ts';
import { StoreUnavailable } from '../../store/store.ts';
import type { ErrorCode } from './messages.ts';

export function faultCode(error: Error): ErrorCode {
  if (error instanceof SqlUnavailable || error instanceof StoreUnavailable) return 10004;
  if (error instanceof PasswordsBusy || error instanceof SmsFailed) return 30003;
  return 10002;
}

/** Null for what is not a fault: a crowd that logs in at once must not fill the log. */
export function faultText(error: Error): string | null {
  if (error instanceof PasswordsBusy) return null;
  // The message has the query's values, telephones among them; the cause says what went wrong.
  const told =
    error instanceof DrizzleQueryError ? (error.cause ?? new Error('query failed')) : error;
  return told.stack ?? String(told);
}

/** The id that a gateway has given a request, where it is fit to log; else a new one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:-]{1,64}$/.test(given) ? given : Bun.randomUUIDv7();
}
