/** What accounts need, and how a request about one may be refused; without HTTP. */
import type { Clock } from '../../../actors/clock.ts';
import type { KeyedHash } from '../../accounts/keyed-hash.ts';
import type { KnownDevices } from '../../accounts/known-devices.ts';
import type { OneTimePasswords, Verdict } from '../../accounts/one-time-passwords.ts';
import { type Passwords, PasswordsBusy } from '../../accounts/passwords.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import type { LimitState, RateLimits } from '../../admission/rate-limits.ts';
import type { Sql } from '../../db/sql.ts';

export interface PeopleParts {
  sql: Pick<Sql, 'users'>;
  sessions: Sessions;
  passwords: Passwords;
  oneTimePasswords: OneTimePasswords;
  devices: KnownDevices;
  /** Of telephones whose accounts are erased. */
  telephoneHash: KeyedHash;
  limits: RateLimits;
  clock: Clock;
}

/** Why nothing was done. */
export type PeopleRefusal =
  | { code: 20001 | 20002 | 20004 | 20005 | 30003 }
  /** A one-time password that was right once, or was tried too often: no try of it will do. */
  | { code: 20005; usedUp: true }
  | { code: 10003; retryAfterMs: number; limit?: LimitState };

export type PeopleOutcome<T> =
  | { value: T; refused: null }
  | { value: null; refused: PeopleRefusal };

export function agreed<T>(value: T): PeopleOutcome<T> {
  return { value, refused: null };
}

export function refusing(refused: PeopleRefusal): { value: null; refused: PeopleRefusal } {
  return { value: null, refused };
}

export function refusingLimit(limit: LimitState) {
  return refusing({ code: 10003, retryAfterMs: limit.retryAfterMs, limit });
}

export function refusingCode(verdict: Exclude<Verdict, 'right'>) {
  return refusing(verdict === 'used up' ? { code: 20005, usedUp: true } : { code: 20005 });
}

/**
 * Waits for a password's turn; where there was none, `undo` gives back what the request had used up, as
 * nothing came of it through no fault of the user. @throws PasswordsBusy
 */
export async function giveWay<T>(turn: Promise<T>, undo: () => Promise<void>): Promise<T> {
  try {
    return await turn;
  } catch (error) {
    if (error instanceof PasswordsBusy) await undo();
    throw error;
  }
}
